import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { type CovarianceType, fitGaussianMixture, mixturePosterior } from './gaussian-mixture.js';

interface Golden {
  readonly rows: number[];
  readonly start: number[];
  readonly fits: Record<
    CovarianceType,
    Record<'weights' | 'means' | 'covariances' | 'posterior', number[]> &
      Record<'logLikelihood' | 'bic' | 'iterations', number>
  >;
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/gaussian-mixture.json', import.meta.url), 'utf8'),
) as Golden;
const x = { rows: 100, columns: 4, values: Float64Array.from(golden.rows) };

function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThan(1e-8 * Math.max(1, Math.abs(value)));
  });
}

describe('a Gaussian mixture', () => {
  it.each(['full', 'tied', 'diagonal'] as const)(
    'with %s covariances is that of scikit-learn',
    (covariance) => {
      const found = fitGaussianMixture(x, golden.start, 3, {
        covariance,
        tolerance: 1e-5,
        maxIterations: 200,
      });
      const fit = golden.fits[covariance];
      expect([found.iterations, found.converged]).toEqual([fit.iterations, true]);
      expectClose(found.weights, fit.weights);
      expectClose(found.means, fit.means);
      expectClose(found.covariances, fit.covariances);
      expectClose([found.logLikelihood, found.bic], [fit.logLikelihood, fit.bic]);
      expectClose(found.responsibilities.subarray(0, 15), fit.posterior);
      expectClose(mixturePosterior(x, found).responsibilities.subarray(0, 15), fit.posterior);
    },
  );

  it('of one component has the mean and covariance of the rows', () => {
    const values = Float64Array.of(1, 2, 3, 6, 5, 4);
    const one = fitGaussianMixture({ rows: 3, columns: 2, values }, [0, 0, 0], 1, { floor: 0 });
    expectClose(one.means, [3, 4]);
    expectClose(one.covariances, [8 / 3, 4 / 3, 4 / 3, 8 / 3]);
  });

  it('finds overlapping groups of unequal size from a bad start', () => {
    const stream = Stream.root(1);
    const group = Array.from({ length: 2000 }, (_, i) => (i % 10 < 8 ? 0 : 1));
    const values = Float64Array.from(
      group.flatMap((g) => [stream.normal() + 4 * g, (1 + 2 * g) * stream.normal()]),
    );
    const start = group.map((g, i) => (i % 3 === 0 ? 1 - g : g));
    const { weights, means, covariances } = fitGaussianMixture({ rows: 2000, columns: 2, values }, start, 2);
    expect(weights[0]).toBeCloseTo(0.8, 1);
    expect(means[2]).toBeCloseTo(4, 0);
    expect(Math.sqrt(covariances[7]!)).toBeCloseTo(3, 0);
  });

  it('refuses an empty group, and a covariance that is none', () => {
    const rows = { rows: 2, columns: 2, values: Float64Array.of(1, 1, 2, 2) };
    expect(() => fitGaussianMixture(rows, [0, 0], 2)).toThrow('Group 1 of the start has no rows');
    expect(() => fitGaussianMixture(rows, [0, 0], 1, { floor: 0 })).toThrow('is not positive definite');
  });
});
