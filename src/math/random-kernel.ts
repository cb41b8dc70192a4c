/** @file Random numbers in bulk through the kernels of `kernel/random.ts`, which give the bits of `elementary.ts`. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../wasm/built-file.js';
import { RESERVED } from '../wasm/layout.js';
import { Wasm, type WasmMemory } from '../wasm/types.js';
import { normalsFromWords, portableLog, uniform53 } from './elementary.js';
import { philoxFill, type Words4 } from './philox.js';

/** The most words that are drawn at a time. */
export const CHUNK_WORDS = 1024;

interface RandomExports {
  philox(
    out: number,
    blocks: number,
    low: number,
    high: number,
    third: number,
    fourth: number,
    key0: number,
    key1: number,
  ): void;
  normals(words: number, count: number, out: number): void;
  gumbels(words: number, count: number, out: number): void;
}

/** Fills pieces of at most {@link CHUNK_WORDS} words, and numbers made from them. */
export interface BulkRandom {
  /** The words of the last `philox`. */
  readonly words: Int32Array;
  /** The numbers of the last `normals` or `gumbels`. */
  readonly numbers: Float64Array;
  /** Successive Philox4x32-10 outputs (see {@link philoxFill}). */
  philox(blocks: number, counter: Words4, k0: number, k1: number): void;
  /** Standard normals, a word each. */
  normals(count: number): void;
  /** -log(-log(u + 1e-20) + 1e-20), two words each. */
  gumbels(count: number): void;
}

/** In JavaScript: for tests of the kernels, and where the kernels were not built. */
export function plainRandom(): BulkRandom {
  const words = new Int32Array(CHUNK_WORDS);
  const numbers = new Float64Array(CHUNK_WORDS);
  return {
    words,
    numbers,
    philox: (blocks, counter, k0, k1) => philoxFill(words, blocks, counter, k0, k1),
    normals: (count) => normalsFromWords(words, count, numbers, 0),
    gumbels(count) {
      for (let i = 0; i < count; i++) {
        const u = uniform53(words[2 * i]!, words[2 * i + 1]!);
        numbers[i] = -portableLog(-portableLog(u + 1e-20) + 1e-20);
      }
    },
  };
}

/** Through the kernels; undefined where they were not built, or where the system refuses the memory. */
export function kernelRandom(): BulkRandom | undefined {
  const file = fileURLToPath(builtFile('wasm/random.wasm'));
  const memory = existsSync(file) ? smallMemory() : undefined;
  if (memory === undefined) return undefined;
  const module = new Wasm.Module(readFileSync(file));
  const kernel = new Wasm.Instance(module, { env: { memory } }).exports as RandomExports;
  const words = new Int32Array(memory.buffer, RESERVED, CHUNK_WORDS);
  const numbers = new Float64Array(memory.buffer, words.byteOffset + words.byteLength, CHUNK_WORDS);
  const [w, n] = [words.byteOffset, numbers.byteOffset];
  return {
    words,
    numbers,
    philox: (blocks, [low, high, third, fourth], k0, k1) =>
      kernel.philox(w, blocks, low, high, third, fourth, k0, k1),
    normals: (count) => kernel.normals(w, count, n),
    gumbels: (count) => kernel.gumbels(w, count, n),
  };
}

/** A memory of 64 KiB; undefined where the address space is limited, of which every memory takes gigabytes. */
function smallMemory(): WasmMemory | undefined {
  try {
    return new Wasm.Memory({ initial: 1, maximum: 1 });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

let bulk: BulkRandom | undefined;

/** The kernels, or JavaScript where there are none; made once. */
export function bulkRandom(): BulkRandom {
  bulk ??= kernelRandom() ?? plainRandom();
  return bulk;
}
