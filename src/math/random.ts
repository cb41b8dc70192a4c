/** @file Counter-based, splittable random streams: every draw is a pure function of (seed, path, position). */

import { usageError } from '../errors.js';
import { normalsFromWords, uniform53 } from './elementary.js';
import { philoxFill, type Words4 } from './philox.js';
import { bulkRandom, CHUNK_WORDS } from './random-kernel.js';

const TWO_POW_32 = 2 ** 32;
const HASH_KEY_0 = 0x6d697874; // "mixt"
const HASH_KEY_1 = 0x75726121; // "ura!"
const NUMBER_TAG = 1;
const STRING_TAG = 2;

const block = new Int32Array(4);

type Floats = Float64Array | Float32Array;

/**
 * A stream of random numbers, identified by a seed and a path of labels; equal paths give equal streams.
 *
 * The words are Philox4x32-10 outputs: the 128-bit identity of a stream is its key and the upper half of the counter,
 * the lower half counts blocks. Forking reads only the identity, so it neither advances nor depends on the parent's
 * position, and a run that resumes needs no saved random state. Source: Salmon et al. 2011.
 *
 * Filling methods (`uniforms`, `normals`, `gumbels`) start at a fresh block of four words.
 *
 * @example
 * const step = Stream.root(7).fork('latent', 120); // the same numbers whenever step 120 is computed
 * const noise = step.normals(new Float64Array(64));
 */
export class Stream {
  private readonly id: Words4;
  private blockLow = 0;
  private blockHigh = 0;
  private readonly buffer = new Int32Array(4);
  private used = 4;

  private constructor(id: Words4) {
    this.id = id;
  }

  /**
   * The root stream of a seed.
   * @throws a usage error unless the seed is a safe integer.
   */
  static root(seed: number): Stream {
    return new Stream(absorb([0, 0, 0, 0], seed));
  }

  /**
   * An independent child stream for a path of labels and integers; `fork(a, b)` equals `fork(a).fork(b)`.
   * @throws a usage error where a number of the path is not a safe integer.
   */
  fork(...path: readonly (string | number)[]): Stream {
    return new Stream(path.reduce<Words4>(absorb, this.id));
  }

  /** A uniform integer of 32 bits. */
  uint32(): number {
    if (this.used === 4) {
      philoxFill(this.buffer, 1, this.counter(), this.id[0], this.id[1]);
      this.advance(1);
      this.used = 0;
    }
    return this.buffer[this.used++]! >>> 0;
  }

  /** A uniform number of [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.uint32();
    return uniform53(high, this.uint32());
  }

  /** A standard normal number (Box-Muller, the cosine of the pair). */
  normal(): number {
    block[0] = this.uint32();
    block[1] = this.uint32();
    normalsFromWords(block, 1, single, 0);
    return single[0]!;
  }

