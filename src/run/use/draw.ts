/** @file New samples of a trained run, of one group or of the whole mixture. */

import { groupNumbers, groupOrder } from '../../cluster/group-order.js';
import { sampleSize } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import type { Stream } from '../../math/random.js';
import type { LatentPrior } from '../../prior/prior.js';
import type { Inference } from '../../train/inference.js';
import type { Drawn } from '../../train/rejection.js';
import { openGold } from '../gold/open.js';
import type { TrainedRun } from '../trained.js';
import { type KeptSamples, keptSamples, requireReject } from './reject.js';

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
  /**
   * p in [0, 1): samples are kept by GOLD, so that the model's worst are drawn again; of a share p of the candidates less
   * than half are kept (default: all samples are kept). Source: Mo et al. 2019, section 3.2.
   */
  readonly reject?: number | undefined;
}

/** Most values that one draw holds: 2 GiB of float32. */
const MOST_VALUES = 2 ** 29;

/** New samples, and the group of each. */
export interface DrawnSamples extends Drawn {
  /** Number of the group that each sample was drawn from, 1..K. */
  readonly groups: Int32Array;
  /** How they were kept, where some were rejected. */
  readonly rejection?: KeptSamples['rejection'];
}

/**
 * Draws samples.
 * @throws a usage error for a group that there is not, a spread of latents that are no mixture of Gaussians, more than
 * memory should hold, or rejection by a model that has no critic or no group probabilities
 */
export async function drawSamples(
  trained: RunToDraw,
  { group, count, seed = 0, spread, reject }: DrawOptions,
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
  const component = group === undefined ? undefined : groupOrder(mixing)[group - 1]!;
  const drawn =
    reject === undefined
      ? await drawAll(inference, prior, { component, count, stream })
      : await drawKept(trained, prior, { component, count, stream, reject });
  requireFinite(drawn.samples, spread);
  if (group !== undefined) return { ...drawn, groups: new Int32Array(count).fill(group) };
  const numbers = groupNumbers(mixing);
  return { ...drawn, groups: drawn.components.map((one) => numbers[one]!) };
}

/** A run whose samples are drawn; with its step where it may be too early to reject any. */
type RunToDraw = Pick<TrainedRun, 'inference' | 'run'> & Partial<Pick<TrainedRun, 'step'>>;

interface Wanted {
  /** The component to draw from; the whole mixture if absent. */
  readonly component: number | undefined;
  readonly count: number;
  readonly stream: Stream;
}

function drawAll(
  inference: Inference,
  prior: LatentPrior,
  { component, count, stream }: Wanted,
): Promise<Drawn> {
  if (component === undefined) {
    return inference.sampleBy(count, (n, own) => prior.sample(n, own), stream.fork('mixture'));
  }
  const draw = (n: number, own: Stream) => prior.sampleComponent(component, n, own);
  return inference.sampleBy(count, draw, stream.fork(component));
}

/** Samples that GOLD keeps: components come as often as they are drawn, whatever is rejected. */
async function drawKept(
  trained: RunToDraw,
  prior: LatentPrior,
  { component, count, stream, reject }: Wanted & { readonly reject: number },
): Promise<KeptSamples> {
  const { inference } = trained;
  requireReject(reject);
  const estimator = await openGold(trained);
  const own = stream.fork('reject');
  const components =
    component === undefined
      ? prior.sample(count, own.fork('mixture')).component
      : new Int32Array(count).fill(component);
  return keptSamples(estimator, {
    ...{ components, reject, stream: own, mixing: prior.mixing },
    draw: (c, n, part) =>
      inference.sampleBy(n, (m, latents) => prior.sampleComponent(c, m, latents), part.fork('candidates')),
  });
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
