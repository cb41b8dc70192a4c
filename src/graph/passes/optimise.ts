/** @file What is done to a graph before it is run, when no gradient is taken of it any more. */
import { topologicalOrder } from '../grad.js';
import { type Tensor, withInputs } from '../tensor.js';
import { interpolateMaps } from './interpolations.js';
import { remembered } from './remembered.js';
import { simplify } from './simplify.js';

/**
 * The same outputs from fewer, cheaper nodes: without `detach`, simplified, and with affine maps of interpolations taken
 * from the maps of their ends. Gradients are to be taken before. A second call with the same outputs, or with what they
 * became, costs nothing and returns the same nodes.
 */
export const optimise = remembered((outputs) => interpolateMaps(simplify(attached(outputs))));

/** The same values without `detach`, which means something to gradients alone. */
function attached(outputs: readonly Tensor[]): Tensor[] {
  const done = new Map<Tensor, Tensor>();
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map((input) => done.get(input)!);
    done.set(node, node.op === 'detach' ? inputs[0]! : withInputs(node, inputs));
  }
  return outputs.map((output) => done.get(output)!);
}
