import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { modeScores } from './modes.js';

const means = [0, 0, 10, 0, 0, 10, 10, 10];
const weights = [0.1, 0.2, 0.3, 0.4];
const sigma = 0.5;

function cloud(mode: number, n: number, seed: number, spread = sigma): Float64Array {
  const noise = Stream.root(seed).normals(new Float64Array(2 * n));
  return noise.map((v, k) => means[2 * mode + (k % 2)]! + spread * v);
}

describe('modeScores', () => {
  it('calls a generator perfect whose components each own a mode', () => {
    const order = [3, 0, 2, 1];
    const samples = order.map((mode, c) => cloud(mode, 500, c));
    const mixing = [0.39, 0.11, 0.3, 0.2];
    const scores = modeScores({ samples, mixing, means, weights, sigma });
    expect([...scores.modeOfComponent]).toEqual(order);
    expect(scores).toMatchObject({ covered: 4, perfect: true });
    expect(scores.purity).toBeCloseTo(1, 12);
    expect(scores.inMode).toBeGreaterThan(0.998);
    expect(scores.sizeError).toBeCloseTo(0.02, 12);
    expect(scores.maxSizeError).toBeCloseTo(0.01, 12);
    [0.11, 0.2, 0.3, 0.39].forEach((size, m) => {
      expect(scores.sizes[m]).toBeCloseTo(size, 12);
    });
  });

  it('sees two components on one heavy mode and one across two light ones', () => {
    const both = Float32Array.from([...cloud(0, 60, 1), ...cloud(1, 40, 2)]);
    const samples = [both, cloud(3, 100, 3), cloud(3, 100, 4), cloud(2, 100, 5)];
    const scores = modeScores({ samples, mixing: [0.3, 0.2, 0.2, 0.3], means, weights, sigma });
    expect([...scores.modeOfComponent]).toEqual([0, 3, 3, 2]);
    expect(scores.covered).toBe(3);
    expect(scores.purity).toBeCloseTo(0.3 * 0.6 + 0.7, 12);
    expect(scores.sizes[1]).toBeCloseTo(0.12, 12);
    expect(scores.sizeError).toBeCloseTo(0.2 + 0.2 + 0.2 + 0, 12);
    expect(scores.perfect).toBe(false);
  });

  it('counts samples within 4 sigma, in units of each axis', () => {
    const samples = [Float64Array.of(1.9, 0, 2.1, 0, 0, 3.9, 0, 4.1)];
    const input = { samples, mixing: [1], means: [0, 0], weights: [1] };
    expect(modeScores({ ...input, sigma: 0.5 }).inMode).toBe(0.25);
    expect(modeScores({ ...input, sigma: [0.5, 1] }).inMode).toBe(0.5);
    expect(modeScores({ ...input, sigma: 1.025 }).inMode).toBe(1);
  });

  it('weights components by their learned size', () => {
    const samples = [Float64Array.of(0, 0), Float64Array.of(5, 4)];
    const scores = modeScores({ samples, mixing: [0.9, 0.1], means, weights, sigma });
    expect(scores.inMode).toBeCloseTo(0.9, 12);
  });

  it('is not perfect below 99 % purity of any component, or when modes outnumber components', () => {
    const input = { means: [0, 0, 10, 0], weights: [0.5, 0.5], sigma };
    const near = [0, 0];
    const mixed = (wrong: number) =>
      Float64Array.from([
        ...new Array(100 - wrong).fill([10, 0]).flat(),
        ...new Array(wrong).fill(near).flat(),
      ] as number[]);
    const judge = (wrong: number) =>
      modeScores({ ...input, samples: [Float64Array.from(near), mixed(wrong)], mixing: [0.5, 0.5] }).perfect;
    expect(judge(1)).toBe(true);
    expect(judge(2)).toBe(false);
    expect(modeScores({ ...input, samples: [Float64Array.from(near)], mixing: [1] }).perfect).toBe(false);
  });

  it('is never purer than 1, whatever the sum of the fractions rounds to', () => {
    for (let n = 1; n < 40; n++) {
      const samples = [new Float64Array(2 * n)];
      expect(modeScores({ samples, mixing: [1], means, weights, sigma }).purity).toBeLessThanOrEqual(1);
    }
  });

  it('gives samples that are not finite to no mode', () => {
    const samples = [Float64Array.of(Number.NaN, 0, 0, 0), Float64Array.of(Number.NaN, Number.NaN)];
    const scores = modeScores({ samples, mixing: [0.5, 0.5], means: [0, 0], weights: [1], sigma });
    expect([...scores.modeOfComponent]).toEqual([0, -1]);
    expect(scores.purity).toBe(0.25);
    expect(scores.inMode).toBe(0.25);
    expect(scores.perfect).toBe(false);
  });

  it('refuses what does not fit', () => {
    const samples = [Float64Array.of(0, 0)];
    const input = { samples, mixing: [1], means, weights, sigma };
    expect(() => modeScores({ ...input, mixing: [0.5, 0.5] })).toThrow('1 components but 2 mixing');
    expect(() => modeScores({ ...input, weights: [1] })).toThrow('8 numbers for 1 mode means');
    expect(() => modeScores({ ...input, sigma: 0 })).toThrow('The mode width is [0, 0]');
    expect(() => modeScores({ ...input, samples: [new Float64Array(0)] })).toThrow(
      'Component 0 has 0 numbers',
    );
  });
});
