import { describe, expect, it } from 'vitest';
import { classEntropy, gold, goldScale, keepProbabilities, logProbability, marginalTerm } from './gold.js';

/** Three values of x and two classes; the class of a generated sample follows from x. */
const DATA = [
  [0.3, 0.05],
  [0.1, 0.15],
  [0.05, 0.35],
] as const;
const GENERATED = [
  [0.4, 0],
  [0, 0.2],
  [0, 0.4],
] as const;

/** The best critic log p_data(x) - log p_g(x) and the best classifier p_data(c|x), at a pair that is generated. */
function best(x: number, c: number) {
  const [data, generated] = [DATA[x]!, GENERATED[x]!].map(([a, b]) => a + b) as [number, number];
  return {
    score: Math.log(data / generated),
    p: DATA[x]![c]! / data,
    gap: Math.log(DATA[x]![c]! / GENERATED[x]![c]!),
  };
}

const PAIRS = [
  [0, 0, -0.28768207],
  [1, 1, -0.28768207],
  [2, 1, -0.13353139],
] as const;

describe('the estimator', () => {
  it.each(PAIRS)('is the gap of the joint densities for the best heads: x = %d, c = %d', (x, c, value) => {
    const { score, p, gap } = best(x, c);
    expect(gold(score, Math.log(p), 'generated')).toBeCloseTo(value, 8);
    expect(gold(score, Math.log(p), 'generated')).toBeCloseTo(gap, 12);
    // A real sample mirrors the term of its class.
    expect(gold(score, Math.log(p), 'real')).toBeCloseTo(score - Math.log(p), 12);
  });

  it('reads probabilities of 0 as 1e-6', () => {
    expect(logProbability(0)).toBeCloseTo(Math.log(1e-6), 12);
    expect(logProbability(0.5)).toBeCloseTo(-0.693145, 6);
  });
});

describe('the balanced estimator', () => {
  const logs = [-1, -3, -2, -2];
  it('is the plain one where both terms are as wide', () => {
    const { ratio } = goldScale([-1, 1, 0, 0], logs, { densityRatio: true, spread: 'std' });
    expect(ratio).toBeCloseTo(1, 12);
    for (const log of logs)
      expect(gold(0.7, log, 'generated', ratio)).toBeCloseTo(gold(0.7, log, 'generated'), 12);
  });

  it('measures log C around 0 by default: std(D) over rms(log C)', () => {
    const scores = [1, 5, 3, 3];
    expect(goldScale(scores, logs, { densityRatio: true })).toEqual({
      level: 0,
      unit: 1,
      ratio: Math.SQRT2 / Math.sqrt(18 / 4),
    });
  });

  it('reads scores without a level and a unit as deviations from their mean', () => {
    const scale = goldScale([100, 500, 300, 300], logs, { densityRatio: false });
    expect(scale.level).toBe(300);
    expect(scale.unit).toBeCloseTo(100 * Math.SQRT2, 10);
    expect(scale.ratio).toBeCloseTo(1 / Math.sqrt(18 / 4), 12);
    expect(marginalTerm(500, scale)).toBeCloseTo(Math.SQRT2, 12);
    // Another level and another unit change nothing.
    const other = goldScale([1, 5, 3, 3], logs, { densityRatio: false });
    expect(marginalTerm(5, other)).toBeCloseTo(marginalTerm(500, scale), 12);
    expect(other.ratio).toBeCloseTo(scale.ratio, 12);
  });

  it('stays a number where a term does not vary', () => {
    expect(goldScale([2, 2], [-1, -1], { densityRatio: false })).toEqual({ level: 2, unit: 1, ratio: 0 });
    expect(goldScale([1, 2], [-1, -1], { densityRatio: true, spread: 'std' }).ratio).toBe(0);
  });
});

describe('rejection', () => {
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

  it('gives the values of its formula', () => {
    // P = 1/2 and 1/4 at m = 0: F = 0 and -log 3; the median is their mean.
    const keep = keepProbabilities([Math.log(0.5), Math.log(0.25)], 0, 0.5);
    const half = Math.log(3) / 2;
    expect(keep[0]).toBeCloseTo(1 / (1 + Math.exp(-half)), 5);
    expect(keep[1]).toBeCloseTo(1 / (1 + Math.exp(half)), 5);
  });
});

it('the entropy of classes is log K where all are equal, and 0 where one is sure', () => {
  expect(classEntropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12);
  expect(classEntropy([0, 1])).toBe(0);
});
