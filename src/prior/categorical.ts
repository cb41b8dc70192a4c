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
}

/**
 * z = [e, onehot(c)], e ~ N(0, noiseStd^2 I), c uniform over K codes: latents of noise + K numbers.
 * Source: InfoGAN; ClusterGAN, with noiseStd = 0.1.
 */
export class CategoricalPrior implements LatentPrior {
  readonly components: number;
  /** Noise entries, which come before the code. */
  readonly noise: number;
  /** Standard deviation of the noise. */
  readonly noiseStd: number;
  readonly width: number;
  /** 1 / K each, unless a prior is told others. */
  readonly mixing: Float64Array;

  /** @throws a usage error where a size is not a whole number, K is below 1, or the number of noise entries below 0. */
  constructor(options: CategoricalOptions) {
    const { components, noise, noiseStd = 1 } = options;
    if (!Number.isInteger(components) || components < 1 || !Number.isInteger(noise) || noise < 0) {
      throw usageError(
        `A categorical prior cannot have ${components} components and ${noise} noise entries; give whole numbers ` +
          'of at least 1 and 0.',
      );
    }
    this.components = components;
    this.noise = noise;
    this.noiseStd = noiseStd;
    this.width = noise + components;
    this.mixing = new Float64Array(components).fill(1 / components);
  }

  /** [0, onehot(c)], K x (noise + K). */
  get means(): Float64Array {
    const { components, noise, width } = this;
    const means = new Float64Array(components * width);
    for (let c = 0; c < components; c++) means[c * width + noise + c] = 1;
    return means;
  }

  /** noiseStd^2 I for the noise, 0 for the code; K x (noise + K) x (noise + K). */
  get covariances(): Float64Array {
    const { components, noise, width } = this;
    const covariances = new Float64Array(components * width * width);
    for (let c = 0; c < components; c++) {
      for (let j = 0; j < noise; j++) covariances[(c * width + j) * width + j] = this.noiseStd ** 2;
    }
    return covariances;
  }

  /** n latents, n x (noise + K), with codes drawn uniformly. */
  sample(n: number, stream: Stream): LatentBatch {
    const choices = stream.fork('component');
    const component = new Int32Array(n);
    for (let i = 0; i < n; i++) component[i] = choices.int(this.components);
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
    const draws = stream.fork('noise').normals(new Float64Array(component.length * noise));
    const z = new Float64Array(component.length * width);
    component.forEach((c, i) => {
      for (let j = 0; j < noise; j++) z[i * width + j] = draws[i * noise + j]! * this.noiseStd;
      z[i * width + noise + c] = 1;
    });
    return { z, component };
  }
}
