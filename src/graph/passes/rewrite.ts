/**
 * @file The rules by which a node becomes a cheaper one of equal value: identities, signs, factors and broadcasts
 * moved to where tensors are small. Gradients have many such nodes, since each operator's rule is written by itself.
 */
import { broadcastShapes, type Shape, sameShape } from '../shape.js';
import { apply, Tensor } from '../tensor.js';

/** A node that equals `node` and costs less, if a rule knows one; its inputs may be new nodes. */
export function rewrite(node: Tensor): Tensor | undefined {
  return rules[node.op]?.(node) ?? (ELEMENTWISE.has(node.op) ? broadcastLater(node) : undefined);
}

type Rule = (node: Tensor) => Tensor | undefined;

const rules: Partial<Record<Tensor['op'], Rule>> = {
  add: (node) => identity(node, 0) ?? signedSum(node) ?? doubled(node),
  sub: (node) => {
    const [a, b] = pair(node);
    if (isUniform(b, 0)) return kept(a, node.shape);
    return b.op === 'neg' ? a.add(b.inputs[0]!) : undefined;
  },
  mul: (node) => identity(node, 1) ?? scaled(node),
  div: (node) => (isUniform(node.inputs[1]!, 1) ? kept(node.inputs[0]!, node.shape) : undefined),
  neg: (node) => {
    const x = node.inputs[0]!;
    if (x.op === 'neg') return x.inputs[0];
    const factor = factorOf(x);
    return factor?.rest.mul(-factor.value);
  },
  sum: summed,
  reshape: reshaped,
  broadcast: (node) => kept(node.inputs[0]!, node.shape),
};

const pair = (node: Tensor) => [node.inputs[0]!, node.inputs[1]!] as const;

/** The value of a constant that is one number everywhere, through reshapes and broadcasts. */
function uniformValue(node: Tensor): number | undefined {
  if (node.op === 'constant') {
    const data = node.attributes.data!;
    return data.every((value) => value === data[0]) ? data[0] : undefined;
  }
  return node.op === 'broadcast' || node.op === 'reshape' ? uniformValue(node.inputs[0]!) : undefined;
}

const isUniform = (node: Tensor, value: number) => uniformValue(node) === value;
const kept = (side: Tensor, shape: Shape) => (sameShape(side.shape, shape) ? side : undefined);

/** x + 0 = x and x 1 = x, on either side. */
function identity(node: Tensor, neutral: number): Tensor | undefined {
  const [a, b] = pair(node);
  return (
    (isUniform(b, neutral) ? kept(a, node.shape) : undefined) ??
    (isUniform(a, neutral) ? kept(b, node.shape) : undefined)
  );
}

/** a + (-b) = a - b. */
function signedSum(node: Tensor): Tensor | undefined {
  const [a, b] = pair(node);
  if (b.op === 'neg') return a.sub(b.inputs[0]!);
  return a.op === 'neg' ? b.sub(a.inputs[0]!) : undefined;
}

/** x + x = 2 x, a factor that other rules can merge with others. */
function doubled(node: Tensor): Tensor | undefined {
  const [a, b] = pair(node);
  return a === b ? a.mul(2) : undefined;
}

/** The constant and the other factor of a product with a scalar constant. */
function factorOf(node: Tensor): { value: number; rest: Tensor } | undefined {
  if (node.op !== 'mul') return undefined;
  const at = node.inputs.findIndex((side) => side.op === 'constant' && side.shape.length === 0);
  return at < 0 ? undefined : { value: node.inputs[at]!.attributes.data![0]!, rest: node.inputs[1 - at]! };
}

