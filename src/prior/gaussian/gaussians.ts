/** @file K full-covariance Gaussians with their Cholesky factors, in the memory of the kernels. */

import { MixturaError, usageError } from '../../errors.js';
import { softmax, symmetricEigenvalues } from '../../math/linalg.js';
import { type BlockName, CHUNK, GaussianBlocks, layoutOf } from './memory.js';
import { type RunTask, TASKS } from './tasks.js';
import { ThreadPool, worthwhileThreads } from './workers.js';

const LOG_2PI = Math.log(2 * Math.PI);
const JITTER = 1e-6;

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
 * Inverse factors and constants are computed when they are first needed.
 */
export class Gaussians extends GaussianBlocks {
  /** K x d. */
  readonly means: Float64Array;
  /** K, rho. */
  readonly logits: Float64Array;
  /** K, pi = softmax(rho). */
  mixing: Float64Array;

  /** The threads that share the work, where that is worth while. */
  readonly #pool: ThreadPool | undefined;
  readonly #component: Int32Array;
  /** Components whose inverse factors are not those of their covariance. */
  readonly #stale: Uint8Array;
  #staleConstants = true;
  /** The latents, and their order, whose responsibilities the blocks hold; nothing once the parameters have changed. */
  prepared: { readonly z: Float64Array; readonly order: Int32Array } | undefined;

  /**
   * Copies the parameters: means (K x d), covariances (K x d x d, symmetric) and logits (K). With several `threads`, large
   * mixtures are computed by a pool of threads (see workers.ts); the bits are the same.
   */
  constructor(
    components: number,
    dim: number,
    means: Float64Array,
    covariances: Float64Array,
    logits: Float64Array,
    threads = 1,
  ) {
    super(layoutOf(components, dim, worthwhileThreads(components, dim, threads)));
    if (this.layout.threads > 1) this.#pool = new ThreadPool(this);
    const { blocks, addresses } = this;
    this.means = blocks.means.subarray(0, means.length);
    this.logits = blocks.logits;
    this.means.set(means);
    this.logits.set(logits);
    this.mixing = softmax(logits);
    this.#component = new Int32Array(blocks.component.buffer, addresses.component, CHUNK);
    this.#stale = new Uint8Array(components);
    for (let c = 0; c < components; c++) {
      this.setMatrix('covariances', c, covariances.subarray(c * dim * dim, (c + 1) * dim * dim));
      this.#fillBorder(c);
      this.refactor(c);
    }
  }

  get components(): number {
    return this.layout.components;
  }

  get dim(): number {
    return this.layout.dim;
  }

  /** Sigma, K x d x d, symmetric; a copy. */
  get covariances(): Float64Array {
    return this.matrices('covariances');
  }

