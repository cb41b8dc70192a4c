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
    [2, 1, 3],
    [3, 2, 1.5],
    [9, 8, 4],
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

  it('two components on a line are at the radius on either side, whatever the seed', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [a, b] = simplexMeans(2, 1, 3, Stream.root(seed));
      expect(Math.abs(a!)).toBeCloseTo(3, 12);
      expect(b).toBeCloseTo(-a!, 12);
    }
  });

  it('turns a full simplex by its stream: the same twice, another for another seed', () => {
    const at = (seed: number) => [...simplexMeans(3, 2, 3, Stream.root(seed))];
    expect(at(4)).toEqual(at(4));
    expect(distance(at(4), at(5))).toBeGreaterThan(0.1);
  });

  it('keeps the bits of seeds that runs were made with', () => {
    expect([...simplexMeans(2, 2, 3, Stream.root(1))]).toEqual([
      2.1964627068755043, 2.0434166431017275, -2.196462706875504, -2.0434166431017275,
    ]);
    expect([...simplexMeans(3, 3, 2.5, Stream.root(7))]).toEqual([
      0.6305081681666918, 1.1358905716961272, -2.135933533377602, 1.217037384120548, -2.0590936443103725,
      0.7272918049955215, -1.8475455522872397, 0.9232030726142451, 1.4086417283820805,
    ]);
    expect([...simplexMeans(4, 2, 1.5, Stream.root(9))]).toEqual([
      1.4171048773099872, 0.49174563211506583, 1.2525407547465501, -0.8253130664777711, -1.4366888469396961,
      0.4311903953929007, -0.9089950580818033, -1.1932007309681214,
    ]);
  });

  it('more components than a simplex has: K different points of the sphere', () => {
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
