/** @file The memory of a Gaussian mixture: its parameters, factors and working space, where the kernels reach them. */

import type { WasmMemory } from '../../wasm/types.js';
import { type MixtureKernel, mixtureMemory, sharedMixtureMemory } from './kernel.js';

/** Bytes of a number. */
export const FLOAT64 = Float64Array.BYTES_PER_ELEMENT;
/** Latents that are worked on at a time. */
export const CHUNK = 64;
/** Latents in a panel: panel[k][0..3] is entry k of four latents. */
export const PANEL = 4;
/** Numbers in a cache line; two threads that write to one line slow each other down. */
const LINE = 8;

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
  /** Threads that work on the mixture, each with working space of its own. */
  readonly threads: number;
}

/** The layout of K components of d dimensions. */
export function layoutOf(components: number, dim: number, threads = 1): Layout {
  // A whole number may be stored as a float (from arithmetic, or beside fractions in an array). V8 would then compute
  // every index in floating point, which halves the speed; `| 0` makes it an integer.
  const order = ((dim + 3) >> 2) << 2;
  // Rows a multiple of 512 bytes apart would fight over a few sets of the cache.
  const pitch = order % 64 === 0 ? order + PANEL : order;
  return { components: components | 0, dim: dim | 0, order, pitch, square: order * pitch, threads };
}

/** Numbers in each block. */
function blockLengths({ components: k, dim: d, order: n, pitch, square, threads }: Layout) {
  // A row of d numbers may be read or written up to three numbers past its end.
  const slack = PANEL;
  return {
    /** K x d. */
    means: k * d + slack,
    logits: k,
    /** K, the constants of the log densities. */
    constants: k,
    /** K matrices each: Sigma; R = L^T; W = L^-1; W^T. */
    covariances: k * square,
    upper: k * square,
    inverse: k * square,
    inverseTransposed: k * square,
    /** The sums of the estimators: K matrices, which become the gradients of the covariances, and K rows of n. */
    moments: k * square,
    sums: k * n,
    /** Matrices for one covariance step, of each thread. */
    product: threads * square,
    square: threads * square,
    /** A chunk's latents and (K times) whitened latents in panels, its loss gradients / B in rows. */
    z: CHUNK * n,
    whitened: k * CHUNK * n,
    latentGradients: CHUNK * pitch,
    /** K x CHUNK: responsibilities, four of each component for each panel. */
    responsibilities: k * CHUNK,
    /** K times the rows Sigma_c^-1 (z - mu_c) of a chunk's latents, and the weighted rows of one component, of each thread. */
    unwhitened: k * CHUNK * pitch,
    weighted: threads * CHUNK * pitch,
    /** The component that is tried first for each panel. */
    hints: CHUNK / PANEL,
    /** A panel's z - mu, its largest logarithms, and its K logarithms, of each thread. */
    difference: threads * PANEL * n,
    best: threads * LINE,
    logarithms: threads * k * PANEL,
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

/** Blocks that hold working space for each thread, of which a thread sees only its own. */
const PER_THREAD: readonly BlockName[] = [
  'product',
  'square',
  'weighted',
  'difference',
  'best',
  'logarithms',
];

/** The memory of a mixture as one thread sees it: blocks, the kernels over them, and where each block begins, in bytes. */
export class GaussianBlocks {
  readonly memory: WasmMemory;
  readonly kernel: MixtureKernel;
  readonly blocks: Record<BlockName, Float64Array>;
  readonly addresses: Readonly<Record<BlockName, number>>;
  /**
   * As large as a shared memory, but never touched, so that it takes no physical memory. V8 does not count memory that
   * threads share; with this array it counts as much, and collects mixtures that are out of use in time.
   */
  readonly ballast: ArrayBuffer | undefined;

  /** A new memory, shared where the layout is for several threads; or the given one, with the working space of this `slot`. */
  constructor(
    readonly layout: Layout,
    { memory, slot }: { readonly memory?: WasmMemory; readonly slot: number } = { slot: 0 },
  ) {
    const lengths = blockLengths(layout);
    const made = memory ? sharedMixtureMemory(lengths, memory) : mixtureMemory(lengths, layout.threads > 1);
    this.memory = made.memory;
    this.ballast = layout.threads > 1 ? new ArrayBuffer(made.memory.buffer.byteLength) : undefined;
    this.kernel = made.kernel;
    this.blocks = { ...made.blocks };
    for (const name of PER_THREAD) {
      const length = made.blocks[name].length / layout.threads;
      this.blocks[name] = made.blocks[name].subarray(slot * length, (slot + 1) * length);
    }
    const starts = Object.entries(this.blocks).map(([name, { byteOffset }]) => [name, byteOffset]);
    this.addresses = Object.fromEntries(starts) as Record<BlockName, number>;
  }

  /** Bytes from one row of a matrix to the next. */
  get stride(): number {
    return this.layout.pitch * FLOAT64;
  }

  /** Address of the matrix of component c in a block. */
  matrixAt(block: BlockName, c: number): number {
    return this.addresses[block] + c * this.layout.square * FLOAT64;
  }
}
