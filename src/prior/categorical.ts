/** @file Normal noise beside a one-hot code. */

import { usageError } from '../errors.js';
import type { Stream } from '../math/random.js';
import { expectComponent, type LatentBatch, type LatentPrior, type PriorState } from './prior.js';

/** Sizes of a {@link CategoricalPrior}. */
export interface CategoricalOptions {
  /** Number of codes K. */
  readonly components: number;
  /** Number of noise entries, which may be 0. */
  readonly noise: number;
  /** Standard deviation of the noise (default 1; ClusterGAN uses 0.1). */
  readonly noiseStd?: number;
  /** `uniform`: noise from U(-1, 1), as InfoGAN's own, instead of N(0, noiseStd^2) (default `normal`). */
  readonly noiseLaw?: 'normal' | 'uniform';
  /** Probabilities of the codes, K (default: equal). */
  readonly mixing?: ArrayLike<number>;
}

/**
 * z = [e, onehot(c)], e ~ N(0, noiseStd^2 I) or U(-1, 1), c uniform over K codes unless probabilities are given: latents
 * of noise + K numbers.
 * Source: InfoGAN; ClusterGAN, with noiseStd = 0.1; Elastic-InfoGAN, whose probabilities are learned.
 */
export class CategoricalPrior implements LatentPrior {
  readonly components: number;
  /** Noise entries, which come before the code. */
  readonly noise: number;
  /** Standard deviation of the noise. */
  readonly noiseStd: number;
  readonly noiseLaw: 'normal' | 'uniform';
  readonly width: number;
  /** 1 / K each unless others were given; it does not learn by itself (see {@link weigh}). */
  readonly mixing: Float64Array;
  /** Equal codes are drawn as whole numbers, as they have been since the first runs, which are to be repeatable. */
  #equal = true;

  /**
   * @throws a usage error where a size is not a whole number, K is below 1, the number of noise entries below 0, or
   * probabilities are not K numbers of at least 0
   */
  constructor(options: CategoricalOptions) {
    const { components, noise, noiseStd = 1, noiseLaw = 'normal', mixing } = options;
    if (!Number.isInteger(components) || components < 1 || !Number.isInteger(noise) || noise < 0) {
      throw usageError(
        `A categorical prior cannot have ${components} components and ${noise} noise entries; give whole numbers ` +
          'of at least 1 and 0.',
      );
    }
    this.components = components;
    this.noise = noise;
    this.noiseStd = noiseStd;
    this.noiseLaw = noiseLaw;
    this.width = noise + components;
    this.mixing = new Float64Array(components).fill(1 / components);
    if (mixing) this.weigh(mixing);
  }

  /**
   * Takes other probabilities of the codes, which may be any K weights.
   * @throws a usage error where there are not K, one is below 0, or their sum is not above 0
   */
  weigh(weights: ArrayLike<number>): void {
    const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
    if (weights.length !== this.components || !(total > 0) || Array.from(weights).some((w) => !(w >= 0))) {
      throw usageError(
        `The shares of the groups are ${Array.from(weights).join(', ')}; give ${this.components} numbers of at least 0, one above 0.`,
      );
    }
    for (let c = 0; c < this.components; c++) this.mixing[c] = weights[c]! / total;
    this.#equal = false;
  }

  /** [0, onehot(c)], K x (noise + K). */
  get means(): Float64Array {
    const { components, noise, width } = this;
    const means = new Float64Array(components * width);
    for (let c = 0; c < components; c++) means[c * width + noise + c] = 1;
    return means;
  }

  /** The noise's variance (noiseStd^2, or 1/3 of U(-1, 1)) on its diagonal, 0 for the code; K x width x width. */
  get covariances(): Float64Array {
    const { components, noise, width } = this;
    const variance = this.noiseLaw === 'uniform' ? 1 / 3 : this.noiseStd ** 2;
    const covariances = new Float64Array(components * width * width);
    for (let c = 0; c < components; c++) {
      for (let j = 0; j < noise; j++) covariances[(c * width + j) * width + j] = variance;
    }
    return covariances;
  }

  /** n latents, n x (noise + K), with codes drawn by their probabilities. */
  sample(n: number, stream: Stream): LatentBatch {
    const choices = stream.fork('component');
    const component = new Int32Array(n);
    if (!this.#equal) choices.categoricals(this.mixing, component);
    else for (let i = 0; i < n; i++) component[i] = choices.int(this.components);
    return this.draw(component, stream);
  }

  /**
   * n latents with code c.
   * @throws a usage error where c is not 0..K-1.
   */
  sampleComponent(c: number, n: number, stream: Stream): LatentBatch {
    expectComponent(c, this.components);
    return this.draw(new Int32Array(n).fill(c), stream);
  }

  state(): PriorState {
    return {};
  }

  protected draw(component: Int32Array, stream: Stream): LatentBatch {
    const { noise, width } = this;
    const uniform = this.noiseLaw === 'uniform';
    const values = new Float64Array(component.length * noise);
    const draws = uniform ? stream.fork('noise').uniforms(values) : stream.fork('noise').normals(values);
    const placed = (draw: number) => (uniform ? 2 * draw - 1 : draw * this.noiseStd);
    const z = new Float64Array(component.length * width);
    component.forEach((c, i) => {
      for (let j = 0; j < noise; j++) z[i * width + j] = placed(draws[i * noise + j]!);
      z[i * width + noise + c] = 1;
    });
    return { z, component };
  }
}
