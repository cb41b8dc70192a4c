/** @file A mixture of Gaussians of equal sizes, of which each has a factor: z = mu_c + A_c e. */

import { usageError } from '../errors.js';
import { symmetricEigenvalues } from '../math/linalg.js';
import type { Stream } from '../math/random.js';
import { expectComponent, type LatentBatch, type LatentPrior, type PriorState } from './prior.js';

/** What latents are made of: the component of each, and its noise. */
export interface MixtureDraws {
  /** n, uniform over the K components. */
  readonly component: Int32Array;
  /** n x d, e ~ N(0, I). */
  readonly noise: Float64Array;
}

/** Means and factors of a {@link UniformMixture}. */
export interface UniformMixtureOptions {
  /** Number of components K. */
  readonly components: number;
  /** mu, K x d. */
  readonly means: Float64Array;
  /** A, K x d x d; or K x d where all A_c are diagonal. */
  readonly factors: Float64Array;
}

/** The condition of a covariance that has lost a dimension, so that it stays a number. */
const MOST = 1e300;

/**
 * The latent prior q(z) = (1/K) sum_c N(z; mu_c, A_c A_c^T), drawn as z = mu_c + A_c e with e ~ N(0, I).
 * Source: DeLiGAN (diagonal A_c); GM-GAN (full A_c).
 */
export class UniformMixture implements LatentPrior {
  readonly components: number;
  readonly width: number;
  /** 1 / K each; it does not learn. */
  readonly mixing: Float64Array;
  #means: Float64Array;
  #factors: Float64Array;

  /** @throws a usage error where the arrays do not fit K components. */
  constructor({ components, means, factors }: UniformMixtureOptions) {
    const dim = means.length / components;
    const sizes = [components * dim, components * dim * dim];
    if (!Number.isInteger(components) || components < 1 || !Number.isInteger(dim) || dim < 1) {
      throw usageError(`${means.length} values are no means of ${components} components; give K x d.`);
    }
    if (!sizes.includes(factors.length)) {
      throw usageError(`There are ${factors.length} values of factors; give ${sizes.join(' or ')}.`);
    }
    this.components = components;
    this.width = dim;
    this.mixing = new Float64Array(components).fill(1 / components);
    this.#means = means;
    this.#factors = factors;
  }

  /** mu, K x d. */
  get means(): Float64Array {
    return this.#means;
  }

  /** A, K x d x d, or K x d where all are diagonal. */
  get factors(): Float64Array {
    return this.#factors;
  }

  /** A_c A_c^T of every component, K x d x d; a copy. */
  get covariances(): Float64Array {
    const { components, width: d } = this;
    const out = new Float64Array(components * d * d);
    for (let c = 0; c < components; c++) out.set(this.#covariance(c), c * d * d);
    return out;
  }

  /** Takes over new means and factors of the same sizes. */
  load(means: ArrayLike<number>, factors: ArrayLike<number>): void {
    this.#means = Float64Array.from(means);
    this.#factors = Float64Array.from(factors);
  }

  /** What n latents are made of. */
  draws(n: number, stream: Stream): MixtureDraws {
    const choices = stream.fork('component');
    const component = Int32Array.from({ length: n }, () => choices.int(this.components));
    return { component, noise: this.#noise(n, stream) };
  }

  /** n latents of components drawn uniformly, n x d. */
  sample(n: number, stream: Stream): LatentBatch {
    return this.#latents(this.draws(n, stream));
  }

  /**
   * n latents of N(mu_c, A_c A_c^T).
   * @throws a usage error where c is not 0..K-1.
   */
  sampleComponent(c: number, n: number, stream: Stream): LatentBatch {
    expectComponent(c, this.components);
    return this.#latents({ component: new Int32Array(n).fill(c), noise: this.#noise(n, stream) });
  }

  /** The mixture of N(mu_c, s A_c A_c^T), which draws the same noise. */
  spread(scale: number): UniformMixture {
    const { components, means } = this;
    return new UniformMixture({ components, means, factors: this.#factors.map((a) => a * Math.sqrt(scale)) });
  }

  /** Largest over smallest eigenvalue of A_c A_c^T, K numbers; 1e300 where a component has collapsed. */
  conditions(): Float64Array {
    return Float64Array.from({ length: this.components }, (_, c) => {
      const values = symmetricEigenvalues(this.#covariance(c), this.width);
      const largest = values.at(-1)!;
      return values[0]! > largest / MOST ? largest / values[0]! : MOST;
    });
  }

  /** Nothing: where the mixture learns, its network is saved, and else its seed draws it again. */
  state(): PriorState {
    return {};
  }

  get #diagonal(): boolean {
    return this.#factors.length === this.#means.length;
  }

  #noise(n: number, stream: Stream): Float64Array {
    return stream.fork('noise').normals(new Float64Array(n * this.width));
  }

  #covariance(c: number): Float64Array {
    const { width: d } = this;
    const out = new Float64Array(d * d);
    if (this.#diagonal) {
      for (let i = 0; i < d; i++) out[i * d + i] = this.#factors[c * d + i]! ** 2;
      return out;
    }
    const factor = this.#factors.subarray(c * d * d, (c + 1) * d * d);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        for (let k = 0; k < d; k++) out[i * d + j]! += factor[i * d + k]! * factor[j * d + k]!;
      }
    }
    return out;
  }

  #latents({ component, noise }: MixtureDraws): LatentBatch {
    const { width: d } = this;
    const [means, factors, diagonal] = [this.#means, this.#factors, this.#diagonal];
    const z = new Float64Array(noise.length);
    component.forEach((c, n) => {
      for (let i = 0; i < d; i++) {
        let sum = means[c * d + i]!;
        if (diagonal) sum += factors[c * d + i]! * noise[n * d + i]!;
        else for (let j = 0; j < d; j++) sum += factors[(c * d + i) * d + j]! * noise[n * d + j]!;
        z[n * d + i] = sum;
      }
    });
    return { z, component };
  }
}
