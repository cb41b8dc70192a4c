import { describe, expect, it } from 'vitest';
import { pca, project } from './pca.js';

describe('pca', () => {
  it('finds the line on which points lie', () => {
    // Points t * (3, 4) / 5 + (1, 2) for t = -2..2: variance 2 along (0.6, 0.8), none across.
    const points = [-2, -1, 0, 1, 2].flatMap((t) => [1 + 0.6 * t, 2 + 0.8 * t]);
    const found = pca(points, 2);
    expect([...found.mean]).toEqual([expect.closeTo(1, 12), expect.closeTo(2, 12)]);
    expect([...found.directions.slice(0, 2)]).toEqual([expect.closeTo(0.6, 12), expect.closeTo(0.8, 12)]);
    expect([...found.explained]).toEqual([expect.closeTo(1, 12), expect.closeTo(0, 12)]);
    const flat = project(points, found);
    [-2, -1, 0, 1, 2].forEach((t, i) => {
      expect(flat[2 * i]).toBeCloseTo(t, 12);
      expect(flat[2 * i + 1]).toBeCloseTo(0, 12);
    });
  });

  it('orders directions by variance, with orthonormal rows of fixed sign', () => {
    // Axis-aligned: variances 1/3 * 2 * (1, 16, 4) from points at +-1, +-4, +-2 on three axes.
    const points = [1, 0, 0, -1, 0, 0, 0, 4, 0, 0, -4, 0, 0, 0, 2, 0, 0, -2];
    const { directions, explained } = pca(points, 3);
    expect([...directions].map((value) => Math.round(value * 1e9) / 1e9 + 0)).toEqual([0, 1, 0, 0, 0, 1]);
    expect(explained[0]).toBeCloseTo(16 / 21, 12);
    expect(explained[1]).toBeCloseTo(4 / 21, 12);
  });

  it('bears points that are all the same, and many dimensions', () => {
    const same = pca(new Float32Array(12).fill(3), 4);
    expect([...same.explained]).toEqual([0, 0]);
    const d = 128;
    const wide = Float32Array.from(
      { length: 40 * d },
      (_, i) => Math.sin(i * i) + (i % d === 5 ? 9 * Math.cos(i) : 0),
    );
    const { directions, explained } = pca(wide, d);
    expect(directions[5]).toBeGreaterThan(0.9);
    expect(explained[0]!).toBeGreaterThan(explained[1]!);
  });

  it('refuses no points and too few dimensions', () => {
    expect(() => pca([], 2)).toThrow('2 principal components need points');
    expect(() => pca([1, 2], 1)).toThrow('there are 2 values in 1 dimensions');
  });
});
