/** @file New samples of a trained run, of one group or of the whole mixture. */

import { groupNumbers, groupOrder } from '../../cluster/group-order.js';
import { sampleSize } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import type { Stream } from '../../math/random.js';
import type { LatentPrior } from '../../prior/prior.js';
import type { Drawn } from '../../train/rejection.js';
import type { TrainedRun } from '../trained.js';

/** What {@link drawSamples} draws. */
export interface DrawOptions {
  /** Number of the group to draw from, 1..K, the largest first; the whole mixture if absent. */
  readonly group?: number | undefined;
  readonly count: number;
  /** The same seed gives the same samples (default 0). */
  readonly seed?: number | undefined;
  /**
   * s: latents of group k are drawn from N(mu_k, s Sigma_k) instead of N(mu_k, Sigma_k). Below 1 samples are closer to what
   * is typical of their group, above 1 they vary more. The same seed draws the same noise. Source: GM-GAN, section 5.
   */
  readonly spread?: number | undefined;
}

/** Most values that one draw holds: 2 GiB of float32. */
const MOST_VALUES = 2 ** 29;

/** New samples, and the group of each. */
export interface DrawnSamples extends Drawn {
  /** Number of the group that each sample was drawn from, 1..K. */
  readonly groups: Int32Array;
}

/**
 * Draws samples.
 * @throws a usage error for a group that there is not, a spread of latents that are no mixture of Gaussians, or more than
 * memory should hold
 */
export async function drawSamples(
  trained: Pick<TrainedRun, 'inference' | 'run'>,
  { group, count, seed = 0, spread }: DrawOptions,
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
  const prior = spread === undefined ? inference.prior : spreadPrior({ inference, run }, spread);
  const stream = inference.stream.fork('samples', 'drawn', seed);
  if (group === undefined) {
    const draw = (n: number, own: Stream) => prior.sample(n, own);
    const drawn = await inference.sampleBy(count, draw, stream.fork('mixture'));
    requireFinite(drawn.samples, spread);
    const numbers = groupNumbers(mixing);
    return { ...drawn, groups: drawn.components.map((component) => numbers[component]!) };
  }
  const component = groupOrder(mixing)[group - 1]!;
  const draw = (n: number, own: Stream) => prior.sampleComponent(component, n, own);
  const drawn = await inference.sampleBy(count, draw, stream.fork(component));
  requireFinite(drawn.samples, spread);
  return { ...drawn, groups: new Int32Array(count).fill(group) };
}

/** @throws a usage error unless the spread is a number above 0, and the latents are a mixture of Gaussians. */
function spreadPrior({ inference, run }: Pick<TrainedRun, 'inference' | 'run'>, spread: number): LatentPrior {
  const { prior } = inference;
  requireSpread(spread);
  if (prior.spread) return spread === 1 ? prior : prior.spread(spread);
  throw usageError(
    `The run was trained by ${run.method}, whose latents are no mixture of Gaussians; leave out --spread.`,
  );
}

/** @throws a usage error where latents were spread so far that samples are no numbers any more. */
function requireFinite(samples: Float32Array, spread: number | undefined): void {
  if (spread === undefined || samples.every(Number.isFinite)) return;
  throw usageError(`With --spread ${spread} samples are too large to be numbers; give a smaller one.`);
}

/** @throws a usage error, with the words that were typed, unless the spread is a number above 0. */
export function requireSpread(spread: number, typed = String(spread)): void {
  if (Number.isFinite(spread) && spread > 0) return;
  throw usageError(`--spread is ${typed}; give a number above 0, such as 0.5.`);
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
