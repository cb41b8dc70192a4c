/** @file Reverse-mode differentiation from graph to graph: the result is made of the same operators, so it composes. */
import { operators } from './ops.js';
import { formatShape, sizeOf } from './shape.js';
import { full, scalar, type Tensor } from './tensor.js';

/** Every node that the outputs are made of, inputs before users, each once. */
export function topologicalOrder<T extends { readonly inputs: readonly T[] }>(outputs: readonly T[]): T[] {
  const order: T[] = [];
  const state = new Map<T, 'open' | 'done'>();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    if (state.has(node)) {
      stack.pop();
      if (state.get(node) === 'open') order.push(node);
      state.set(node, 'done');
      continue;
    }
    state.set(node, 'open');
    for (let i = node.inputs.length - 1; i >= 0; i--) {
      if (!state.has(node.inputs[i]!)) stack.push(node.inputs[i]!);
    }
  }
  return order;
}

/**
 * Gradients of a scalar in the tensors `wrt` (leaves, or any node of the graph):  d loss / d wrt_k, each in the shape
 * of its tensor; zeros where the loss does not depend on it. Nothing is stopped silently: a tensor is held
 * constant by `detach`, or by feeding its value as an input. Gradients are graphs, so `grad` of an expression in them gives any order.
 * @throws if the loss is not a scalar.
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (sizeOf(loss.shape) !== 1)
    throw new Error(`grad: the loss has shape ${formatShape(loss.shape)}, not one element`);
  const order = topologicalOrder([loss]);
  const needed = dependents(order, wrt);
  const targets = new Set(wrt);
  const gradients = new Map<Tensor, Tensor>([[loss, scalar(1).reshape(loss.shape)]]);
  for (const node of order.reverse()) {
    const gradient = gradients.get(node);
    if (gradient === undefined || !needed.has(node)) continue;
    // A target that does not itself depend on a target ends its path.
    if (targets.has(node) && !node.inputs.some((input) => needed.has(input))) continue;
    const partials = operators[node.op].vjp({
      inputs: node.inputs,
      output: node,
      gradient,
      attributes: node.attributes,
    });
    node.inputs.forEach((input, i) => {
      const partial = partials[i];
      if (partial === undefined || !needed.has(input)) return;
      const sum = gradients.get(input);
      gradients.set(input, sum === undefined ? partial : sum.add(partial));
    });
  }
  return wrt.map((target) => gradients.get(target) ?? full(target.shape, 0));
}

/** The nodes on a path from `wrt`, themselves included. */
function dependents(order: readonly Tensor[], wrt: readonly Tensor[]): Set<Tensor> {
  const needed = new Set<Tensor>(wrt);
  for (const node of order) {
    if (node.inputs.some((input) => needed.has(input))) needed.add(node);
  }
  return needed;
}
