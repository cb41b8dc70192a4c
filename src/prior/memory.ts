/** @file The memory of a Gaussian mixture: its parameters, factors and working space, where the kernels reach them. */

import { type MixtureMemory, mixtureMemory } from '../engine/mixture-kernel.js';

/** Bytes of a number. */
export const FLOAT64 = Float64Array.BYTES_PER_ELEMENT;
/** Latents that are worked on at a time. */
export const CHUNK = 64;
/** Latents in a panel: panel[k][0..3] is entry k of four latents. */
export const PANEL = 4;

/** How matrices lie in the memory. */
export interface Layout {
  readonly components: number;
  /** d. */
  readonly dim: number;
  /** n, d rounded up to a multiple of 4: matrices are n x n. Beyond d factors and covariances hold the identity. */
  readonly order: number;
  /** Numbers from one row of a matrix to the next. */
  readonly pitch: number;
  /** Numbers from one matrix to the next. */
  readonly square: number;
}

/** The layout of K components of d dimensions. */
export function layoutOf(components: number, dim: number): Layout {
  // A whole number may be stored as a float (from arithmetic, or beside fractions in an array). V8 would then compute
  // every index in floating point, which halves the speed; `| 0` makes it an integer.
  const order = ((dim + 3) >> 2) << 2;
  // Rows a multiple of 512 bytes apart would fight over a few sets of the cache.
  const pitch = order % 64 === 0 ? order + PANEL : order;
  return { components: components | 0, dim: dim | 0, order, pitch, square: order * pitch };
}

/** Numbers in each block. */
function blockLengths({ components: k, dim: d, order: n, pitch, square }: Layout) {
  // A row of d numbers may be read or written up to three numbers past its end.
  const slack = PANEL;
  return {
    /** K x d. */
    means: k * d + slack,
    logits: k,
    /** K matrices each: Sigma; R = L^T; W = L^-1; W^T. */
    covariances: k * square,
    upper: k * square,
    inverse: k * square,
    inverseTransposed: k * square,
    /** The sums of the estimators: K matrices, which become the gradients of the covariances, and K rows of n. */
    moments: k * square,
    sums: k * n,
    /** Matrices for one covariance step. */
    product: square,
    square,
    /** A chunk's latents and (K times) whitened latents in panels, its loss gradients / B in rows. */
    z: CHUNK * n,
    whitened: k * CHUNK * n,
    slopes: CHUNK * pitch,
    /** K x CHUNK: responsibilities, four of each component for each panel. */
    shares: k * CHUNK,
    /** K times the rows Sigma_c^-1 (z - mu_c) of a chunk's latents, and the weighed rows of one component. */
    unwhitened: k * CHUNK * pitch,
    weighed: CHUNK * pitch,
    /** A panel's z - mu, its largest logarithms, and its K logarithms. */
    difference: PANEL * n,
    best: PANEL,
    logarithms: k * PANEL,
    /** Affine maps of a chunk of rows of d: inputs, outputs, components (int32); and K x d zeros. */
    inputs: CHUNK * d + slack,
    outputs: CHUNK * d + slack,
    component: CHUNK,
    zeros: k * d + slack,
    /** K x d x d in float32. */
    rounded: Math.ceil((k * d * d) / 2) + slack,
  };
}

/** Name of a block. */
export type BlockName = keyof ReturnType<typeof blockLengths>;

/** Blocks, the kernels over them, and where each block begins, in bytes. */
export interface GaussianMemory extends MixtureMemory<BlockName> {
  readonly addresses: Readonly<Record<BlockName, number>>;
}

/** The memory of a mixture. */
export function gaussianMemory(layout: Layout): GaussianMemory {
  const { kernel, blocks } = mixtureMemory(blockLengths(layout));
  const starts = Object.entries(blocks).map(([name, block]) => [name, block.byteOffset]);
  return { kernel, blocks, addresses: Object.fromEntries(starts) as Record<BlockName, number> };
}
