/** @file Rewrites a graph to an equal, smaller one: shared subexpressions, folded constants, dropped identities. */
import type { Values } from '../float64.js';
import { topologicalOrder } from '../grad.js';
import { operators } from '../ops.js';
import { sizeOf } from '../shape.js';
import { constant, type Tensor, withInputs } from '../tensor.js';
import { remembered } from './remembered.js';
import { rewrite } from './rewrite.js';

/** Constants of more elements than this stay expressions (a broadcast zero, for example), so that models stay small. */
const FOLD_LIMIT = 4096;

/**
 * The same outputs, with every common subexpression one node and every constant subexpression folded. A second call with
 * the same outputs, or with what they became, costs nothing and returns the same nodes.
 */
export const simplify = remembered(simplified);

function simplified(outputs: readonly Tensor[]): Tensor[] {
  const canonical = new Map<string, Tensor>();
  const rewritten = new Map<Tensor, Tensor>();
  const ids = new Map<Tensor, number>();
  const share = (node: Tensor): Tensor => {
    const key = keyOf(node, ids);
    const known = canonical.get(key);
    if (known) return known;
    canonical.set(key, node);
    ids.set(node, ids.size);
    return node;
  };
  /** The shared node that equals a node after all rules; the new inputs that rules bring are settled too. */
  const settle = (node: Tensor): Tensor => {
    if (ids.has(node)) return node;
    const settled = withInputs(node, node.inputs.map(settle));
    const simpler = rewrite(settled);
    return simpler ? settle(simpler) : share(fold(settled));
  };
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map((input) => rewritten.get(input)!);
    rewritten.set(node, settle(withInputs(node, inputs)));
  }
  return outputs.map((output) => rewritten.get(output)!);
}

function keyOf(node: Tensor, ids: ReadonlyMap<Tensor, number>): string {
  const attributes = JSON.stringify(node.attributes, (key, value) =>
    key === 'data' ? Array.from(value as Float64Array).join() : value,
  );
  return `${node.op}(${node.inputs.map((input) => ids.get(input)).join()})${attributes}`;
}

function fold(node: Tensor): Tensor {
  if (node.inputs.length === 0 || node.dtype !== 'float32') return node;
  if (!node.inputs.every((input) => input.op === 'constant')) return node;
  if (node.op === 'broadcast' || sizeOf(node.shape) > FOLD_LIMIT) return node;
  const inputs: Values[] = node.inputs.map((input) => ({
    shape: input.shape as readonly number[],
    data: input.attributes.data!,
  }));
  const value = operators[node.op].evaluate(inputs, node.attributes, node.shape as readonly number[]);
  return constant(value, node.shape);
}
