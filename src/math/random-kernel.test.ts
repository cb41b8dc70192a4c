import { describe, expect, it } from 'vitest';
import type { Words4 } from './philox.js';
import { type BulkRandom, CHUNK_WORDS, kernelRandom, plainRandom } from './random-kernel.js';

const kernel = kernelRandom()!;
const plain = plainRandom();

/** Bits, so that zeros of both signs and all NaNs are told apart. */
const bitsOf = (numbers: Float64Array, count: number) => new BigUint64Array(numbers.slice(0, count).buffer);

function both(use: (bulk: BulkRandom) => void): void {
  use(kernel);
  use(plain);
}

describe('the kernels of random numbers give the bits of the plain functions', () => {
  it.each([
    ['a usual counter', [5, 0, -7, 123456789], 1, 2],
    ['the end of the low word', [2 ** 32 - 3, 4, 1, 2], -1, 77],
    ['the end of the low word, from a block of four', [2 ** 32 - 4, 2 ** 32 - 1, 1, 2], 3, -4],
  ] as const)('words: %s', (_, counter, k0, k1) => {
    for (const blocks of [1, 2, 3, 4, 7, CHUNK_WORDS / 4]) {
      both((bulk) => bulk.philox(blocks, counter, k0, k1));
      expect(kernel.words.slice(0, 4 * blocks)).toEqual(plain.words.slice(0, 4 * blocks));
    }
  });

  it('normals and Gumbel numbers of random words', () => {
    for (let c = 0; c < 300; c++) {
      const counter: Words4 = [c * 1000, 0, 9, 8];
      both((bulk) => {
        bulk.philox(CHUNK_WORDS / 4, counter, 6, 7);
        bulk.normals(CHUNK_WORDS);
      });
      expect(bitsOf(kernel.numbers, CHUNK_WORDS)).toEqual(bitsOf(plain.numbers, CHUNK_WORDS));
      both((bulk) => bulk.gumbels(CHUNK_WORDS / 2));
      expect(bitsOf(kernel.numbers, CHUNK_WORDS / 2)).toEqual(bitsOf(plain.numbers, CHUNK_WORDS / 2));
    }
  });

  it('normals and Gumbel numbers of words at the ends, and near powers of two', () => {
    const near = (power: number) => [power - 2, power - 1, power, power + 1];
    const edges = Array.from({ length: 33 }, (_, e) => near(2 ** e)).flat();
    const root2 = [0xb504f333, 0xb504f334, 0x5a827999, 0x5a82799a]; // mantissas next to sqrt 2
    const words = [...edges, ...root2, 0x3fffffff, 0x7fffffff, 0xbfffffff, 0xffffffff].map((w) => w | 0);
    for (let shift = 0; shift < words.length; shift++) {
      const pairs = words.flatMap((word, i) => [word, words[(i + shift) % words.length]!]);
      both((bulk) => {
        bulk.words.set(pairs);
        bulk.normals(pairs.length);
      });
      expect(bitsOf(kernel.numbers, pairs.length)).toEqual(bitsOf(plain.numbers, pairs.length));
      both((bulk) => bulk.gumbels(pairs.length / 2));
      expect(bitsOf(kernel.numbers, pairs.length / 2)).toEqual(bitsOf(plain.numbers, pairs.length / 2));
    }
  });

  it('counts that are no multiples of four', () => {
    for (let count = 1; count < 12; count++) {
      both((bulk) => {
        bulk.philox(CHUNK_WORDS / 4, [1, 2, 3, 4], 5, 6);
        bulk.normals(count);
      });
      expect(bitsOf(kernel.numbers, count)).toEqual(bitsOf(plain.numbers, count));
      both((bulk) => bulk.gumbels(count));
      expect(bitsOf(kernel.numbers, count)).toEqual(bitsOf(plain.numbers, count));
    }
  });
});
