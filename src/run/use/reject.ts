/** @file Rejection of generated samples by GOLD: the model's worst samples are drawn again, group by group. */
import { groupNumbers } from '../../cluster/group-order.js';
import { usageError } from '../../errors.js';
import type { GoldEstimator } from '../../evaluate/gold.js';
import type { Stream } from '../../math/random.js';
import { keepProbabilities } from '../../nn/gold-rejection.js';
import { type Drawn, TooFewKept } from '../../train/rejection.js';

/** Candidates that are judged together, as in the authors' code. */
const BATCH = 100;
/** Batches that are drawn at a time. */
const BATCHES = 10;
/** Candidates a sample that are drawn at most, of a group that is asked for little at least ten batches. */
const MOST = 100;

/** Samples that were kept, and what became of the others. */
export interface KeptSamples extends Drawn {
  readonly rejection: {
    /** Candidates that were judged. */
    readonly candidates: number;
    /** Whether GOLD estimates log p_data - log p_g; else it only orders samples. */
    readonly densityRatio: boolean;
  };
}

/** What {@link keptSamples} draws. */
export interface RejectionOptions {
  /** The component of each sample that is wanted. */
  readonly components: Int32Array;
  /** p in [0, 1): of this share of a batch of candidates less than half are kept. */
  readonly reject: number;
  /** n candidates of a component. */
  draw(component: number, n: number, stream: Stream): Promise<Drawn>;
  readonly stream: Stream;
  /** Sizes of the groups, by which they have their numbers. */
  readonly mixing: ArrayLike<number>;
}

/** @throws a usage error, with the words that were typed, unless p is a number of [0, 1). */
export function requireReject(p: number, typed = String(p)): void {
  if (p >= 0 && p < 1) return;
  throw usageError(`--reject is ${typed}; give a number of at least 0 and below 1, such as 0.5.`);
}

/**
 * As many samples of each component as are wanted, each kept with the probability of {@link keepProbabilities} among 100
 * candidates of its component.
 *
 * @throws a {@link TooFewKept} where 100 candidates a sample do not give enough
 */
export async function keptSamples(
  estimator: GoldEstimator,
  { components, reject, draw, stream, mixing }: RejectionOptions,
): Promise<KeptSamples> {
  const largest = estimator.generated.marginal.reduce((most, value) => Math.max(most, value), -Infinity);
  let samples: Float32Array | undefined;
  let candidates = 0;
  for (const component of new Set(components)) {
    const slots = [...components.keys()].filter((i) => components[i] === component);
    const own = stream.fork('component', component);
    const most = Math.max(MOST * slots.length, BATCH * BATCHES);
    let [filled, judged] = [0, 0];
    for (let round = 0; filled < slots.length && judged < most; round++) {
      const needed = Math.ceil((2 * (slots.length - filled)) / BATCH);
      const n = BATCH * Math.min(BATCHES, needed);
      const drawn = await draw(component, n, own.fork('round', round));
      const { values } = await estimator.ofSamples(drawn.samples, new Int32Array(n).fill(component));
      const thresholds = own.fork('accept', round).uniforms(new Float64Array(n));
      const size = drawn.samples.length / n;
      samples ??= new Float32Array(components.length * size);
      for (let start = 0; start < n && filled < slots.length; start += BATCH) {
        const keep = keepProbabilities(values.subarray(start, start + BATCH), largest, reject);
        for (let i = 0; i < BATCH && filled < slots.length; i++) {
          judged += 1;
          if (!(thresholds[start + i]! < keep[i]!)) continue;
          const at = (start + i) * size;
          samples.set(drawn.samples.subarray(at, at + size), slots[filled]! * size);
          filled += 1;
        }
      }
    }
    if (filled < slots.length) {
      const group = groupNumbers(mixing)[component]!;
      throw new TooFewKept(
        `Of ${judged} candidates of group ${group} only ${filled} were kept, and ${slots.length} are wanted; --reject ${reject} rejects too many, so give a smaller number.`,
      );
    }
    candidates += judged;
  }
  const { densityRatio } = estimator;
  return { samples: samples ?? new Float32Array(), components, rejection: { candidates, densityRatio } };
}
