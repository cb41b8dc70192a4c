/**
 * @file Affine maps of interpolations: f(b + m (a - b)) = f(b) + m (f(a) - f(b)), one factor m a row, for f(x) = x W + c.
 * A gradient penalty asks for the critic at points between the rows of a and b. Where the critic has seen a and b as one
 * batch [a; b], its first layer at those points is an interpolation of what it has computed already.
 */
import { topologicalOrder } from '../grad.js';
import { sizeOf } from '../shape.js';
import { type Tensor, withInputs } from '../tensor.js';

/** x W, or x W + c, of some rows x. */
interface AffineMap {
  readonly value: Tensor;
  readonly product: Tensor;
  readonly bias: Tensor | undefined;
}

/**
 * The same outputs, where an affine map of an interpolation is the interpolation of maps that the graph has anyway, if that
 * is no larger than what is mapped. The outputs are to be simplified: equal nodes are one.
 */
export function interpolateMaps(outputs: readonly Tensor[]): Tensor[] {
  const maps = topologicalOrder(outputs).flatMap((node) => affineMap(node) ?? []);
  const stacked = maps.filter(({ product }) => stackOf(product));
  if (stacked.length === 0) return [...outputs];
  const interpolated = new Map<Tensor, Tensor>();
  for (const map of maps) {
    const interpolation = interpolationOf(map, stacked);
    if (interpolation) interpolated.set(map.value, interpolation);
  }
  return substituted(outputs, interpolated);
}

/**
 * The outputs with nodes replaced, also within what replaces others. A replacement must not depend on the node that it
 * replaces: a stacked map depends on the ends of its interpolations alone.
 */
function substituted(outputs: readonly Tensor[], replacements: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  const current = (node: Tensor) => replacements.get(node) ?? node;
  const done = new Map<Tensor, Tensor>();
  const stack = outputs.map(current);
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const missing = done.has(node) ? [] : node.inputs.map(current).filter((one) => !done.has(one));
    if (missing.length > 0) {
      stack.push(...missing);
      continue;
    }
    stack.pop();
    if (done.has(node)) continue;
    const inputs = node.inputs.map((one) => done.get(current(one))!);
    done.set(node, withInputs(node, inputs));
  }
  return outputs.map((output) => done.get(current(output))!);
}

function affineMap(value: Tensor): AffineMap | undefined {
  const [product, bias] = value.op === 'add' ? value.inputs : [value];
  if (product?.op !== 'matmul' || product.attributes.transposeA) return undefined;
  return bias === undefined || bias.shape.length === 1 ? { value, product, bias } : undefined;
}

/** The node under reshapes that leave the first axis as it is. */
function rows(node: Tensor): Tensor {
  return node.op === 'reshape' && node.inputs[0]!.shape[0] === node.shape[0] ? rows(node.inputs[0]!) : node;
}

/** a and b of [a; b] W. */
function stackOf(product: Tensor): readonly [Tensor, Tensor] | undefined {
  const { op, inputs, attributes } = rows(product.inputs[0]!);
  if (op !== 'concat' || attributes.axis !== 0 || inputs.length !== 2) return undefined;
  return [rows(inputs[0]!), rows(inputs[1]!)];
}

/** m, a and b of b + m (a - b). */
function partsOf(node: Tensor): readonly [Tensor, Tensor, Tensor] | undefined {
  if (node.op !== 'add') return undefined;
  for (const [b, scaled] of eitherWay(node)) {
    if (scaled.op !== 'mul') continue;
    for (const [factor, difference] of eitherWay(scaled)) {
      const [a, other] = difference.op === 'sub' ? difference.inputs : [];
      const oneEach = factor.shape[0] === node.shape[0] && factor.shape.slice(1).every((dim) => dim === 1);
      if (!other || rows(other) !== rows(b) || !oneEach) continue;
      if (factor.shape.length === node.shape.length) return [factor, rows(a!), rows(b)];
    }
  }
  return undefined;
}

const eitherWay = ({ inputs: [a, b] }: Tensor) =>
  [
    [a!, b!],
    [b!, a!],
  ] as const;

/** The map of an interpolation as an interpolation of the rows of a stacked map, if there is one of the same ends. */
function interpolationOf(
  { value, product, bias }: AffineMap,
  stacked: readonly AffineMap[],
): Tensor | undefined {
  const [x, weight] = product.inputs as [Tensor, Tensor];
  const parts = partsOf(rows(x));
  if (!parts || [...value.shape, ...x.shape].some((dim) => typeof dim !== 'number')) return undefined;
  if (sizeOf(value.shape) > sizeOf(x.shape)) return undefined;
  const [factor, a, b] = parts;
  const count = value.shape[0] as number;
  if (a.shape[0] !== count || b.shape[0] !== count) return undefined;
  const both = stacked.find((other) => {
    const [first, second] = stackOf(other.product)!;
    const sameMap =
      other.product.inputs[1] === weight &&
      other.product.attributes.transposeB === product.attributes.transposeB &&
      other.bias === bias;
    return sameMap && first === a && second === b;
  })?.value;
  if (!both) return undefined;
  const [ofA, ofB] = [both.slice(0, 0, count), both.slice(0, count, 2 * count)];
  return ofB.add(factor.reshape([count, 1]).mul(ofA.sub(ofB)));
}
