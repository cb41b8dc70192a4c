import { describe, expect, it } from 'vitest';
import { classCounts, type Dataset } from '../dataset.js';
import { ring } from './ring.js';

function points(dataset: Dataset): Float32Array {
  const out = new Float32Array(dataset.count * 2);
  dataset.read(
    Uint32Array.from({ length: dataset.count }, (_, i) => i),
    out,
  );
  return out;
}

describe('ring', () => {
  it.each([0.01, 0.05, 0.1])(
    'has 80,000 points in [-1, 1], 1 : 3 in light and heavy modes (variance %d)',
    (variance) => {
      const data = ring({ variance });
      expect([...classCounts(data)!]).toEqual([5000, 5000, 5000, 5000, 15000, 15000, 15000, 15000]);
      const xy = points(data);
      for (const axis of [0, 1]) {
        const values = xy.filter((_, i) => i % 2 === axis);
        expect(values.reduce((a, b) => Math.min(a, b))).toBe(-1);
        expect(values.reduce((a, b) => Math.max(a, b))).toBe(1);
      }
    },
  );

  it('has means and deviations that equal the truth it tells', () => {
    const data = ring();
    const xy = points(data);
    const { means, sigma, weights } = data.truth!;
    expect([...weights]).toEqual([1, 1, 1, 1, 3, 3, 3, 3].map((w) => w / 16));
    for (let mode = 0; mode < 8; mode++) {
      for (const axis of [0, 1] as const) {
        const values = [...xy].filter((_, i) => i % 2 === axis && data.labels![i >> 1] === mode);
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
        expect(Math.abs(mean - means[2 * mode + axis]!)).toBeLessThan(
          (5 * sigma[axis]) / Math.sqrt(values.length),
        );
        expect(deviation / sigma[axis]).toBeGreaterThan(0.95);
        expect(deviation / sigma[axis]).toBeLessThan(1.05);
      }
    }
  });

  it('goes clockwise from the top', () => {
    const { means } = ring().truth!;
    expect(means[1]).toBeGreaterThan(0.7);
    expect(means[4]).toBeGreaterThan(0.7);
    expect(means[9]).toBeLessThan(-0.7);
    expect(means[12]).toBeLessThan(-0.7);
  });

  it('is the same every time, names its variance, and has another sample held out', () => {
    // A constant of the project: runs that were trained on it find it again.
    expect(ring().fingerprint).toBe('ac047d33d40e462cd9b5c83341db72f5136cf1326c4e786b348499c4cdd889bb');
    expect([ring().name, ring({ variance: 0.05 }).name, ring({ variance: 0.1 }).name]).toEqual([
      'ring',
      'ring-0.05',
      'ring-0.10',
    ]);
    const test = ring().test!();
    expect([...classCounts(test)!]).toEqual([500, 500, 500, 500, 1500, 1500, 1500, 1500]);
    expect(test.truth!.means).toEqual(ring().truth!.means);
    expect(points(test)[0]).not.toBe(points(ring())[0]);
  });

  it('refuses a variance that is not positive', () => {
    expect(() => ring({ variance: 0 })).toThrow("ring's variance is 0");
    expect(() => ring({ variance: Number.NaN })).toThrow('give a positive number');
  });
});
