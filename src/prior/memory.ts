/** @file The memory of a Gaussian mixture: its parameters, factors and working space, where the kernels reach them. */

import { type MixtureMemory, mixtureMemory } from '../engine/mixture-kernel.js';

/** Latents that are worked on at a time. */
export const CHUNK = 64;
/** Latents in a panel: panel[k][0..3] is entry k of four latents. */
export const PANEL = 4;

/** Name of a block. */
export type BlockName = keyof ReturnType<typeof blockLengths>;

/** Numbers in each block, for K components of d dimensions; n is d rounded up to a multiple of 4. */
function blockLengths(k: number, d: number, n: number) {
  // A row may be read or written up to three numbers past its end.
  const slack = PANEL;
  return {
    means: k * d + slack,
    covariances: k * d * d + slack,
    logits: k,
    /** K x n x n: R = L^T, upper triangular; beyond d the identity. */
    upper: k * n * n,
    /** K x n x n: W = L^-1, and W^T. */
    inverse: k * n * n,
    inverseTransposed: k * n * n,
    /** K x n x n, K x n, K x d x d: sums of the estimators, and the gradient in the covariances. */
    moments: k * n * n,
    sums: k * n,
    gradient: k * d * d + slack,
    /** n x n each, for one covariance step. */
    product: n * n,
    square: n * n,
    /** A chunk's latents and (K) whitened latents in panels, and its loss gradients in rows of n. */
    z: CHUNK * n,
    whitened: k * CHUNK * n,
    slopes: CHUNK * n,
    /** K x CHUNK: responsibilities, four of each component for each panel. */
    shares: k * CHUNK,
    /** Rows of n for one component. */
    unwhitened: CHUNK * n,
    weighed: CHUNK * n,
    /** A panel: z - mu, the largest logarithms, and K logarithms. */
    difference: PANEL * n,
    best: PANEL,
    logarithms: k * PANEL,
    /** Affine maps of a chunk of rows: inputs, outputs, components (int32); and K x d zeros. */
    inputs: CHUNK * d + slack,
    outputs: CHUNK * d + slack,
    component: CHUNK,
    zeros: k * d + slack,
  };
}

/** Blocks, the kernels over them, and where each block begins, in bytes. */
export interface GaussianMemory extends MixtureMemory<BlockName> {
  readonly addresses: Readonly<Record<BlockName, number>>;
}

/** The memory of K components of d dimensions, n being d rounded up to a multiple of 4. */
export function gaussianMemory(components: number, dim: number, order: number): GaussianMemory {
  const { kernel, blocks } = mixtureMemory(blockLengths(components, dim, order));
  const starts = Object.entries(blocks).map(([name, block]) => [name, block.byteOffset]);
  return { kernel, blocks, addresses: Object.fromEntries(starts) as Record<BlockName, number> };
}