/** (x c1) c2 = x (c1 c2);  (-x) c = x (-c);  (s x) c = (s c) x where s is smaller than x. */
function scaled(node: Tensor): Tensor | undefined {
  const outer = factorOf(node);
  if (!outer) return undefined;
  const { rest, value } = outer;
  if (rest.op === 'neg') return rest.inputs[0]!.mul(-value);
  const inner = factorOf(rest);
  if (inner) return inner.rest.mul(inner.value * value);
  if (rest.op !== 'mul') return undefined;
  const [a, b] = pair(rest);
  const [s, x] = a.op === 'broadcast' || !sameShape(a.shape, rest.shape) ? [a, b] : [b, a];
  const small = s.op === 'broadcast' || !sameShape(s.shape, rest.shape);
  return small && sameShape(x.shape, rest.shape) ? s.mul(value).mul(x) : undefined;
}

/** sum(-x) = -sum(x);  sum(x c) = sum(x) c, for a scalar and for what is constant along the summed axes. */
function summed(node: Tensor): Tensor | undefined {
  const x = node.inputs[0]!;
  const { axes, keepDims } = node.attributes;
  const sum = (inner: Tensor) => inner.sum(axes!, keepDims);
  if (x.op === 'neg') return sum(x.inputs[0]!).neg();
  const factor = factorOf(x);
  if (factor) return sum(factor.rest).mul(factor.value);
  if (x.op !== 'mul') return undefined;
  const [a, b] = pair(x);
  for (const [s, rest] of [
    [a, b],
    [b, a],
  ] as const) {
    const small = s.op === 'broadcast' ? s.inputs[0]! : s;
    if (sameShape(rest.shape, x.shape) && isConstantAlong(small, x.shape, axes!)) {
      return sum(rest).mul(withoutAxes(small, x.shape, node));
    }
  }
  return undefined;
}

/** Whether a tensor that broadcasts to `shape` has one value along each of these axes. */
function isConstantAlong(small: Tensor, shape: Shape, axes: readonly number[]): boolean {
  const lead = shape.length - small.shape.length;
  return (
    axes.every((axis) => axis < lead || small.shape[axis - lead] === 1) &&
    small.shape.some((dim) => dim !== 1)
  );
}

/** A tensor that broadcasts to `shape` and is constant along the axes of a sum, in the shape of that sum. */
function withoutAxes(small: Tensor, shape: Shape, { attributes: { axes, keepDims } }: Tensor): Tensor {
  const lead = shape.length - small.shape.length;
  const full = shape.map((_, axis) => (axis < lead ? 1 : small.shape[axis - lead]!));
  return small.reshape(keepDims ? full : full.filter((_, axis) => !axes!.includes(axis)));
}

function reshaped(node: Tensor): Tensor | undefined {
  const x = node.inputs[0]!;
  if (x.op === 'reshape') return x.inputs[0]!.reshape(node.shape);
  if (x.op === 'sum' && x.attributes.keepDims) {
    const { axes } = x.attributes;
    return kept(x.inputs[0]!.sum(axes!, false), node.shape);
  }
  const scalar = x.op === 'broadcast' && x.inputs[0]!.shape.every((dim) => dim === 1);
  return scalar ? x.inputs[0]!.reshape([]).broadcastTo(node.shape) : kept(x, node.shape);
}

/** Operators that work value by value and broadcast by themselves. */
export const ELEMENTWISE: ReadonlySet<Tensor['op']> = new Set<Tensor['op']>([
  ...(['add', 'sub', 'mul', 'div', 'maximum', 'greater', 'select'] as const),
  ...(['neg', 'exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'softplus'] as const),
]);

/** f(broadcast x, y) = f(x, y), which broadcasts by itself, or is broadcast afterwards. */
function broadcastLater(node: Tensor): Tensor | undefined {
  const narrow = node.inputs.map((input) => (input.op === 'broadcast' ? input.inputs[0]! : input));
  if (narrow.every((input, i) => input === node.inputs[i])) return undefined;
  const shape = narrow.reduce<Shape>((all, { shape: own }) => broadcastShapes(node.op, all, own), []);
  const small = new Tensor(node.op, narrow, node.attributes, shape, node.dtype);
  if (sameShape(shape, node.shape)) return small;
  return node.dtype === 'float32' ? apply('broadcast', [small], { shape: node.shape }) : undefined;
}
