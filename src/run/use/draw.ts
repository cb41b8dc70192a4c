/** @file New samples of a trained run, of one component or of the whole mixture. */

import { sampleSize } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import type { Drawn } from '../../train/rejection.js';
import type { TrainedRun } from '../trained.js';

/** What {@link drawSamples} draws. */
export interface DrawOptions {
  /** Component to draw from, 0..K-1; the whole mixture if absent. */
  readonly component?: number | undefined;
  readonly count: number;
  /** The same seed gives the same samples (default 0). */
  readonly seed?: number | undefined;
}

/** Most values that one draw holds: 2 GiB of float32. */
const MOST_VALUES = 2 ** 29;

/** Draws samples. @throws a usage error for a component that there is not, or more than memory should hold. */
export async function drawSamples(
  { inference, run }: TrainedRun,
  { component, count, seed = 0 }: DrawOptions,
): Promise<Drawn> {
  const size = Math.max(sampleSize(run.dataset.shape), inference.prior.width);
  if (count * size > MOST_VALUES) {
    throw usageError(
      `--count is ${count}; at most ${Math.floor(MOST_VALUES / size)} samples are drawn at once.`,
    );
  }
  if (component === undefined) return inference.sampleMixture(count, 'drawn', seed);
  return {
    samples: await inference.sampleComponent(component, count, 'drawn', seed),
    components: new Int32Array(count).fill(component),
  };
}
