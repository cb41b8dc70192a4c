import { describe, expect, it } from 'vitest';
import { generationGolden } from '../../test/support/generation-golden.js';
import { cohensD, meanDeviation, normalQuantile, normalTail, rankSum } from './statistics.js';

describe('rankSum', () => {
  it.each(generationGolden.rankSum)(
    'agrees with scipy.stats.mannwhitneyu, case %#',
    ({ a, b, statistic, p }) => {
      const result = rankSum(a, b);
      expect(result.statistic).toBeCloseTo(statistic, 12);
      expect(result.p / p).toBeCloseTo(1, 9);
      const swapped = rankSum(b, a);
      expect(swapped.statistic).toBeCloseTo(a.length * b.length - statistic, 12);
      expect(swapped.p).toBeCloseTo(result.p, 14);
    },
  );

  it('is exact without ties for a small group, and the normal approximation else', () => {
    const methods = generationGolden.rankSum.map(({ a, b }) => rankSum(a, b).method);
    expect(methods).toEqual(['exact', 'exact', 'normal', 'exact', 'normal', 'normal', 'exact']);
  });

  it('counts orders: 3 against 3 runs never go below 0.1', () => {
    expect(rankSum([4, 5, 6], [1, 2, 3]).p).toBeCloseTo(2 / 20, 14);
    expect(rankSum([4, 5, 3], [1, 2, 6]).p).toBeCloseTo(14 / 20, 14);
    expect(rankSum([5, 6, 7, 8], [1, 2, 3, 4]).p).toBeCloseTo(2 / 70, 14);
  });

  it('finds no difference in equal numbers', () => {
    expect(rankSum([1, 1, 1], [1, 1])).toEqual({ statistic: 3, p: 1, method: 'normal' });
    expect(rankSum([1, 4], [2, 3]).p).toBe(1);
  });

  it('refuses empty groups and numbers that are not finite', () => {
    expect(() => rankSum([], [1])).toThrow('no numbers in the first group');
    expect(() => rankSum([1], [2, Number.NaN])).toThrow('Number 1 (from 0) of the second group is NaN');
  });
});

describe('cohensD and meanDeviation', () => {
  it.each(generationGolden.rankSum)('agree with NumPy, case %#', ({ a, b, d, mean, deviation }) => {
    expect(cohensD(a, b)).toBeCloseTo(d, 12);
    expect(cohensD(b, a)).toBeCloseTo(-d, 12);
    expect(meanDeviation(a).mean).toBeCloseTo(mean, 13);
    expect(meanDeviation(a).deviation).toBeCloseTo(deviation, 13);
  });

  it('have their closed forms', () => {
    expect(meanDeviation([1, 3])).toEqual({ mean: 2, deviation: Math.SQRT2, count: 2 });
    expect(meanDeviation([1, 3], 'population')).toEqual({ mean: 2, deviation: 1, count: 2 });
    expect(meanDeviation([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, deviation: 0, count: 3 });
    expect(meanDeviation([5])).toEqual({ mean: 5, deviation: 0, count: 1 });
    expect(cohensD([3, 5], [0, 2])).toBeCloseTo(3 / Math.SQRT2, 14);
    expect(cohensD([2, 2], [2, 2])).toBe(0);
    expect(cohensD([2, 2], [1, 1])).toBe(Infinity);
  });

  it('refuse what has no mean or deviation', () => {
    expect(() => meanDeviation([])).toThrow('no numbers in the sample');
    expect(() => meanDeviation([1, Infinity])).toThrow('Number 1 (from 0) of the sample is Infinity');
    expect(() => cohensD([1], [2])).toThrow('give at least two numbers in one of the groups');
  });
});

describe('normalTail', () => {
  it.each(generationGolden.normalTail)('agrees with scipy.stats.norm.sf at %d', (z, p) => {
    expect(normalTail(z) / p).toBeCloseTo(1, 9);
  });
});

describe('normalQuantile', () => {
  it.each([
    [0.5, 0],
    [0.6, 0.2533471031357997],
    [0.925, 1.4395314709384563],
    [0.93, 1.475791028179171],
    [0.001, -3.090232306167813],
    [1e-8, -5.612001244174789],
    [1e-15, -7.941345326170998],
    [1e-300, -37.0470962993612],
    [0.9999, 3.719016485455709],
  ])('agrees with scipy.stats.norm.ppf at %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 13);
  });

  it('is infinite at the ends, and the inverse of the tail', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Infinity]);
    for (const z of [-6, -1, 0.3, 4]) expect(normalQuantile(1 - normalTail(z))).toBeCloseTo(z, 6);
  });
});
