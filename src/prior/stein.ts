/** @file Stein gradients of an expected loss with respect to a Gaussian mixture, and the covariance step. */

import { rowProduct } from '../math/blocks.js';
import type { Gaussians } from './gaussians.js';
import { upperTimesVector } from './kernels.js';
import { prunedResponsibilities } from './responsibilities.js';

/** What the estimators read: one batch of latents and what the losses said about them. */
export interface SteinBatch {
  /** n x d, the latents. */
  readonly z: Float64Array;
  /** Number of latents in the batch. */
  readonly n: number;
  /** n x d, gradient of the loss *summed* over the batch with respect to each latent. */
  readonly gradient: ArrayLike<number>;
  /** n, the adversarial loss of each latent: all that the mixing coefficients see. */
  readonly adversarialLoss: ArrayLike<number>;
  /** n, which component each latent was drawn from; only makes the computation faster. */
  readonly component?: Int32Array;
  /** Subtract from each adversarial loss the mean of the others: same expectation, less noise (default false). */
  readonly baseline?: boolean;
}

/** Gradients of L = E_q[loss(z)], in the shapes of the parameters. */
export interface SteinGradients {
  /** K x d. */
  readonly means: Float64Array;
  /** K x d x d, symmetric; all 0 where {@link counts} is 0. */
  readonly covariances: Float64Array;
  /** K, with respect to the logits rho; sums to 0. */
  readonly mixing: Float64Array;
  /** K, how many latents have a responsibility of at least 1e-14. */
  readonly counts: Int32Array;
}

/** Buffers that one prior keeps from step to step. */
export class SteinWorkspace {
  readonly values: Float64Array;
  readonly whitened: Float64Array;
  /** d x n: column r is r_ic Sigma_c^-1 (z_i - mu_c) / n for the r-th latent i that component c has a share in. */
  readonly scaled: Float64Array;
  /** d x n: column r is the loss gradient of that latent. */
  readonly gathered: Float64Array;
  readonly vector: Float64Array;
  readonly gradients: SteinGradients;

  readonly n: number;

  constructor(n: number, components: number, d: number) {
    this.n = n | 0; // an integer for V8, see Gaussians
    this.values = new Float64Array(n * components);
    this.whitened = new Float64Array(n * components * d);
    this.scaled = new Float64Array(n * d);
    this.gathered = new Float64Array(n * d);
    this.vector = new Float64Array(d);
    this.gradients = {
      means: new Float64Array(components * d),
      covariances: new Float64Array(components * d * d),
      mixing: new Float64Array(components),
      counts: new Int32Array(components),
    };
  }
}

/**
 * The estimators of SLOGAN's Stein latent optimization over a batch of B latents with g_i = d(summed loss)/dz_i:
 *
 * - means: (1/B) sum_i r_ic g_i
 * - covariances: sym((1/B) sum_i r_ic Sigma_c^-1 (z_i - mu_c) g_i^T) / 2, sym(A) = (A + A^T)/2
 * - mixing: (1/B) sum_i (r_ic - pi_c) l_adv,i
 *
 * The result lives in the workspace: it is overwritten by the next call.
 */
export function steinGradients(g: Gaussians, batch: SteinBatch, work: SteinWorkspace): SteinGradients {
  const { components } = g;
  prunedResponsibilities(g, batch.z, work.n, batch.component, work);
  mixingGradient(g, batch, work);
  for (let c = 0; c < components; c++) componentGradients(g, batch, work, c);
  return work.gradients;
}

function mixingGradient(g: Gaussians, batch: SteinBatch, work: SteinWorkspace): void {
  const { components, mixing } = g;
  const { adversarialLoss: loss } = batch;
  const { n } = work;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += loss[i]! / n;
  // l_i minus the mean of the others is (l_i - mean) B / (B - 1).
  const level = batch.baseline === true && n > 1 ? mean : 0;
  const scale = batch.baseline === true && n > 1 ? 1 / (n - 1) : 1 / n;
  const out = work.gradients.mixing.fill(0);
  for (let i = 0; i < n; i++) {
    const weight = (loss[i]! - level) * scale;
    for (let c = 0; c < components; c++) out[c]! += (work.values[i * components + c]! - mixing[c]!) * weight;
  }
}

function componentGradients(g: Gaussians, batch: SteinBatch, work: SteinWorkspace, c: number): void {
  const { components, dim: d } = g;
  const { gradient } = batch;
  const { n, scaled, gathered, gradients, vector } = work;
  const mean = gradients.means.subarray(c * d, c * d + d).fill(0);
  let rows = 0;
  for (let i = 0; i < n; i++) {
    const share = work.values[i * components + c]! / n;
    if (share === 0) continue;
    upperTimesVector(g.inverses, c * d * d, d, work.whitened, (i * components + c) * d, share, vector);
    for (let j = 0; j < d; j++) {
      const value = gradient[i * d + j]!;
      gathered[j * n + rows] = value;
      scaled[j * n + rows] = vector[j]!;
      mean[j]! += share * value;
    }
    rows++;
  }
  gradients.counts[c] = rows;
  const covariance = g.block(gradients.covariances, c);
  if (rows === 0) {
    covariance.fill(0);
    return;
  }
  rowProduct(scaled, gathered, d, n, rows, 'full', covariance);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const half = 0.25 * (covariance[i * d + j]! + covariance[j * d + i]!);
      covariance[i * d + j] = half;
      covariance[j * d + i] = half;
    }
  }
}

/** Buffers of {@link covarianceStep}, d x d each. */
export interface StepBuffers {
  readonly product: Float64Array;
  readonly square: Float64Array;
}

/**
 * Sigma <- Sigma + gamma Delta + (gamma^2 / 2) Delta Sigma^-1 Delta, in place, for symmetric Delta (d x d).
 *
 * With Sigma = L L^T the result is (Sigma + U^T U) / 2, U = L^T + gamma L^-1 Delta, so it is positive definite for
 * every Delta and gamma, and no eigenvalue relative to Sigma falls below 1/2. `inverse` is L^-1.
 * Source: SLOGAN, Algorithm 1.
 */
export function covarianceStep(
  sigma: Float64Array,
  inverse: Float64Array,
  delta: Float64Array,
  gamma: number,
  d: number,
  buffers: StepBuffers,
): void {
  const { product, square } = buffers;
  rowProduct(delta, inverse, d, d, d, 'triangular-right', product);
  rowProduct(product, product, d, d, d, 'lower', square);
  const half = 0.5 * gamma * gamma;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const o = i * d + j;
      const next = sigma[o]! + gamma * delta[o]! + half * square[o]!;
      sigma[o] = next;
      sigma[j * d + i] = next;
    }
  }
}
