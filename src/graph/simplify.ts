/** @file Rewrites a graph to an equal, smaller one: shared subexpressions, folded constants, dropped identities. */
import { topologicalOrder } from './grad.js';
import { type Attributes, operators, type Values } from './ops.js';
import { type Shape, sameShape, sizeOf } from './shape.js';
import { constant, Tensor } from './tensor.js';

/** Constants above this size are left as expressions (a broadcast zero, say), not spelled out in the model. */
const FOLD_LIMIT = 4096;

/** The same outputs, with every common subexpression one node and every constant subexpression folded. */
export function simplify(outputs: readonly Tensor[]): Tensor[] {
  const canonical = new Map<string, Tensor>();
  const rewritten = new Map<Tensor, Tensor>();
  const ids = new Map<Tensor, number>();
  const share = (node: Tensor): Tensor => {
    // A rewrite may bring an input of its own (a product of two constants): it needs an identity too.
    const settled = withInputs(
      node,
      node.inputs.map((input) => (ids.has(input) ? input : share(input))),
    );
    const key = keyOf(settled, ids);
    const known = canonical.get(key);
    if (known) return known;
    canonical.set(key, settled);
    ids.set(settled, ids.size);
    return settled;
  };
  for (const node of topologicalOrder(outputs)) {
    const moved = withInputs(
      node,
      node.inputs.map((input) => rewritten.get(input)!),
    );
    rewritten.set(node, share(fold(identityOf(moved) ?? moved)));
  }
  return outputs.map((output) => rewritten.get(output)!);
}

function withInputs(node: Tensor, inputs: readonly Tensor[]): Tensor {
  const same = inputs.every((input, i) => input === node.inputs[i]);
  return same ? node : new Tensor(node.op, inputs, node.attributes, node.shape, node.dtype);
}

function keyOf(node: Tensor, ids: ReadonlyMap<Tensor, number>): string {
  const attributes = JSON.stringify(node.attributes, (key, value) =>
    key === 'data' ? Array.from(value as Float64Array).join() : value,
  );
  return `${node.op}(${node.inputs.map((input) => ids.get(input)).join()})${attributes}`;
}

/** The value of a constant that is one number everywhere, through reshapes and broadcasts. */
function uniformValue(node: Tensor): number | undefined {
  if (node.op === 'constant') {
    const data = node.attributes.data!;
    return data.every((value) => value === data[0]) ? data[0] : undefined;
  }
  return node.op === 'broadcast' || node.op === 'reshape' ? uniformValue(node.inputs[0]!) : undefined;
}

/** The simpler node that `node` equals exactly, if there is one. */
function identityOf(node: Tensor): Tensor | undefined {
  const [a, b] = node.inputs;
  const is = (side: Tensor | undefined, value: number) => side !== undefined && uniformValue(side) === value;
  const keep = (side: Tensor) => (sameShape(side.shape, node.shape) ? side : undefined);
  switch (node.op) {
    case 'add':
      return (is(b, 0) ? keep(a!) : undefined) ?? (is(a, 0) ? keep(b!) : undefined);
    case 'sub':
      return is(b, 0) ? keep(a!) : undefined;
    case 'mul':
      return (is(b, 1) ? keep(a!) : undefined) ?? (is(a, 1) ? keep(b!) : undefined) ?? scaledTwice(node);
    case 'div':
      return is(b, 1) ? keep(a!) : undefined;
    case 'neg':
      return a!.op === 'neg' ? a!.inputs[0] : undefined;
    case 'reshape':
      return a!.op === 'reshape' ? reshaped(a!.inputs[0]!, node.shape) : keep(a!);
    case 'broadcast':
      return keep(a!);
    default:
      return undefined;
  }
}

/** (x c1) c2 = x (c1 c2) for scalar constants. */
function scaledTwice(node: Tensor): Tensor | undefined {
  const split = (n: Tensor): [Tensor, number] | undefined => {
    if (n.op !== 'mul') return undefined;
    const i = n.inputs.findIndex((side) => side.op === 'constant' && side.shape.length === 0);
    return i < 0 ? undefined : [n.inputs[1 - i]!, n.inputs[i]!.attributes.data![0]!];
  };
  const outer = split(node);
  const inner = outer && split(outer[0]);
  return inner && outer ? inner[0].mul(inner[1] * outer[1]) : undefined;
}

function reshaped(source: Tensor, shape: Shape): Tensor {
  return source.reshape(shape);
}

function fold(node: Tensor): Tensor {
  if (node.inputs.length === 0 || node.dtype !== 'float32') return node;
  if (!node.inputs.every((input) => input.op === 'constant')) return node;
  if (node.op === 'broadcast' || sizeOf(node.shape) > FOLD_LIMIT) return node;
  const inputs: Values[] = node.inputs.map((input) => ({
    shape: input.shape as readonly number[],
    data: input.attributes.data!,
  }));
  const attributes: Attributes = node.attributes;
  return constant(
    operators[node.op].evaluate(inputs, attributes, node.shape as readonly number[]),
    node.shape,
  );
}
