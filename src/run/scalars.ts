/** @file The numbers of a line of the log under names that say what they are: for TensorBoard and MLflow. */
import { groupOrder } from '../cluster/group-order.js';
import type { MetricsLine } from './folder.js';

/** `loss/critic`, `metric/...`, `prior/...`, `size/group-1`, `groups/moved`, `time/msPerStep`. */
export function scalarsOf(line: MetricsLine): Record<string, number> {
  const entries = (prefix: string, values: Readonly<Record<string, number>> = {}) =>
    Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value] as const);
  return Object.fromEntries([
    ...entries('loss', line.losses),
    ...entries('metric', line.metrics),
    ...entries('prior', line.diagnostics),
    // A group's number is its place by size, also while that changes.
    ...groupOrder(line.sizes).map((c, at) => [`size/group-${at + 1}`, line.sizes[c]!] as const),
    ...(line.moved === undefined ? [] : [['groups/moved', line.moved] as const]),
    ['time/msPerStep', line.msPerStep] as const,
  ]);
}
