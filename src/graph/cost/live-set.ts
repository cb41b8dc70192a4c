/** @file How much memory the values of a graph take while it is computed, one operator after the other. */
import { topologicalOrder } from '../grad.js';
import type { Lowered } from '../passes/lowered.js';
import { sizeOf } from '../shape.js';

/**
 * The values that a graph computes on the way to its outputs: neither leaves, nor the outputs themselves, which have
 * memory of their own. Reshaped and detached values are views of other
 * values, so they are not counted.
 */
export function intermediates(outputs: readonly Lowered[]): Lowered[] {
  const kept = new Set(outputs.map(viewed));
  return topologicalOrder(outputs).filter(
    (node) => !isView(node) && node.inputs.length > 0 && !kept.has(node),
  );
}

/**
 * The largest number of elements of {@link intermediates} that are alive at one time, if the outputs are computed in
 * the order given, each with all that it needs before the next, and every value is freed after its last reader.
 */
export function liveSet(outputs: readonly Lowered[]): number {
  const order = topologicalOrder(outputs);
  const lastUse = new Map<Lowered, number>();
  order.forEach((node, at) => {
    for (const used of [node, ...node.inputs]) lastUse.set(viewed(used), at);
  });
  const counted = new Set(intermediates(outputs));
  const ending = new Map<number, Lowered[]>();
  for (const node of counted) {
    const at = lastUse.get(node)!;
    ending.set(at, [...(ending.get(at) ?? []), node]);
  }
  let [alive, most] = [0, 0];
  order.forEach((node, at) => {
    if (counted.has(node)) alive += sizeOf(node.shape);
    most = Math.max(most, alive);
    for (const gone of ending.get(at) ?? []) alive -= sizeOf(gone.shape);
  });
  return most;
}

const isView = ({ op }: Lowered) => op === 'reshape' || op === 'detach';

/** The value of which a node is a view. */
function viewed(node: Lowered): Lowered {
  return isView(node) ? viewed(node.inputs[0]!) : node;
}
