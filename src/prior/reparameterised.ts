/** @file Explicit reparameterisation of a mixture (DeLiGAN's way), which an ablation of SLOGAN compares with Stein gradients. */
import type { Gaussians } from './gaussian/gaussians.js';

/** What the pathwise estimators read: each latent belongs to the component that it was drawn from. */
export interface ReparameterisedBatch {
  /** n x d. */
  readonly z: Float64Array;
  /** n, the component of each latent. */
  readonly component: Int32Array;
  /** n x d, gradient of the loss summed over the batch with respect to each latent. */
  readonly gradient: ArrayLike<number>;
}

/** Gradients of the mean loss through z = mu_c + L_c e. */
export interface ReparameterisedGradients {
  /** K x d: (1/n) sum over the latents of c of g_i. */
  readonly means: Float64Array;
  /** K x d x d, lower triangular: (1/n) sum over the latents of c of g_i e_i^T. */
  readonly factors: Float64Array;
}

/**
 * Pathwise gradients in the means and the Cholesky factors: with z = mu_c + L_c e, only the drawn component receives
 * a gradient, dmu_c = g and dL_c = tril(g e^T). Source: DeLiGAN (Gurumurthy et al. 2017); SLOGAN, Table 4.
 */
export function reparameterisedGradients(
  gaussians: Gaussians,
  batch: ReparameterisedBatch,
): ReparameterisedGradients {
  const { means } = gaussians;
  const { components, dim: d, pitch, square } = gaussians.layout;
  const { inverse } = gaussians.blocks;
  gaussians.refreshInverses();
  const { z, component, gradient } = batch;
  const n = component.length;
  const result = { means: new Float64Array(components * d), factors: new Float64Array(components * d * d) };
  const noise = new Float64Array(d);
  component.forEach((c, i) => {
    for (let row = 0; row < d; row++) {
      let sum = 0; // e = L^-1 (z - mu)
      for (let j = 0; j <= row; j++) {
        sum += inverse[c * square + row * pitch + j]! * (z[i * d + j]! - means[c * d + j]!);
      }
      noise[row] = sum;
    }
    for (let row = 0; row < d; row++) {
      const g = gradient[i * d + row]! / n;
      result.means[c * d + row]! += g;
      for (let j = 0; j <= row; j++) result.factors[(c * d + row) * d + j]! += g * noise[j]!;
    }
  });
  return result;
}

/**
 * L_c <- L_c - rate dL_c, then Sigma_c = L_c L_c^T, for every component that was drawn.
 * @throws as {@link Gaussians.refactor}.
 */
export function updateFactors(
  gaussians: Gaussians,
  gradient: Float64Array,
  drawn: Int32Array,
  rate: number,
): void {
  const { dim: d, factors } = gaussians;
  const sigma = new Float64Array(d * d);
  for (const c of new Set(drawn)) {
    const factor = factors.subarray(c * d * d, (c + 1) * d * d);
    for (let k = 0; k < factor.length; k++) factor[k]! -= rate * gradient[c * d * d + k]!;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += factor[i * d + k]! * factor[j * d + k]!;
        sigma[i * d + j] = sum;
        sigma[j * d + i] = sum;
      }
    }
    gaussians.setMatrix('covariances', c, sigma);
    gaussians.refactor(c);
  }
}
