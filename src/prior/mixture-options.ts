/** @file The options of a mixture prior and of one update of it. */

import type { SteinBatch } from './stein.js';

/** Sizes and start of a mixture prior. */
export interface MixtureOptions {
  /** Number of components K. */
  readonly components: number;
  /** Dimension d of the latents. */
  readonly dim: number;
  /** Standard deviation of the initial means (default 0.1). */
  readonly meanStd?: number;
  /** Initial means, K x d, instead of random ones (see start.ts). */
  readonly means?: Float64Array;
  /** Initial covariance, a multiple of the identity (default 1). */
  readonly variance?: number;
  /**
   * Threads that compute large mixtures (default 1). A process has threads for one mixture at a time, the latest: where two
   * runs train in one process, the earlier one goes on with one thread, slower but with the same bits.
   */
  readonly threads?: number;
}

/** One update of {@link MixturePrior}: a batch, and how far to go. */
export interface MixtureUpdate extends SteinBatch {
  /** Learning rates of the means, the covariances and the mixing logits. */
  readonly lr: { readonly mean: number; readonly covariance: number; readonly mixing: number };
  /** Factor on the covariance rate: 2 (default) is what the authors' code does, 1 is the formula as printed. */
  readonly sigmaLrMult?: number;
  /**
   * The component of each latent: means and factors are then updated by pathwise gradients instead of Stein's (an
   * ablation, see reparameterised.ts). The mixing logits are always updated by Stein's.
   */
  readonly explicit?: Int32Array | undefined;
  /** Gradient in the means of a loss that reads them directly, K x d: it is added to that of the latents. */
  readonly direct?: ArrayLike<number> | undefined;
  /** Parameters to leave as they are (ablations). */
  readonly freeze?: { readonly means?: boolean; readonly covariances?: boolean; readonly mixing?: boolean };
}

/** Smallest and largest eigenvalue of each covariance, K numbers each. */
export interface EigenRange {
  readonly min: Float64Array;
  readonly max: Float64Array;
}