  /** L_c, K x d x d, lower triangular; a copy. */
  get factors(): Float64Array {
    const { components, dim: d, pitch, square } = this.layout;
    const { upper } = this.blocks;
    const factors = new Float64Array(components * d * d);
    for (let c = 0; c < components; c++) {
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) factors[(c * d + i) * d + j] = upper[c * square + j * pitch + i]!;
      }
    }
    return factors;
  }

  /** The matrices of a block, K x d x d; a copy. */
  matrices(block: BlockName): Float64Array {
    const { components, dim: d, pitch, square } = this.layout;
    const from = this.blocks[block];
    const out = new Float64Array(components * d * d);
    for (let c = 0; c < components; c++) {
      for (let i = 0; i < d; i++) {
        const row = c * square + i * pitch;
        out.set(from.subarray(row, row + d), (c * d + i) * d);
      }
    }
    return out;
  }

  /** Replaces the matrix (d x d) of component c in a block. */
  setMatrix(block: BlockName, c: number, values: Float64Array): void {
    const { dim: d, pitch, square } = this.layout;
    for (let i = 0; i < d; i++) {
      this.blocks[block].set(values.subarray(i * d, i * d + d), c * square + i * pitch);
    }
  }

  /** Runs a task on all threads of the pool; in this thread where there is none, or only one item. */
  readonly parallel: RunTask = (task, items, argument) =>
    this.#pool && items.length > 1
      ? this.#pool.run(task, items, argument)
      : this.serial(task, items, argument);

  /** Runs a task in this thread alone: for times in which the processors are busy with something else. */
  readonly serial: RunTask = (task, items, argument) =>
    items.map((item) => TASKS[task](this, item, argument));

  /** 0..K-1, the items of a task that is for all components. */
  get allComponents(): number[] {
    return Array.from({ length: this.components }, (_, c) => c);
  }

  /**
   * Factors Sigma_c again. Where rounding has cost positive definiteness, 1e-6 I is added to Sigma_c, once.
   * @throws a MixturaError where that does not help, with the component and its smallest eigenvalue.
   */
  refactor(c: number): void {
    this.invalidate([c]);
    this.ensureFactored(c, TASKS.factor(this, c));
  }

  /** Must be called before covariances are changed: discards what was computed from them. */
  invalidate(components: readonly number[]): void {
    for (const c of components) this.#stale[c] = 1;
    this.#staleConstants = true;
    this.prepared = undefined;
  }

  /**
   * Must be called after Sigma_c was changed and factored, with the `pivot` that the task `factor` returned: a covariance
   * that has no factor is treated as in {@link refactor}.
   * @throws as {@link refactor}.
   */
  ensureFactored(c: number, pivot: number): void {
    if (pivot < 0) return;
    const { dim: d, pitch, square } = this.layout;
    for (let i = 0; i < d; i++) this.blocks.covariances[c * square + i * pitch + i]! += JITTER;
    if (TASKS.factor(this, c) < 0) return;
    throw notPositiveDefinite(c, this.covariances.subarray(c * d * d, (c + 1) * d * d), d);
  }

  /** Recomputes pi from the logits. */
  refreshMixing(): void {
    this.mixing = softmax(this.logits);
    this.#staleConstants = true;
    this.prepared = undefined;
  }

  /** Makes the blocks `inverse`, `inverseTransposed` and `constants` those of the factors and the mixing. */
  refreshWhitening(run: RunTask = this.parallel): void {
    this.refreshInverses(run);
    this.refreshConstants();
  }

  /** Makes the blocks `inverse` and `inverseTransposed` those of the factors. */
  refreshInverses(run: RunTask = this.parallel): void {
    const stale = this.allComponents.filter((c) => this.#stale[c] === 1);
    if (stale.length === 0) return;
    run('invert', stale, 0);
    this.#stale.fill(0);
  }

  /** Makes the block `constants`, K, log pi_c - sum_i log L_c,ii - (d/2) log 2 pi. */
  refreshConstants(): void {
    if (!this.#staleConstants) return;
    const { dim: d, pitch, square } = this.layout;
    const { upper, constants } = this.blocks;
    for (let c = 0; c < this.components; c++) {
      let logDet = 0;
      for (let i = 0; i < d; i++) logDet += Math.log(upper[c * square + i * pitch + i]!);
      constants[c] = Math.log(this.mixing[c]!) - logDet - 0.5 * d * LOG_2PI;
    }
    this.#staleConstants = false;
  }

  /** z_i = mu_c + L_c e_i with c = component[i], for noise e (B x d): B x d. */
  transform(noise: Float64Array, component: Int32Array): Float64Array {
    return this.#affine('upper', 'means', noise, component);
  }

  /** Copies of the whitening constants, for use as constants of a graph. */
  whitening(): Whitening {
    this.refreshWhitening();
    return {
      weight: this.matrices('inverse'),
      offset: this.#offset(),
      constant: this.blocks.constants.slice(),
    };
  }

  /** The same, rounded to float32. */
  roundedWhitening(): Whitening<Float32Array> {
    const { components, dim: d, order: n } = this.layout;
    this.refreshWhitening();
    const { inverse, rounded } = this.addresses;
    this.kernel.roundMatrices(inverse, components, n, this.stride, d, rounded);
    const weight = new Float32Array(this.blocks.rounded.buffer, rounded, components * d * d).slice();
    return {
      weight,
      offset: new Float32Array(this.#offset()),
      constant: new Float32Array(this.blocks.constants),
    };
  }

  /** L_c^-1 mu_c, K x d. */
  #offset(): Float64Array {
    return this.#affine('inverseTransposed', 'zeros', this.means, Int32Array.from(this.allComponents));
  }

  /** shift_c + M_c^T x_i, c = component[i], for upper triangular M: rows of d. */
  #affine(
    matrices: 'upper' | 'inverseTransposed',
    shift: 'means' | 'zeros',
    x: Float64Array,
    component: Int32Array,
  ): Float64Array {
    const { kernel, addresses: a, stride } = this;
    const { dim: d, order: n } = this.layout;
    const { inputs, outputs } = this.blocks;
    const result = new Float64Array(component.length * d);
    for (let start = 0; start < component.length; start += CHUNK) {
      const end = Math.min(component.length, start + CHUNK);
      this.#component.set(component.subarray(start, end));
      inputs.set(x.subarray(start * d, end * d));
      kernel.affineRows(a[matrices], n, stride, a[shift], a.component, a.inputs, a.outputs, d, end - start);
      result.set(outputs.subarray(0, (end - start) * d), start * d);
    }
    return result;
  }

  /** Makes Sigma_c the identity beyond d. */
  #fillBorder(c: number): void {
    const { dim: d, order: n, pitch, square } = this.layout;
    for (let i = d; i < n; i++) this.blocks.covariances[c * square + i * pitch + i] = 1;
  }
}

/** @throws a usage error unless an array has the expected length. */
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
