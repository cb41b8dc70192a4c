import { describe, expect, it } from 'vitest';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { nearestAmong } from './nearest-among.js';
import { nearestRows } from './nearest-rows.js';

const drawn = (rows: number, columns: number, seed: number): Matrix => ({
  rows,
  columns,
  values: Stream.root(seed).normals(new Float64Array(rows * columns)),
});

/** Sorts all distances. */
function bySorting(x: Matrix, sample: Matrix, k: number): number[] {
  const at = (m: Matrix, i: number, j: number) => m.values[i * m.columns + j]!;
  return Array.from({ length: x.rows }, (_, i) =>
    Array.from({ length: sample.rows }, (_, s) => {
      let squared = 0;
      for (let j = 0; j < x.columns; j++) squared += (at(x, i, j) - at(sample, s, j)) ** 2;
      return { s, squared };
    })
      .sort((a, b) => a.squared - b.squared || a.s - b.s)
      .slice(0, k)
      .map(({ s }) => s),
  ).flat();
}

describe('nearestAmong', () => {
  it('finds the same rows as sorting all distances, across blocks', () => {
    const [x, sample] = [drawn(700, 5, 1), drawn(1100, 5, 2)];
    const { index, squared } = nearestAmong(x, sample, 7);
    expect([...index]).toEqual(bySorting(x, sample, 7));
    expect(squared.every((d, at) => at % 7 === 0 || d >= squared[at - 1]!)).toBe(true);
  });

  it('agrees with the nearest rows of a sample to itself, which leave out the row itself', () => {
    const x = drawn(600, 4, 3);
    const { index, squared } = nearestAmong(x, x, 6);
    const own = nearestRows(x, 5);
    for (let i = 0; i < x.rows; i++) {
      expect(index[i * 6]).toBe(i);
      expect(squared[i * 6]).toBeCloseTo(0, 10);
      expect([...index.subarray(i * 6 + 1, i * 6 + 6)]).toEqual([...own.index.subarray(i * 5, i * 5 + 5)]);
    }
  });

  it('takes the lower numbers of rows at equal distances', () => {
    const same = { rows: 5, columns: 2, values: new Float64Array(10).fill(3) };
    expect([...nearestAmong(same, same, 3).index.subarray(0, 3)]).toEqual([0, 1, 2]);
  });
});
