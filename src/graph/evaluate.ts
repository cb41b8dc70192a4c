/** @file The interpreter: evaluates expressions in float64, node by node, by the table's own `evaluate` rules. */
import type { Values } from './float64.js';
import { topologicalOrder } from './grad.js';
import { operators } from './ops.js';
import { formatShape, sizeOf } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * Float64 values of `outputs`, row-major, given a value for every named input.
 * @throws if an input was given no value, or one that does not fill its shape.
 */
export function evaluate(
  outputs: readonly Tensor[],
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Float64Array[] {
  const values = new Map<Tensor, Values>();
  for (const node of topologicalOrder(outputs)) {
    const shape = node.shape as readonly number[];
    if (node.op === 'input') {
      values.set(node, { shape, data: feed(node, feeds) });
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    values.set(node, { shape, data: operators[node.op].evaluate(inputs, node.attributes, shape) });
  }
  return outputs.map((output) => values.get(output)!.data);
}

function feed(node: Tensor, feeds: Readonly<Record<string, ArrayLike<number>>>): Float64Array {
  const data = feeds[node.attributes.name!];
  if (data === undefined) throw new Error(`input ${node.attributes.name} was given no value`);
  if (data.length !== sizeOf(node.shape)) {
    throw new Error(
      `input ${node.attributes.name}: ${data.length} values for shape ${formatShape(node.shape)}`,
    );
  }
  return Float64Array.from(data);
}
