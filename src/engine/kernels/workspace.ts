/** @file The memory in which programs of kernels run. */
import { kernelModule } from '../../wasm/kernels.js';
import { ALIGNMENT, aligned } from '../../wasm/layout.js';
import { Wasm, type WasmMemory } from '../../wasm/types.js';
import type { KernelName } from './rules.js';

/** A kernel over addresses and numbers. */
export type Kernel = (...args: number[]) => void;

/** Bytes of a workspace; pages that are never touched cost no physical memory. */
export const KERNEL_BYTES = 2 ** 26;

/**
 * The part of a memory in which programs of kernels run. From its end on lie the constants of all programs; the rest is
 * working memory, which programs use one after the other.
 */
export class KernelWorkspace {
  readonly kernels: Readonly<Record<KernelName, Kernel>>;
  readonly #block: Float32Array;
  /** Where the constants of each program lie. */
  readonly #kept = new Map<string, Float32Array>();
  #end: number;
  /** The most bytes that any program computes in. */
  #working = 0;

  constructor(memory: WasmMemory, block: Float32Array) {
    this.#block = block;
    // Kernels may read up to three numbers past the end of a matrix, and the block may be the last of the memory.
    this.#end = block.byteOffset + block.byteLength - ALIGNMENT;
    const exports = new Wasm.Instance(kernelModule(), { env: { memory } }).exports;
    this.kernels = exports as Readonly<Record<KernelName, Kernel>>;
  }

  /** Address of the working memory. */
  get start(): number {
    return this.#block.byteOffset;
  }

  /**
   * Stores the constants of a program, in the place of those that it had before if they fit there.
   * @returns their address; undefined where fewer than `scratch` bytes, or than another program needs, would be left.
   */
  keep(program: string, constants: Float32Array, scratch: number): number | undefined {
    const known = this.#kept.get(program);
    const again = known && known.length >= constants.length ? known : undefined;
    const at = again?.byteOffset ?? this.#end - aligned(constants.byteLength);
    const end = Math.min(this.#end, at);
    const working = Math.max(this.#working, scratch);
    if (end < this.start + working) return undefined;
    [this.#end, this.#working] = [end, working];
    const place = again ?? this.view(at, constants.length);
    place.set(constants);
    this.#kept.set(program, place);
    return at;
  }

  /** A view of `length` floats at an address. */
  view(address: number, length: number): Float32Array {
    return new Float32Array(this.#block.buffer, address, length);
  }
}
