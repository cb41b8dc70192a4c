import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nearestAmong } from '../../cluster/nearest-among.js';
import { nearestRows } from '../../cluster/nearest-rows.js';
import { Stream } from '../../math/random.js';
import { localDensity, localOutlierFactor } from './local-outlier.js';
import { farLimits, isUnexplained } from './unexplained.js';

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/local-outlier.json', import.meta.url), 'utf8'),
) as Record<'rows' | 'others' | 'factors' | 'factorsOfOthers', number[]>;
const matrix = (values: ArrayLike<number>, columns: number) => ({
  rows: values.length / columns,
  columns,
  values: Float64Array.from(values),
});

/** Factors of the rows, and which of them no group explains, all rows being one group. */
function looked(values: ArrayLike<number>, columns: number) {
  const near = nearestRows(matrix(values, columns), 10);
  const factors = localOutlierFactor(near, localDensity(near));
  const limit = farLimits(near, { part: new Int32Array(factors.length), parts: 1 })[0]!;
  const unexplained = [...factors.keys()].filter((i) =>
    isUnexplained(factors[i]!, near.squared[i * 10 + 9]!, limit),
  );
  return { factors, unexplained };
}

describe('the local outlier factor', () => {
  it('is that of scikit-learn, of rows of the sample and of others', () => {
    const sample = matrix(golden.rows, 3);
    const own = nearestRows(sample, 10);
    const density = localDensity(own);
    localOutlierFactor(own, density).forEach((factor, i) => {
      expect(factor / golden.factors[i]!).toBeCloseTo(1, 5);
    });
    const others = localOutlierFactor(nearestAmong(matrix(golden.others, 3), sample, 10), density);
    expect(others).toHaveLength(10);
    others.forEach((factor, i) => {
      expect(factor / golden.factorsOfOthers[i]!).toBeCloseTo(1, 5);
    });
  });

  it('is 1 where all rows are equal', () => {
    const own = nearestRows({ rows: 8, columns: 1, values: new Float64Array(8) }, 3);
    expect([...localOutlierFactor(own, localDensity(own))]).toEqual(new Array(8).fill(1));
  });

  it('is finite beside thousands of copies of a row, of which none is unexplained', () => {
    const values = Stream.root(2).normals(new Float64Array(2 * 2400));
    values.fill(0.5, 0, 2 * 2000);
    const { factors, unexplained } = looked(values, 2);
    expect(factors.every((factor) => Number.isFinite(factor) && factor > 0)).toBe(true);
    expect(new Set(factors.subarray(0, 2000))).toEqual(new Set([1]));
    expect(unexplained.every((row) => row >= 2000)).toBe(true);
  });
});

describe('rows that no group explains', () => {
  it.each([
    [2, 0],
    [2, 1],
    [5, 2],
    [20, 3],
  ])('are none in a Gaussian of %d columns, seed %d', (columns, seed) => {
    const values = Stream.root(seed).normals(new Float64Array(2000 * columns));
    expect(looked(values, columns).unexplained).toEqual([]);
  });

  it('are the one that lies far away', () => {
    const values = Stream.root(4).normals(new Float64Array(3 * 1000));
    values.set([40, 0, 0], 3 * 17);
    expect(looked(values, 3).unexplained).toEqual([17]);
  });

  it('are none where a group is too small to tell what is usual', () => {
    const values = Stream.root(4).normals(new Float64Array(3 * 29));
    values.set([40, 0, 0], 0);
    expect(looked(values, 3).factors[0]).toBeGreaterThan(4);
    expect(looked(values, 3).unexplained).toEqual([]);
  });
});
