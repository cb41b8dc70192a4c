import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { UniformMixture } from './uniform-mixture.js';

const means = Float64Array.of(1, -2, 0.5, 3);
const diagonal = Float64Array.of(0.5, 2, 1, 0.1);
// A_0 A_0^T = [[1, 1], [1, 5]], A_1 A_1^T = [[4, 0], [0, 0.25]].
const full = Float64Array.of(1, 0, 1, 2, 2, 0, 0, 0.5);
const mixture = (factors: Float64Array) => new UniformMixture({ components: 2, means, factors });

/** Mean and covariance of n points of two coordinates. */
function moments(z: Float64Array) {
  const n = z.length / 2;
  const mean = [0, 1].map((j) => z.reduce((sum, x, i) => (i % 2 === j ? sum + x : sum), 0) / n);
  const product = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (z[2 * i + a]! - mean[a]!) * (z[2 * i + b]! - mean[b]!);
    return sum / n;
  };
  return { mean, covariance: [product(0, 0), product(0, 1), product(1, 0), product(1, 1)] };
}

/** Every entry of a covariance within 4 standard errors: sqrt((s_aa s_bb + s_ab^2) / n). */
function expectCovariance(found: readonly number[], expected: ArrayLike<number>, n: number): void {
  found.forEach((value, at) => {
    const [a, b] = [at >> 1, at % 2];
    const error = Math.sqrt((expected[3 * a]! * expected[3 * b]! + expected[at]! ** 2) / n);
    expect(Math.abs(value - expected[at]!)).toBeLessThan(4 * error + 1e-12);
  });
}

describe('a mixture of equal sizes', () => {
  it('has the covariances A A^T of its factors, full or diagonal', () => {
    expect([...mixture(full).covariances]).toEqual([1, 1, 1, 5, 4, 0, 0, 0.25]);
    expect([...mixture(diagonal).covariances]).toEqual([0.25, 0, 0, 4, 1, 0, 0, 0.1 ** 2]);
    expect([...mixture(full).mixing]).toEqual([0.5, 0.5]);
  });

  it.each([
    ['full', full],
    ['diagonal', diagonal],
  ])('draws latents of these moments: %s factors', (_, factors) => {
    const [prior, n] = [mixture(factors), 40_000];
    for (const c of [0, 1]) {
      const { z, component } = prior.sampleComponent(c, n, Stream.root(3));
      expect(component.every((own) => own === c)).toBe(true);
      const { mean, covariance } = moments(z);
      const expected = prior.covariances.subarray(4 * c, 4 * c + 4);
      mean.forEach((value, j) => {
        expect(Math.abs(value - means[2 * c + j]!)).toBeLessThan(4 * Math.sqrt(expected[3 * j]! / n));
      });
      expectCovariance(covariance, expected, n);
    }
    const { component } = prior.sample(n, Stream.root(4));
    const share = component.reduce((sum, c) => sum + c, 0) / n;
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / n));
  });

  it.each([0.25, 0.5, 1, 2])('spread by %d draws the same noise, with covariances times it', (scale) => {
    for (const factors of [full, diagonal]) {
      const [prior, n] = [mixture(factors), 20_000];
      const spread = prior.spread(scale);
      spread.covariances.forEach((value, i) => {
        expect(value).toBeCloseTo(scale * prior.covariances[i]!, 14);
      });
      const { z } = spread.sampleComponent(1, n, Stream.root(5));
      const own = prior.sampleComponent(1, n, Stream.root(5)).z;
      z.forEach((value, i) => {
        const mean = means[2 + (i % 2)]!;
        expect(value - mean).toBeCloseTo(Math.sqrt(scale) * (own[i]! - mean), 12);
      });
      expectCovariance(moments(z).covariance, spread.covariances.subarray(4, 8), n);
    }
  });

  it('says how ill-conditioned its covariances are', () => {
    const [first, second] = mixture(diagonal).conditions();
    expect(first).toBeCloseTo(16, 10);
    expect(second).toBeCloseTo(100, 10);
    // The eigenvalues of [[1, 1], [1, 5]] are 3 -+ sqrt 5.
    expect(mixture(full).conditions()[0]).toBeCloseTo((3 + Math.sqrt(5)) / (3 - Math.sqrt(5)), 10);
    const collapsed = mixture(Float64Array.of(1, 0, 1, 1)).conditions();
    expect([...collapsed]).toEqual([1e300, 1]);
  });

  it('refuses arrays that do not fit', () => {
    expect(() => mixture(new Float64Array(3))).toThrow('There are 3 values of factors; give 4 or 8.');
    expect(() => new UniformMixture({ components: 3, means, factors: full })).toThrow(
      '4 values are no means of 3 components; give K x d.',
    );
    expect(() => mixture(full).sampleComponent(2, 1, Stream.root(0))).toThrow('There is no component 2');
  });
});
