/** @file A stable text of a graph: a change of the mathematics shows as a change of these lines. */
import { topologicalOrder } from '../grad.js';
import { formatShape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { simplify } from './simplify.js';

/** One line a node, inputs before users, then the named outputs; after {@link simplify}. */
export function print(outputs: Readonly<Record<string, Tensor>>): string {
  const targets = simplify(Object.values(outputs));
  const names = new Map<Tensor, string>();
  const lines = topologicalOrder(targets).map((node, i) => {
    names.set(node, `%${i}`);
    return `%${i} = ${node.op}(${operands(node, names)}) : ${node.dtype}${formatShape(node.shape)}`;
  });
  const results = Object.keys(outputs).map((name, i) => `${name} = ${names.get(targets[i]!)}`);
  return [...lines, ...results].join('\n');
}

function operands(node: Tensor, names: ReadonlyMap<Tensor, string>): string {
  const inputs = node.inputs.map((input) => names.get(input)!);
  const attributes = Object.entries(node.attributes)
    .filter(([key]) => key !== 'shape')
    .map(([key, value]) => `${key}=${format(value)}`);
  return [...inputs, ...attributes].join(', ');
}

function format(value: unknown): string {
  if (value instanceof Float64Array) {
    const shown = Array.from(value.subarray(0, 8), (item) => Number(item.toPrecision(9))).join(' ');
    return `[${shown}${value.length > 8 ? ` ... ${value.length} values` : ''}]`;
  }
  return JSON.stringify(value);
}
