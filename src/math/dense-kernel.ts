/** @file Float64 blocks in a WebAssembly memory, and the dense kernels of `kernel/dense.ts` over them. */
import { MixturaError } from '../errors.js';
import { Arena } from '../wasm/arena.js';
import { kernelModule } from '../wasm/kernels.js';
import { aligned, mebibytes, PAGE, RESERVED } from '../wasm/layout.js';
import { Wasm, type WasmMemory } from '../wasm/types.js';

const FLOAT64 = Float64Array.BYTES_PER_ELEMENT;

interface DenseExports {
  multiplyPanels(
    a: number,
    aPanels: number,
    b: number,
    bPanels: number,
    length: number,
    c: number,
    stride: number,
    lower: number,
  ): void;
  reflect(a: number, stride: number, n: number, v: number, w: number, u: number, p: number): void;
}

/** Rows of a matrix packed in panels of four, a[panel][k][0..3] for k < length (see `kernel/dense.ts`). */
export interface Panels {
  /** At least `panels * length * 4` numbers, in the kernel's memory. */
  readonly values: Float64Array;
  readonly panels: number;
  readonly length: number;
}

/** The dense kernels bound to one memory. Blocks come from {@link withDense}. */
export class DenseKernel {
  readonly bytes: number;
  readonly #memory: WasmMemory;
  readonly #kernel: DenseExports;

  constructor(bytes: number) {
    const pages = Math.ceil(bytes / PAGE);
    try {
      this.#memory = new Wasm.Memory({ initial: pages, maximum: pages });
    } catch (cause) {
      throw tooLarge(bytes, cause);
    }
    this.bytes = pages * PAGE;
    const imports = { env: { memory: this.#memory } };
    this.#kernel = new Wasm.Instance(kernelModule(), imports).exports as DenseExports;
  }

  /** Zeroed blocks of the given lengths from the start of the memory. */
  blocks(lengths: readonly number[]): Float64Array[] {
    let start = RESERVED;
    return lengths.map((length) => {
      const block = new Float64Array(this.#memory.buffer, start, length).fill(0);
      start += blockBytes(length);
      return block;
    });
  }

  /** C += A B^T; c has rows `stride` numbers apart, a multiple of 4. 'lower' leaves out blocks above the diagonal. */
  multiply(a: Panels, b: Panels, c: Float64Array, stride: number, shape: 'full' | 'lower'): void {
    if (a.length === 0) return;
    this.#kernel.multiplyPanels(
      a.values.byteOffset,
      a.panels,
      b.values.byteOffset,
      b.panels,
      a.length,
      c.byteOffset,
      stride * FLOAT64,
      shape === 'lower' ? 1 : 0,
    );
  }

  /**
   * A <- A - v w^T - w v^T on the lower triangle of the leading n x n part (rows `stride` apart, even), then p = A u.
   */
  reflect(
    a: Float64Array,
    stride: number,
    n: number,
    v: Float64Array,
    w: Float64Array,
    u: Float64Array,
    p: Float64Array,
  ): void {
    this.#kernel.reflect(
      a.byteOffset,
      stride * FLOAT64,
      n,
      v.byteOffset,
      w.byteOffset,
      u.byteOffset,
      p.byteOffset,
    );
  }
}

// Kept for the next use: every memory takes gigabytes of address space until it is collected.
let idle: DenseKernel | undefined;

/**
 * Calls `use` with kernels and zeroed float64 blocks of the given lengths, which are valid until it returns.
 *
 * @throws a MixturaError where the blocks need more than 4 GiB, or the system refuses the memory
 */
export function withDense<T>(
  lengths: readonly number[],
  use: (kernel: DenseKernel, blocks: Float64Array[]) => T,
): T {
  const bytes = lengths.reduce((sum, length) => sum + blockBytes(length), RESERVED);
  if (bytes > Arena.maxBytes) throw tooLarge(bytes);
  const kernel = idle !== undefined && idle.bytes >= bytes ? idle : new DenseKernel(bytes);
  idle = undefined; // a use within this use gets a memory of its own
  try {
    return use(kernel, kernel.blocks(lengths));
  } finally {
    idle = kernel;
  }
}

/** Bytes of a block of `length` numbers. */
function blockBytes(length: number): number {
  return aligned(length * FLOAT64);
}

function tooLarge(bytes: number, cause?: unknown): MixturaError {
  return new MixturaError(
    `A product of matrices needs ${mebibytes(bytes)} of memory, which cannot be had (4,096 MiB at most); ` +
      'use features with fewer columns, or close other programs.',
    cause === undefined ? {} : { cause },
  );
}
