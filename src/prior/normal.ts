/** @file The standard normal prior. */

import { usageError } from '../errors.js';
import { identity } from '../math/linalg.js';
import type { Stream } from '../math/random.js';
import { expectComponent, type LatentBatch, type LatentPrior, type PriorState } from './prior.js';

const LOG_2PI = Math.log(2 * Math.PI);

/** z ~ N(0, I_d), one component: the latents of WGAN. */
export class NormalPrior implements LatentPrior {
  readonly components = 1;
  readonly width: number;
  readonly mixing = new Float64Array([1]);

  /** @throws a usage error unless the dimension is a whole number of at least 1. */
  constructor(readonly dim: number) {
    if (!Number.isInteger(dim) || dim < 1) {
      throw usageError(`A normal prior cannot have dim = ${dim}; give a whole number of at least 1.`);
    }
    this.width = dim;
  }

  get means(): Float64Array {
    return new Float64Array(this.dim);
  }

  get covariances(): Float64Array {
    return identity(this.dim);
  }

  /** n latents of N(0, I), n x d. */
  sample(n: number, stream: Stream): LatentBatch {
    const z = stream.fork('noise').normals(new Float64Array(n * this.dim));
    return { z, component: new Int32Array(n) };
  }

  /**
   * The same as `sample`.
   * @throws a usage error where c is not 0.
   */
  sampleComponent(c: number, n: number, stream: Stream): LatentBatch {
    expectComponent(c, 1);
    return this.sample(n, stream);
  }

  /** log N(z; 0, I) of n latents (n x d), n numbers. */
  logDensity(z: Float64Array, n: number): Float64Array {
    return Float64Array.from({ length: n }, (_, i) => {
      let squares = 0;
      for (let j = 0; j < this.dim; j++) squares += z[i * this.dim + j]! ** 2;
      return -0.5 * (squares + this.dim * LOG_2PI);
    });
  }

  state(): PriorState {
    return {};
  }
}