  /**
   * A uniform integer of [0, n), without bias (rejection).
   * @throws a usage error unless 1 <= n <= 2^32.
   */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_POW_32) {
      throw usageError(`A random integer below ${n} was asked for; give an integer from 1 to 2^32.`);
    }
    const limit = TWO_POW_32 - (TWO_POW_32 % n);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % n;
  }

  /** Fills `out` with uniform numbers of [0, 1) and returns it. */
  uniforms<T extends Floats>(out: T): T {
    const { words } = bulkRandom();
    this.eachChunk(out.length, 2, (start, count) => {
      for (let i = 0; i < count; i++) out[start + i] = uniform53(words[2 * i]!, words[2 * i + 1]!);
    });
    // Rounding to float32 may reach 1, which is outside of the range.
    if (out instanceof Float32Array) {
      for (let i = 0; i < out.length; i++) if (out[i] === 1) out[i] = 1 - 2 ** -24;
    }
    return out;
  }

  /** Fills `out` with standard normal numbers and returns it. */
  normals<T extends Floats>(out: T): T {
    const bulk = bulkRandom();
    this.eachChunk(out.length, 1, (start, count) => {
      bulk.normals(count);
      out.set(bulk.numbers.subarray(0, count), start);
    });
    return out;
  }

  /** Fills `out` with Gumbel numbers, g = -log(-log(u + 1e-20) + 1e-20), and returns it. */
  gumbels<T extends Floats>(out: T): T {
    const bulk = bulkRandom();
    this.eachChunk(out.length, 2, (start, count) => {
      bulk.gumbels(count);
      out.set(bulk.numbers.subarray(0, count), start);
    });
    return out;
  }

  /**
   * An index drawn in proportion to non-negative weights (they need not sum to 1).
   * @throws a usage error where the weights are empty, negative, not finite, or sum to 0.
   */
  categorical(weights: ArrayLike<number>): number {
    return indexAt(weights, this.uniform() * totalWeight(weights));
  }

  /**
   * Fills `out` with indices drawn in proportion to the weights, and returns it. Like the filling methods it starts at a
   * fresh block; from there the indices are those of as many calls of {@link categorical}.
   * @throws as {@link categorical}.
   */
  categoricals(weights: ArrayLike<number>, out: Int32Array): Int32Array {
    const total = totalWeight(weights);
    const places = this.uniforms(new Float64Array(out.length));
    for (let i = 0; i < out.length; i++) out[i] = indexAt(weights, places[i]! * total);
    return out;
  }

  /** The integers 0..n-1 in random order (Fisher-Yates). */
  permutation(n: number): Uint32Array {
    const out = new Uint32Array(n);
    for (let i = 0; i < n; i++) out[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = out[i]!;
      out[i] = out[j]!;
      out[j] = held;
    }
    return out;
  }

  /**
   * k distinct integers of 0..n-1, ascending (Floyd's algorithm).
   * @throws a usage error where k > n.
   */
  choice(n: number, k: number): Uint32Array {
    if (k > n) throw usageError(`${k} distinct items of ${n} were asked for; ask for at most ${n}.`);
    const chosen = new Set<number>();
    for (let j = n - k; j < n; j++) {
      const candidate = this.int(j + 1);
      chosen.add(chosen.has(candidate) ? j : candidate);
    }
    return Uint32Array.from(chosen).sort();
  }

  /** Calls `use(start, count)` for pieces of 0..length-1, with `perItem * count` fresh words of {@link bulkRandom}. */
  private eachChunk(length: number, perItem: number, use: (start: number, count: number) => void): void {
    // All streams share it: a fill runs from start to end without another in between.
    const bulk = bulkRandom();
    const items = CHUNK_WORDS / perItem;
    for (let start = 0; start < length; start += items) {
      const count = Math.min(items, length - start);
      const blocks = Math.ceil((count * perItem) / 4);
      bulk.philox(blocks, this.counter(), this.id[0], this.id[1]);
      this.advance(blocks);
      use(start, count);
    }
    this.used = 4;
  }

  private counter(): Words4 {
    return [this.blockLow, this.blockHigh, this.id[2], this.id[3]];
  }

  private advance(blocks: number): void {
    const next = this.blockLow + blocks;
    this.blockLow = next % TWO_POW_32;
    if (next >= TWO_POW_32) this.blockHigh++;
  }
}

const single = new Float64Array(1);

/**
 * The sum of weights.
 * @throws a usage error where they are empty, negative, not finite, or sum to 0.
 */
function totalWeight(weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    if (!(w >= 0)) throw usageError(`Weight ${i} of a categorical draw is ${w}; give weights of at least 0.`);
    total += w;
  }
  if (!(total > 0 && total < Infinity)) {
    throw usageError(`The weights of a categorical draw sum to ${total}; give finite weights, one above 0.`);
  }
  return total;
}

/** The index of the interval that a point lies in, where intervals of these lengths lie end to end. */
function indexAt(weights: ArrayLike<number>, place: number): number {
  let left = place;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    if (w === 0) continue;
    if (left < w) return i;
    left -= w;
    last = i;
  }
  return last; // rounding of the running difference only
}

/** Mixes one label into an identity: s <- Philox(s xor block) xor s over tagged blocks (Matyas-Meyer-Oseas). */
function absorb(state: Words4, label: string | number): Words4 {
  if (typeof label === 'number') {
    if (!Number.isSafeInteger(label)) {
      throw usageError(`${label} cannot name a random stream; use a whole number between -2^53 and 2^53.`);
    }
    return compress(state, NUMBER_TAG, 0, label | 0, Math.floor(label / TWO_POW_32) | 0);
  }
  let mixed = compress(state, STRING_TAG, label.length, 0, 0);
  for (let i = 0; i < label.length; i += 4) {
    const code = (k: number): number => (i + k < label.length ? label.charCodeAt(i + k) : 0);
    mixed = compress(mixed, STRING_TAG, i, code(0) | (code(1) << 16), code(2) | (code(3) << 16));
  }
  return mixed;
}

function compress(s: Words4, a: number, b: number, c: number, d: number): Words4 {
  philoxFill(block, 1, [s[0] ^ a, s[1] ^ b, s[2] ^ c, s[3] ^ d], HASH_KEY_0, HASH_KEY_1);
  return [block[0]! ^ s[0], block[1]! ^ s[1], block[2]! ^ s[2], block[3]! ^ s[3]];
}
