/** @file One WebAssembly memory for parameters, gradients and moments, shared by the graph runner and the kernels. */
import { MixturaError } from '../errors.js';
import { aligned, mebibytes, PAGE, RESERVED } from './layout.js';
import { Wasm, type WasmMemory } from './types.js';

/**
 * A bump allocator over one WebAssembly memory of fixed size: zeroed, 64-byte aligned blocks that live as long
 * as the arena. Its views can be fed to ONNX Runtime and updated by {@link OptimizerKernel} without a copy.
 */
export class Arena {
  /** The address space of 32-bit WebAssembly: 4 GiB. */
  static readonly maxBytes = 2 ** 32;

  readonly memory: WasmMemory;
  readonly #capacity: number;
  #used = RESERVED;

  /**
   * Reserves `bytes` (see {@link Arena.bytesFor}); pages that are never touched cost no physical memory.
   * @throws a MixturaError beyond 4 GiB, or where the system refuses the memory.
   */
  constructor(bytes: number) {
    if (!(bytes >= 0 && bytes <= Arena.maxBytes)) {
      throw new MixturaError(
        `Parameters, gradients and moments need ${mebibytes(bytes)}, but one memory holds at most 4,096 MiB; ` +
          'use smaller networks.',
      );
    }
    const pages = Math.max(1, Math.ceil(bytes / PAGE));
    try {
      this.memory = new Wasm.Memory({ initial: pages, maximum: pages });
    } catch (cause) {
      throw new MixturaError(
        `The system refused ${mebibytes(bytes)} of memory for parameters, gradients and moments; ` +
          'close other programs, lift a limit on address space (ulimit -v), or use smaller networks.',
        { cause },
      );
    }
    this.#capacity = pages * PAGE;
  }

  /** The bytes that an arena needs to hold one float32 block of each of the given lengths. */
  static bytesFor(lengths: Iterable<number>): number {
    let bytes = RESERVED;
    for (const length of lengths) bytes += aligned(length * Float32Array.BYTES_PER_ELEMENT);
    return bytes;
  }

  /** Bytes of the whole memory. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes taken so far, the reserved ones and padding included. */
  get used(): number {
    return this.#used;
  }

  /**
   * A new zeroed block of `length` float32 values.
   * @throws a MixturaError where the arena is full.
   */
  float32(length: number): Float32Array<ArrayBuffer> {
    if (!Number.isInteger(length) || length < 0) {
      throw new MixturaError(
        `A memory block cannot have ${length} elements; give a whole number of at least 0.`,
      );
    }
    const end = this.#used + aligned(length * Float32Array.BYTES_PER_ELEMENT);
    if (end > this.#capacity) {
      throw new MixturaError(
        `A memory block of ${length} floats does not fit: ${this.#used} of ${this.#capacity} bytes are taken; ` +
          'create the arena with Arena.bytesFor of all its blocks.',
      );
    }
    const block = new Float32Array(this.memory.buffer, this.#used, length);
    this.#used = end;
    return block;
  }
}
