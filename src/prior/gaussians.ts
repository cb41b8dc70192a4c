/** @file K full-covariance Gaussians with their Cholesky factors, and the densities and responsibilities of a mixture. */

import { MixturaError, usageError } from '../errors.js';
import { invertLower, softmax, symmetricEigenvalues, tryCholesky } from '../math/linalg.js';

const LOG_2PI = Math.log(2 * Math.PI);
const JITTER = 1e-6;

/** Constants with which log pi_c N_c(z) = constant_c - |weight_c z - offset_c|^2 / 2. */
export interface Whitening {
  /** K x d x d, L_c^-1. */
  readonly weight: Float64Array;
  /** K x d, L_c^-1 mu_c. */
  readonly offset: Float64Array;
  /** K, log pi_c - sum_i log L_c,ii - (d/2) log 2 pi. */
  readonly constant: Float64Array;
}

/**
 * Parameters of q(z) = sum_c pi_c N(z; mu_c, Sigma_c), pi = softmax(rho), and the factors Sigma_c = L_c L_c^T.
 *
 * Change the parameters only together with a call of `refactor` (a covariance) or `refreshConstants` (the logits).
 */
export class Gaussians {
  /** K x d x d, L_c. */
  readonly factors: Float64Array;
  /** K x d x d, L_c^-1. */
  readonly inverses: Float64Array;
  /** K, log pi_c - sum_i log L_c,ii - (d/2) log 2 pi. */
  readonly constants: Float64Array;
  mixing: Float64Array;

  readonly components: number;
  readonly dim: number;

  constructor(
    components: number,
    dim: number,
    /** K x d. */
    readonly means: Float64Array,
    /** K x d x d, symmetric. */
    readonly covariances: Float64Array,
    /** K, rho. */
    readonly logits: Float64Array,
  ) {
    // A whole number may be stored as a float (from arithmetic, or beside fractions in an array). V8 would then compute
    // every index in floating point, which halves the speed; `| 0` makes it an integer.
    this.components = components | 0;
    this.dim = dim | 0;
    const square = dim * dim;
    this.factors = new Float64Array(components * square);
    this.inverses = new Float64Array(components * square);
    this.constants = new Float64Array(components);
    this.mixing = softmax(logits);
    for (let c = 0; c < this.components; c++) this.refactor(c);
    this.refreshConstants();
  }

  /** View of component c of a K x d x d array. */
  block(array: Float64Array, c: number): Float64Array {
    const square = this.dim * this.dim;
    return array.subarray(c * square, c * square + square);
  }

  /**
   * Factors Sigma_c again. Where rounding has cost positive definiteness, 1e-6 I is added to Sigma_c, once.
   * Throws where that does not help, with the component and its smallest eigenvalue.
   */
  refactor(c: number): void {
    const d = this.dim;
    const sigma = this.block(this.covariances, c);
    const factor = this.block(this.factors, c);
    if (tryCholesky(sigma, d, factor) >= 0) {
      for (let i = 0; i < d; i++) sigma[i * d + i]! += JITTER;
      if (tryCholesky(sigma, d, factor) >= 0) throw notPositiveDefinite(c, sigma, d);
    }
    invertLower(factor, d, this.block(this.inverses, c));
  }

  /** Recomputes pi and the constants of the log densities. */
  refreshConstants(): void {
    const d = this.dim;
    this.mixing = softmax(this.logits);
    for (let c = 0; c < this.components; c++) {
      let logDet = 0;
      for (let i = 0; i < d; i++) logDet += Math.log(this.factors[(c * d + i) * d + i]!);
      this.constants[c] = Math.log(this.mixing[c]!) - logDet - 0.5 * d * LOG_2PI;
    }
  }

  /** Copies of the whitening constants, for use as constants of a graph. */
  whitening(): Whitening {
    const { components, dim: d } = this;
    const offset = new Float64Array(components * d);
    for (let c = 0; c < components; c++) {
      for (let i = 0; i < d; i++) {
        let sum = 0;
        const row = (c * d + i) * d;
        for (let j = 0; j <= i; j++) sum += this.inverses[row + j]! * this.means[c * d + j]!;
        offset[c * d + i] = sum;
      }
    }
    return { weight: this.inverses.slice(), offset, constant: this.constants.slice() };
  }
}

/** Throws a usage error unless an array has the stated length. */
export function expectLength(name: string, array: ArrayLike<number>, expected: number): void {
  if (array.length !== expected) {
    throw usageError(`The prior was given ${array.length} numbers as ${name}; give ${expected}.`);
  }
}

function notPositiveDefinite(c: number, sigma: Float64Array, d: number): MixturaError {
  const advice = 'lower the learning rate of the covariances';
  if (!sigma.every(Number.isFinite)) {
    return new MixturaError(`The covariance of component ${c} holds NaN or infinity; ${advice}.`);
  }
  const smallest = symmetricEigenvalues(sigma, d)[0]!.toExponential(3);
  return new MixturaError(
    `The covariance of component ${c} is not positive definite (smallest eigenvalue ${smallest}); ${advice}.`,
  );
}
