/** @file K full-covariance Gaussians with their Cholesky factors, in the memory of the kernels. */

import type { MixtureKernel } from '../engine/mixture-kernel.js';
import { MixturaError, usageError } from '../errors.js';
import { softmax, symmetricEigenvalues } from '../math/linalg.js';
import { type BlockName, CHUNK, gaussianMemory } from './memory.js';

const LOG_2PI = Math.log(2 * Math.PI);
const JITTER = 1e-6;
const FLOAT64 = Float64Array.BYTES_PER_ELEMENT;

/** Constants with which log pi_c N_c(z) = constant_c - |weight_c z - offset_c|^2 / 2. */
export interface Whitening<T = Float64Array> {
  /** K x d x d, L_c^-1. */
  readonly weight: T;
  /** K x d, L_c^-1 mu_c. */
  readonly offset: T;
  /** K, log pi_c - sum_i log L_c,ii - (d/2) log 2 pi. */
  readonly constant: T;
}

/**
 * Parameters of q(z) = sum_c pi_c N(z; mu_c, Sigma_c), pi = softmax(rho), and the factors Sigma_c = L_c L_c^T.
 *
 * Change the parameters only together with a call of `refactor` (a covariance) or `refreshMixing` (the logits).
 * Inverse factors and constants are computed when they are first asked for.
 */
export class Gaussians {
  readonly components: number;
  readonly dim: number;
  /** d rounded up to a multiple of 4: the order of the factors in the kernels. */
  readonly order: number;
  /** K x d. */
  readonly means: Float64Array;
  /** K x d x d, symmetric. */
  readonly covariances: Float64Array;
  /** K, rho. */
  readonly logits: Float64Array;
  mixing: Float64Array;

  readonly kernel: MixtureKernel;
  readonly blocks: Readonly<Record<BlockName, Float64Array>>;
  readonly addresses: Readonly<Record<BlockName, number>>;
  readonly #constants: Float64Array;
  readonly #component: Int32Array;
  /** Components whose inverse factors are not those of their covariance. */
  readonly #stale: Uint8Array;
  #staleConstants = true;

  /** Copies the parameters: means (K x d), covariances (K x d x d, symmetric) and logits (K). */
  constructor(
    components: number,
    dim: number,
    means: Float64Array,
    covariances: Float64Array,
    logits: Float64Array,
  ) {
    // A whole number may be stored as a float (from arithmetic, or beside fractions in an array). V8 would then compute
    // every index in floating point, which halves the speed; `| 0` makes it an integer.
    this.components = components | 0;
    this.dim = dim | 0;
    this.order = ((dim + 3) >> 2) << 2;
    const { kernel, blocks, addresses } = gaussianMemory(this.components, this.dim, this.order);
    this.kernel = kernel;
    this.blocks = blocks;
    this.addresses = addresses;
    this.means = blocks.means.subarray(0, means.length);
    this.covariances = blocks.covariances.subarray(0, covariances.length);
    this.logits = blocks.logits;
    this.means.set(means);
    this.covariances.set(covariances);
    this.logits.set(logits);
    this.mixing = softmax(logits);
    this.#constants = new Float64Array(components);
    const { buffer, byteOffset } = blocks.component;
    this.#component = new Int32Array(buffer, byteOffset, CHUNK);
    this.#stale = new Uint8Array(components);
    for (let c = 0; c < this.components; c++) this.refactor(c);
  }

  /** View of component c of a K x d x d array. */
  block(array: Float64Array, c: number): Float64Array {
    const square = this.dim * this.dim;
    return array.subarray(c * square, c * square + square);
  }

  /** Address of number `index` of a block, in bytes. */
  at(block: BlockName, index: number): number {
    return this.addresses[block] + index * FLOAT64;
  }

  /**
   * Factors Sigma_c again. Where rounding has cost positive definiteness, 1e-6 I is added to Sigma_c, once.
   * Throws where that does not help, with the component and its smallest eigenvalue.
   */
  refactor(c: number): void {
    const { dim: d, order: n, kernel } = this;
    const [from, to] = [this.at('covariances', c * d * d), this.at('upper', c * n * n)];
    this.#stale[c] = 1;
    this.#staleConstants = true;
    if (kernel.cholesky(from, d, to, n) < 0) return;
    const sigma = this.block(this.covariances, c);
    for (let i = 0; i < d; i++) sigma[i * d + i]! += JITTER;
    if (kernel.cholesky(from, d, to, n) >= 0) throw notPositiveDefinite(c, sigma, d);
  }

