import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { normalQuantile } from '../math/statistics.js';
import { normalScores, scoreMap } from './normal-scores.js';

describe('normal scores', () => {
  it('are quantiles of the normal distribution at the ranks, equal values at their mean rank', () => {
    const map = scoreMap(Float64Array.of(30, 10, 20, 20, 1000));
    expect(map(10)).toBe(normalQuantile(0.1));
    expect(map(20)).toBe(normalQuantile(0.4));
    expect(map(30)).toBe(normalQuantile(0.7));
    expect(map(1000)).toBe(normalQuantile(0.9));
  });

  it('of other values lie between those of their neighbours, and end at the ends', () => {
    const map = scoreMap(Float64Array.of(0, 1, 5));
    expect(map(2)).toBeCloseTo(0.75 * normalQuantile(0.5) + 0.25 * normalQuantile(5 / 6), 14);
    expect(map(-1e9)).toBe(normalQuantile(1 / 6));
    expect(map(1e9)).toBe(normalQuantile(5 / 6));
  });

  it('do not depend on an increasing change of a column', () => {
    const stream = Stream.root(2);
    const values = stream.normals(new Float64Array(300));
    const x = { rows: 150, columns: 2, values };
    const changed = { ...x, values: values.map((value) => Math.exp(3 * value)) };
    expect(normalScores(changed).apply(changed)).toEqual(normalScores(x).apply(x));
    expect(normalScores(x).name).toBe('ranks');
  });
});
