/** @file Normal noise beside the code of a group of the data, drawn by the groups' shares. */
import { usageError } from '../errors.js';
import type { Stream } from '../math/random.js';
import { CategoricalPrior } from './categorical.js';
import type { LatentBatch, PriorState } from './prior.js';

/** Sizes of an {@link EmpiricalPrior}. */
export interface EmpiricalOptions {
  /** Number of groups K. */
  readonly components: number;
  /** Number of noise entries. */
  readonly noise: number;
}

/**
 * z = [e, onehot(c)], e ~ N(0, I), c ~ Cat(shares): the shares are those that the groups have in the data, and are told
 * from outside; before that they are 1 / K. Latents of noise + K numbers. Source: self-conditioned GAN; PGMGAN.
 */
export class EmpiricalPrior extends CategoricalPrior {
  /** @throws a usage error where a size does not suit, or saved shares are not K numbers. */
  constructor(options: EmpiricalOptions, restored?: PriorState) {
    super(options);
    if (restored?.shares) this.setShares(restored.shares.data);
  }

  /**
   * Takes over the shares of the groups, K numbers that sum to 1.
   * @throws a usage error where they are not K numbers.
   */
  setShares(shares: ArrayLike<number>): void {
    if (shares.length !== this.components) {
      throw usageError(
        `A prior of ${this.components} groups cannot have ${shares.length} shares; give one a group.`,
      );
    }
    this.mixing.set(Array.from(shares));
  }

  /** n latents, n x (noise + K), with groups drawn by their shares. */
  override sample(n: number, stream: Stream): LatentBatch {
    return this.draw(stream.fork('component').categoricals(this.mixing, new Int32Array(n)), stream);
  }

  override state(): PriorState {
    return { shares: { shape: [this.components], data: this.mixing.slice() } };
  }
}