  /** Recomputes pi from the logits. */
  refreshMixing(): void {
    this.mixing = softmax(this.logits);
    this.#staleConstants = true;
  }

  /** Makes `inverse` and `inverseTransposed` those of the factors. */
  refreshInverses(): void {
    const n = this.order;
    for (let c = 0; c < this.components; c++) {
      if (this.#stale[c] === 0) continue;
      const o = c * n * n;
      this.kernel.invertFactor(
        this.at('upper', o),
        this.at('inverse', o),
        this.at('inverseTransposed', o),
        n,
      );
      this.#stale[c] = 0;
    }
  }

  /** K, log pi_c - sum_i log L_c,ii - (d/2) log 2 pi. */
  get constants(): Float64Array {
    if (!this.#staleConstants) return this.#constants;
    const { dim: d, order: n } = this;
    const { upper } = this.blocks;
    for (let c = 0; c < this.components; c++) {
      let logDet = 0;
      for (let i = 0; i < d; i++) logDet += Math.log(upper[(c * n + i) * n + i]!);
      this.#constants[c] = Math.log(this.mixing[c]!) - logDet - 0.5 * d * LOG_2PI;
    }
    this.#staleConstants = false;
    return this.#constants;
  }

  /** L_c, K x d x d, lower triangular; a copy. */
  get factors(): Float64Array {
    const { components, dim: d, order: n } = this;
    const { upper } = this.blocks;
    const factors = new Float64Array(components * d * d);
    for (let c = 0; c < components; c++) {
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) factors[(c * d + i) * d + j] = upper[(c * n + j) * n + i]!;
      }
    }
    return factors;
  }

  /** z_i = mu_c + L_c e_i with c = component[i], for noise e (B x d): B x d. */
  transform(noise: Float64Array, component: Int32Array): Float64Array {
    return this.#affine('upper', 'means', noise, component);
  }

  /** Copies of the whitening constants, for use as constants of a graph. */
  whitening(): Whitening {
    return this.#whitening((length) => new Float64Array(length));
  }

  /** The same, rounded to float32. */
  roundedWhitening(): Whitening<Float32Array> {
    return this.#whitening((length) => new Float32Array(length));
  }

  #whitening<T extends Float64Array | Float32Array>(make: (length: number) => T): Whitening<T> {
    const { components, dim: d, order: n } = this;
    this.refreshInverses();
    const weight = make(components * d * d);
    const offset = make(components * d);
    const constant = make(components);
    const { inverse } = this.blocks;
    if (n === d) weight.set(inverse);
    else {
      for (let row = 0; row < components * d; row++) {
        const from = (Math.floor(row / d) * n + (row % d)) * n;
        for (let j = 0; j < d; j++) weight[row * d + j] = inverse[from + j]!;
      }
    }
    const every = Int32Array.from({ length: components }, (_, c) => c);
    offset.set(this.#affine('inverseTransposed', 'zeros', this.means, every));
    constant.set(this.constants);
    return { weight, offset, constant };
  }

  /** shift_c + M_c^T x_i, c = component[i], for upper triangular M: rows of d. */
  #affine(
    matrices: 'upper' | 'inverseTransposed',
    shift: 'means' | 'zeros',
    x: Float64Array,
    component: Int32Array,
  ): Float64Array {
    const { dim: d, order: n, kernel, addresses: a } = this;
    const { inputs, outputs } = this.blocks;
    const result = new Float64Array(component.length * d);
    for (let start = 0; start < component.length; start += CHUNK) {
      const end = Math.min(component.length, start + CHUNK);
      this.#component.set(component.subarray(start, end));
      inputs.set(x.subarray(start * d, end * d));
      kernel.affineRows(a[matrices], n, a[shift], a.component, a.inputs, a.outputs, d, end - start);
      result.set(outputs.subarray(0, (end - start) * d), start * d);
    }
    return result;
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
