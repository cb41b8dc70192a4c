import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../dataset.js';
import { formatSummary, summarize } from './inspect.js';

function table(rows: readonly (readonly number[])[]) {
  return arrayDataset({
    name: 'made',
    kind: 'table',
    shape: [rows[0]!.length],
    range: 'real',
    values: Float32Array.from(rows.flat()),
    source: 'Made.',
  });
}

describe('summarize', () => {
  const plain = [
    [1, 5, 0],
    [2, 5, 1],
    [1, 5, 0],
    [3, 5, 1],
    [1, 5, -0],
  ];

  it('counts duplicates and names the first, and finds constant columns', () => {
    const summary = summarize(table(plain));
    expect(summary.duplicates).toEqual({ count: 2, first: [1, 3] });
    expect(summary.constantFeatures).toEqual([2]);
    expect(summary.nonFinite).toBe(0);
    const text = formatSummary(summary);
    expect(text).toContain('duplicates   2 equal an earlier sample (40.0 %, sample 3 equals 1)');
    expect(text).toContain('constant     1 of 3 values are the same in every sample (columns 2)');
    expect(text).toContain('not finite   none');
  });

  it('counts values that are not finite, and leaves them out of the statistics', () => {
    const summary = summarize(table([...plain, [Number.NaN, 5, Infinity]]));
    expect(summary.nonFinite).toBe(2);
    const finite = [...plain.flat(), 5];
    const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
    const variance = finite.reduce((a, b) => a + (b - mean) ** 2, 0) / finite.length;
    expect(summary.values.mean).toBeCloseTo(mean, 12);
    expect(summary.values.deviation).toBeCloseTo(Math.sqrt(variance), 12);
    expect([summary.values.min, summary.values.max]).toEqual([0, 5]);
    expect(formatSummary(summary)).toContain('not finite   2 values are NaN or infinite');
  });

  it('tells that nothing is finite', () => {
    const summary = summarize(table([[Number.NaN], [Number.NaN]]));
    expect(summary.nonFinite).toBe(2);
    expect(summary.values.mean).toBeNaN();
  });

  it('gathers over pieces what it gathers at once', () => {
    // 70 samples of 2^16 values are read in three pieces; the last sample equals the first.
    const size = 2 ** 16;
    const values = Uint8Array.from({ length: 70 * size }, (_, i) =>
      i % size === 7 ? 9 : (i * 31 + (i >> 16)) % 251,
    );
    values.set(values.subarray(0, size), 69 * size);
    const summary = summarize(
      arrayDataset({
        name: 'big',
        kind: 'table',
        shape: [size],
        range: 'unit',
        maximum: 255,
        values,
        source: 'Made.',
      }),
    );
    expect(summary.duplicates).toEqual({ count: 1, first: [1, 70] });
    expect(summary.constantFeatures).toEqual([8]);
    const mean = values.reduce((a, b) => a + b, 0) / values.length / 255;
    expect(summary.values.mean).toBeCloseTo(mean, 6);
  });
});
