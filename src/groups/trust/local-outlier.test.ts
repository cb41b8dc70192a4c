import { describe, expect, it } from 'vitest';
import { nearestAmong } from '../../cluster/nearest-among.js';
import { nearestRows } from '../../cluster/nearest-rows.js';
import { localDensity, localOutlierFactor } from './local-outlier.js';

const sample = { rows: 5, columns: 2, values: Float64Array.of(0, 0, 1, 0, 0, 2, 1, 1, 8, 8) };

describe('the local outlier factor', () => {
  it('is that of scikit-learn, of rows of the sample and of others', () => {
    const own = nearestRows(sample, 2);
    const density = localDensity(own);
    // LocalOutlierFactor(n_neighbors=2), negative_outlier_factor_ and, with novelty=True, score_samples.
    const expected = [0.9267766953018145, 1.1715728752395964, 1.4142135623387804, 0.9267766953018145];
    localOutlierFactor(own, density).forEach((factor, i) => {
      expect(factor).toBeCloseTo([...expected, 7.035533905491317][i]!, 5);
    });
    const other = { rows: 2, columns: 2, values: Float64Array.of(5, 5, 0.5, 0.5) };
    const [far, near] = localOutlierFactor(nearestAmong(other, sample, 2), density);
    expect(far).toBeCloseTo(3.6360389690949355, 5);
    expect(near).toBeCloseTo(0.9267766953018145, 5);
  });

  it('is 1 where all rows are equal', () => {
    const own = nearestRows({ rows: 8, columns: 1, values: new Float64Array(8) }, 3);
    expect([...localOutlierFactor(own, localDensity(own))]).toEqual(new Array(8).fill(1));
  });
});
