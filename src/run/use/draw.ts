/** @file New samples of a trained run, of one group or of the whole mixture. */

import { groupNumbers, groupOrder } from '../../cluster/group-order.js';
import { sampleSize } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import type { Drawn } from '../../train/rejection.js';
import type { TrainedRun } from '../trained.js';

/** What {@link drawSamples} draws. */
export interface DrawOptions {
  /** Number of the group to draw from, 1..K, the largest first; the whole mixture if absent. */
  readonly group?: number | undefined;
  readonly count: number;
  /** The same seed gives the same samples (default 0). */
  readonly seed?: number | undefined;
}

/** Most values that one draw holds: 2 GiB of float32. */
const MOST_VALUES = 2 ** 29;

/** New samples, and the group of each. */
export interface DrawnSamples extends Drawn {
  /** Number of the group that each sample was drawn from, 1..K. */
  readonly groups: Int32Array;
}

/** Draws samples. @throws a usage error for a group that there is not, or more than memory should hold. */
export async function drawSamples(
  trained: Pick<TrainedRun, 'inference' | 'run'>,
  { group, count, seed = 0 }: DrawOptions,
): Promise<DrawnSamples> {
  const { inference, run } = trained;
  const { mixing, width } = inference.prior;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw usageError(`--seed is ${seed}; give a whole number of at least 0.`);
  }
  if (group !== undefined) requireGroup(trained, group);
  const size = Math.max(sampleSize(run.dataset.shape), width);
  if (count * size > MOST_VALUES) {
    throw usageError(
      `--count is ${count}; at most ${Math.floor(MOST_VALUES / size)} samples are drawn at once.`,
    );
  }
  if (group === undefined) {
    const drawn = await inference.sampleMixture(count, 'drawn', seed);
    const numbers = groupNumbers(mixing);
    return { ...drawn, groups: drawn.components.map((component) => numbers[component]!) };
  }
  const component = groupOrder(mixing)[group - 1]!;
  return {
    samples: await inference.sampleComponent(component, count, 'drawn', seed),
    components: new Int32Array(count).fill(component),
    groups: new Int32Array(count).fill(group),
  };
}

/** @throws a usage error unless the run has a group of this number, 1..K. */
export function requireGroup({ inference, run }: Pick<TrainedRun, 'inference' | 'run'>, group: number): void {
  const { components } = inference.prior;
  if (components < run.components) {
    throw usageError(`The run was trained by ${run.method}, which learns no groups; leave out --group.`);
  }
  if (Number.isInteger(group) && group >= 1 && group <= components) return;
  throw usageError(
    components === 1
      ? `There is no group ${group}; the run has one group, 1.`
      : `There is no group ${group}; groups are numbered from 1, the largest, to ${components}.`,
  );
}
