import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { simplexMeans } from './start.js';

const rowsOf = (means: Float64Array, dim: number) =>
  Array.from({ length: means.length / dim }, (_, c) => [...means.subarray(c * dim, (c + 1) * dim)]);
const norm = (row: readonly number[]) => Math.hypot(...row);
const distance = (a: readonly number[], b: readonly number[]) => norm(a.map((x, i) => x - b[i]!));

describe('means on a simplex', () => {
  it.each([
    [2, 2, 3],
    [4, 16, 3],
    [8, 8, 2.5],
    [10, 64, 6],
  ])(
    'K = %i, d = %i: all at distance %f from the origin and sqrt(2K / (K - 1)) times that apart',
    (k, d, radius) => {
      const means = rowsOf(simplexMeans(k, d, radius, Stream.root(1)), d);
      expect(means.length).toBe(k);
      for (const row of means) expect(norm(row)).toBeCloseTo(radius, 12);
      const side = radius * Math.sqrt((2 * k) / (k - 1));
      for (let a = 0; a < k; a++)
        for (let b = 0; b < a; b++) expect(distance(means[a]!, means[b]!)).toBeCloseTo(side, 11);
      for (let j = 0; j < d; j++) expect(means.reduce((sum, row) => sum + row[j]!, 0)).toBeCloseTo(0, 11);
    },
  );

  it('more components than dimensions: K different points of the sphere', () => {
    const means = rowsOf(simplexMeans(9, 3, 4, Stream.root(2)), 3);
    for (const row of means) expect(norm(row)).toBeCloseTo(4, 12);
    for (let a = 0; a < 9; a++)
      for (let b = 0; b < a; b++) expect(distance(means[a]!, means[b]!)).toBeGreaterThan(0.1);
  });

  it('one component: a point at the radius', () => {
    expect(norm([...simplexMeans(1, 5, 3, Stream.root(3))])).toBeCloseTo(3, 12);
    expect(Math.abs(simplexMeans(1, 1, 3, Stream.root(3))[0]!)).toBeCloseTo(3, 12);
  });

  it('is turned by its stream: the same twice, another for another seed', () => {
    const at = (seed: number) => simplexMeans(4, 8, 3, Stream.root(seed));
    expect(at(4)).toEqual(at(4));
    expect(distance([...at(4)], [...at(5)])).toBeGreaterThan(1);
  });
});
