/** @file Float64 blocks in a WebAssembly memory of their own, and the kernels of a Gaussian mixture over them. */
import { MixturaError } from '../../errors.js';
import { Arena } from '../../wasm/arena.js';
import { kernelModule } from '../../wasm/kernels.js';
import { aligned, mebibytes, PAGE, RESERVED } from '../../wasm/layout.js';
import { Wasm, type WasmMemory } from '../../wasm/types.js';

const FLOAT64 = Float64Array.BYTES_PER_ELEMENT;

/**
 * Kernels of `kernel/cross-product.ts`, `kernel/triangular.ts` and `kernel/mixture.ts`, which document them. Pointers and
 * strides are in bytes.
 */
export interface MixtureKernel {
  triangularProduct(r: number, b: number, c: number, n: number, stride: number): void;
  gram(a: number, c: number, n: number, stride: number): void;
  addCrossProduct(a: number, b: number, rows: number, c: number, n: number, stride: number): void;
  cholesky(a: number, r: number, n: number, stride: number): number;
  invertFactor(r: number, w: number, transposed: number, n: number, stride: number): void;
  affineRows(
    r: number,
    n: number,
    stride: number,
    shift: number,
    component: number,
    x: number,
    out: number,
    d: number,
    count: number,
  ): void;
  whitenPanel(
    transposed: number,
    n: number,
    stride: number,
    d: number,
    mean: number,
    constant: number,
    z: number,
    difference: number,
    y: number,
    best: number,
    logarithms: number,
  ): void;
  unwhitenPanel(inverse: number, n: number, stride: number, y: number, u: number): void;
  weightPanel(
    n: number,
    stride: number,
    gradients: number,
    responsibilities: number,
    weighted: number,
    sum: number,
  ): void;
  symmetrise(m: number, scale: number, n: number, stride: number, buffer: number): void;
  addSymmetric(a: number, x: number, b: number, y: number, c: number, n: number, stride: number): void;
  roundMatrices(m: number, count: number, n: number, stride: number, d: number, out: number): void;
}

/** Zeroed blocks of the given lengths in a memory, and kernels that reach them. */
export interface MixtureMemory<Name extends string> {
  readonly kernel: MixtureKernel;
  readonly blocks: Readonly<Record<Name, Float64Array>>;
  readonly memory: WasmMemory;
}

/**
 * A memory with one block for each length, which lives as long as the blocks do. If it is `shared`, other threads get the
 * same blocks by {@link sharedMixtureMemory}.
 *
 * @throws a MixturaError where the blocks need more than 4 GiB, or the system refuses the memory
 */
export function mixtureMemory<Name extends string>(
  lengths: Readonly<Record<Name, number>>,
  shared: boolean,
): MixtureMemory<Name> {
  const sizes = Object.values<number>(lengths).map(blockBytes);
  const bytes = sizes.reduce((sum, size) => sum + size, RESERVED);
  if (bytes > Arena.maxBytes) throw tooLarge(bytes);
  const pages = Math.ceil(bytes / PAGE);
  try {
    const memory = new Wasm.Memory({ initial: pages, maximum: pages, ...(shared && { shared }) });
    return placeBlocks(lengths, memory, shared);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw tooLarge(bytes, cause);
  }
}

/** The blocks of a shared memory of {@link mixtureMemory}, in another thread. */
export function sharedMixtureMemory<Name extends string>(
  lengths: Readonly<Record<Name, number>>,
  memory: WasmMemory,
): MixtureMemory<Name> {
  return placeBlocks(lengths, memory, true);
}

function placeBlocks<Name extends string>(
  lengths: Readonly<Record<Name, number>>,
  memory: WasmMemory,
  shared: boolean,
): MixtureMemory<Name> {
  const module = kernelModule(shared ? 'shared' : 'own');
  const kernel = new Wasm.Instance(module, { env: { memory } }).exports as MixtureKernel;
  let start = RESERVED;
  const blocks = (Object.entries<number>(lengths) as [Name, number][]).map(([name, length]) => {
    const block = new Float64Array(memory.buffer, start, length);
    start += blockBytes(length);
    return [name, block] as const;
  });
  return { kernel, memory, blocks: Object.fromEntries(blocks) as Record<Name, Float64Array> };
}

/** Bytes of a block of `length` numbers. */
function blockBytes(length: number): number {
  return aligned(length * FLOAT64);
}

function tooLarge(bytes: number, cause?: unknown): MixturaError {
  return new MixturaError(
    `A mixture needs ${mebibytes(bytes)} of memory, which cannot be had (4,096 MiB at most); ` +
      'use fewer components or latents of fewer dimensions, close other programs, or lift a limit on address space (ulimit -v).',
    cause === undefined ? {} : { cause },
  );
}
