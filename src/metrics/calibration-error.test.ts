import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { reliability } from './calibration-error.js';

describe('the expected calibration error', () => {
  it('is the mean difference of confidence and accuracy over bins', () => {
    // Two bins of two: |0.5 - 0.25| / 2 + |1 - 0.9| / 2.
    const found = reliability([0.2, 0.3, 0.9, 0.9], [1, 0, 1, 1], 2);
    expect(found.error).toBeCloseTo(0.175, 12);
    expect(found.accuracy).toBe(0.75);
    expect(found.bins).toEqual([
      { count: 2, confidence: 0.25, accuracy: 0.5 },
      { count: 2, confidence: 0.9, accuracy: 1 },
    ]);
  });

  it('puts the upper end of a bin into it, 0 into the first and 1 into the last', () => {
    const { bins } = reliability([0, 1 / 15, 0.5, 1], [0, 0, 1, 1]);
    expect(bins.map(({ count }) => count)).toEqual([2, 1, 1]);
  });

  it('is near 0 where answers are right as often as they say, and near the difference where they are not', () => {
    const n = 20_000;
    const draw = Stream.root(1);
    const confidence = Float64Array.from({ length: n }, () => 0.4 + 0.6 * draw.uniform());
    const right = Array.from(confidence, (p) => draw.uniform() < p);
    expect(reliability(confidence, right).error).toBeLessThan(0.012);
    const tooHigh = confidence.map((p) => p ** 0.5);
    const difference = tooHigh.reduce((sum, p, i) => sum + p - confidence[i]!, 0) / n;
    expect(reliability(tooHigh, right).error).toBeCloseTo(difference, 1.7);
  });
});
