/** @file What a latent prior offers to the methods that draw from it. */

import { usageError } from '../errors.js';
import type { Stream } from '../math/random.js';

/** A batch of latents: z is n x width, row-major; component[i] is the component that row i was drawn from. */
export interface LatentBatch {
  readonly z: Float64Array;
  readonly component: Int32Array;
}

/** One array of a prior's saved state. */
export interface StateArray {
  readonly shape: readonly number[];
  /** Row-major values. */
  readonly data: Float64Array;
}

/** Named arrays that must be saved to continue; empty where nothing learns. */
export type PriorState = Record<string, StateArray>;

/** What all priors have in common: a distribution over latents with K components. */
export interface LatentPrior {
  /** Number of components K, at least 1. */
  readonly components: number;
  /** Length of one latent, as the generator receives it. */
  readonly width: number;
  /** Mixing coefficients, K numbers that sum to 1. */
  readonly mixing: Float64Array;
  /** Mean of each component's latents, K x width. */
  readonly means: Float64Array;
  /** Covariance of each component's latents, K x width x width; singular where part of a latent is a fixed code. */
  readonly covariances: Float64Array;
  /** n latents, each from a component drawn by its mixing coefficient. */
  sample(n: number, stream: Stream): LatentBatch;
  /**
   * n latents of component c.
   * @throws a usage error where c is not 0..K-1.
   */
  sampleComponent(c: number, n: number, stream: Stream): LatentBatch;
  /**
   * The prior whose covariances are those of this one times `scale`, and which draws the same noise: z given c is
   * N(mu_c, scale Sigma_c). Absent where components are no Gaussians of their own.
   */
  spread?(scale: number): LatentPrior;
  /** Everything that must be saved to continue: empty for priors that do not learn. */
  state(): PriorState;
}

/** @throws a usage error unless c is a component, 0..K-1. */
export function expectComponent(c: number, components: number): void {
  if (!Number.isInteger(c) || c < 0 || c >= components) {
    throw usageError(`There is no component ${c}; choose one of 0..${components - 1}.`);
  }
}
