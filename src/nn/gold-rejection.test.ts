import { describe, expect, it } from 'vitest';
import { keepProbabilities } from './gold-rejection.js';

describe('rejection by GOLD', () => {
  const d = Array.from({ length: 100 }, (_, i) => Math.sin(7 * i) * 3 - 2);

  it.each([0, 0.1, 0.5, 0.9])('keeps a share p = %d of the candidates with less than a half', (p) => {
    const keep = keepProbabilities(d, 1, p);
    const below = keep.filter((value) => value < 0.5).length;
    expect(Math.abs(below - 100 * p)).toBeLessThanOrEqual(1);
  });

  it('keeps those with larger d rather', () => {
    const keep = keepProbabilities(d, 1, 0.5);
    const order = [...d.keys()].sort((a, b) => d[a]! - d[b]!);
    const sorted = order.map((i) => keep[i]!);
    expect([...sorted].sort((a, b) => a - b)).toEqual(sorted);
  });

  it('prefers the better of candidates that are all far below the best of the model', () => {
    const keep = keepProbabilities([-60, -50, -40], 0, 0.5);
    expect(keep[1]).toBeCloseTo(0.5, 12);
    expect(keep[0]).toBeCloseTo(1 / (1 + Math.exp(10)), 12);
    expect(keep[2]).toBeCloseTo(1 / (1 + Math.exp(-10)), 12);
  });

  it('gives the values of its formula', () => {
    // P = 1/2 and 1/4 at m = 0: F = 0 and -log 3; the median is their mean.
    const keep = keepProbabilities([Math.log(0.5), Math.log(0.25)], 0, 0.5);
    const half = Math.log(3) / 2;
    expect(keep[0]).toBeCloseTo(1 / (1 + Math.exp(-half)), 5);
    expect(keep[1]).toBeCloseTo(1 / (1 + Math.exp(half)), 5);
  });
});
