/**
 * @file Sizes that are held by the data: the M-step of a mixture, beside the critic's Stein gradient.
 *
 * The critic's gradient rewards components that are generated well, and while samples are bad that is not those which
 * are frequent. So sizes start at the shares of the groups that were found, and are drawn to the shares of the components in
 * real rows, pi_c <- (1 - w) pi_c + w mean_i 1[c = argmax_b p(b | x_i)]: the M-step of classification EM (Celeux and Govaert
 * 1992). It counts, since probabilities of a student that learned smoothed targets are drawn to 1 / K. The Stein gradient is
 * let in as components come to be seen as themselves.
 */
import { sampleSize } from '../../data/dataset.js';
import type { Intervention, InterventionTools } from '../../method/intervention.js';
import type { MixturePrior } from '../../prior/mixture.js';
import type { PriorState } from '../../prior/prior.js';

/** Steps between two M-steps. */
const EVERY = 100;
/** Real rows of one. */
const ROWS = 2000;
/** Share of samples seen as their own component below which the critic's gradient stays out; at 1 it counts in full. */
const GOOD = 0.9;
/** What one batch adds to the running share. */
const MEMORY = 0.01;
/** Least size of a component, as a share of 1 / K. */
const LEAST = 0.01;

/** What holds sizes. */
export interface HeldSizesOptions {
  readonly prior: MixturePrior;
  /** Weight w of an M-step; 0 leaves the sizes to the critic. */
  readonly weight: number;
  readonly restored?: PriorState | undefined;
}

/** Runs an M-step now and then, and watches how many samples are seen as their own component. */
export class HeldSizes implements Intervention {
  readonly #options: HeldSizesOptions;
  #agreement: number;

  constructor(options: HeldSizesOptions) {
    this.#options = options;
    this.#agreement = options.restored?.agreement?.data[0] ?? 0;
  }

  /** The running share of samples that are seen as the component which they were generated from, 0..1. */
  get agreement(): number {
    return this.#agreement;
  }

  /** What the critic's gradient of the sizes is multiplied by: 0 up to a share of 0.9, then rising to 1. */
  get critic(): number {
    return Math.max(0, (this.#agreement - GOOD) / (1 - GOOD));
  }

  due(step: number): boolean {
    return this.#options.weight > 0 && step > 0 && step % EVERY === 0;
  }

  async run({ samples, stream, assign }: InterventionTools): Promise<undefined> {
    const { prior, weight } = this.#options;
    const rows = stream.choice(samples.count, Math.min(ROWS, samples.count));
    const values = new Float32Array(rows.length * sampleSize(samples.shape));
    samples.read(rows, values);
    const shares = new Float64Array(prior.components);
    for (const c of await assign(values)) shares[c]! += 1 / rows.length;
    prior.setMixing(normalised(prior.mixing.map((size, c) => (1 - weight) * size + weight * shares[c]!)));
  }

  /** Takes the components of a batch and the probabilities [B, K] that its samples were seen with. */
  observe(components: Int32Array, seen: Float32Array): void {
    const k = this.#options.prior.components;
    let own = 0;
    components.forEach((c, i) => {
      const row = seen.subarray(i * k, (i + 1) * k);
      if (row.indexOf(Math.max(...row)) === c) own += 1 / components.length;
    });
    this.#agreement += MEMORY * (own - this.#agreement);
  }

  state(): PriorState {
    return { agreement: { shape: [1], data: Float64Array.of(this.#agreement) } };
  }
}

/** Sizes that sum to 1, none below a hundredth of 1 / K. */
export function normalised(sizes: Float64Array): Float64Array {
  const least = LEAST / sizes.length;
  const kept = sizes.map((size) => Math.max(size, least));
  const sum = kept.reduce((a, b) => a + b, 0);
  return kept.map((size) => size / sum);
}
