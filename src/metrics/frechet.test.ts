import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFeatures, generationGolden, noiseMatrix } from '../../test/support/generation-golden.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { frechetDistance, type GaussianStatistics, gaussianStatistics, singularNotice } from './frechet.js';

const distanceOf = (a: Matrix, b: Matrix) => frechetDistance(gaussianStatistics(a), gaussianStatistics(b));

function statistics(mean: number[], covariance: number[]): GaussianStatistics {
  return { count: 100, mean: Float64Array.from(mean), covariance: Float64Array.from(covariance) };
}

function diagonal(values: readonly number[]): number[] {
  return values.flatMap((value, i) => values.map((_, j) => (i === j ? value : 0)));
}

/** Two random sets: of full rank, with fewer rows than columns, or with columns of very unequal scale. */
const pairs = fc
  .record({
    seed: fc.nat(),
    rows: fc.integer({ min: 2, max: 40 }),
    others: fc.integer({ min: 2, max: 40 }),
    columns: fc.integer({ min: 1, max: 21 }),
    decay: fc.constantFrom(0, 1, 3),
  })
  .map(({ seed, rows, others, columns, decay }) => {
    const draw = (n: number, label: string, shift: number): Matrix => {
      const values = Stream.root(seed)
        .fork(label)
        .normals(new Float64Array(n * columns));
      return { rows: n, columns, values: values.map((x, i) => shift + x * 2 ** (-decay * (i % columns))) };
    };
    return { a: draw(rows, 'a', 0), b: draw(others, 'b', 0.3), seed };
  });

const sizeOf = ({ covariance, mean }: GaussianStatistics) =>
  mean.reduce((sum, _, i) => sum + covariance[i * mean.length + i]!, 0);
const scaleOf = (a: Matrix, b: Matrix) => sizeOf(gaussianStatistics(a)) + sizeOf(gaussianStatistics(b)) + 1;
const mapped = (m: Matrix, f: (x: number, column: number) => number): Matrix => ({
  ...m,
  values: Float64Array.from(m.values, (x, i) => f(x, i % m.columns)),
});

describe('frechetDistance', () => {
  it('has its closed form for diagonal covariances', () => {
    const a = statistics([0, 0, 0], diagonal([1, 4, 9]));
    const b = statistics([1, 2, -2], diagonal([4, 1, 9]));
    expect(frechetDistance(a, b)).toBeCloseTo(11, 12);
  });

  it('has its closed form for 2 x 2 covariances', () => {
    const a = statistics([3, 4], [2, 0.5, 0.5, 1]);
    const b = statistics([3, 4], [1, -0.3, -0.3, 1.5]);
    expect(frechetDistance(a, b)).toBeCloseTo(0.4634711896064, 12);
  });

  it('has its closed form where one or both covariances vanish', () => {
    const point = statistics([0, 0], diagonal([0, 0]));
    expect(frechetDistance(point, statistics([3, 4], diagonal([0, 0])))).toBe(25);
    expect(frechetDistance(point, statistics([3, 4], diagonal([2, 5])))).toBe(32);
    expect(frechetDistance(statistics([0, 0], diagonal([4, 0])), statistics([0, 0], diagonal([0, 9])))).toBe(
      13,
    );
  });

  it.each(generationGolden.cases)('agrees with PyTorch: $name', (golden) => {
    const [a, b] = [caseFeatures(golden, 'real'), caseFeatures(golden, 'generated')];
    const distance = distanceOf(a, b);
    expect(Math.abs(distance / golden.frechet - 1)).toBeLessThan(1e-9);
  });

  it('reads float32 features, in float64', () => {
    const golden = generationGolden.cases[1]!; // exact in float32 but for the shift, which is exact too
    const asFloat32 = (m: Matrix): Matrix => ({ ...m, values: Float32Array.from(m.values) });
    const real = asFloat32(caseFeatures(golden, 'real'));
    const generated = asFloat32(caseFeatures(golden, 'generated'));
    expect(Math.abs(distanceOf(real, generated) / golden.frechet - 1)).toBeLessThan(1e-6);
  });

  it('is 0 for identical sets, of any rank', () => {
    for (const golden of generationGolden.cases) {
      const x = caseFeatures(golden, 'real');
      expect(distanceOf(x, { ...x, values: x.values.slice() }), golden.name).toBe(0);
    }
  });

  it('is symmetric, not negative, and hardly above 0 for the same rows in another order', () => {
    fc.assert(
      fc.property(pairs, ({ a, b, seed }) => {
        const scale = scaleOf(a, b);
        const distance = distanceOf(a, b);
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(Math.abs(distance - distanceOf(b, a))).toBeLessThan(1e-9 * scale);
        const order = Stream.root(seed).permutation(a.rows);
        const values = new Float64Array(a.values.length);
        order.forEach((from, to) => {
          values.set(a.values.subarray(from * a.columns, (from + 1) * a.columns), to * a.columns);
        });
        const other = distanceOf(a, { ...a, values });
        expect(other).toBeGreaterThanOrEqual(0);
        expect(other).toBeLessThan(1e-9 * scale);
      }),
      { numRuns: 60 },
    );
  });

  it('grows by |a|^2 under a shift by a of the one set whose mean it shared', () => {
    fc.assert(
      fc.property(pairs, ({ a }) => {
        const shifted = mapped(a, (x, j) => x + (j % 3) - 0.5);
        let expected = 0;
        for (let j = 0; j < a.columns; j++) expected += ((j % 3) - 0.5) ** 2;
        expect(Math.abs(distanceOf(a, shifted) - expected)).toBeLessThan(1e-9 * (scaleOf(a, a) + expected));
      }),
      { numRuns: 40 },
    );
  });

  it('is multiplied by c^2 when all features are multiplied by c, at any scale', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(3, -0.5, 1e-100, 1e100), ({ a, b }, c) => {
        const scaled = distanceOf(
          mapped(a, (x) => c * x),
          mapped(b, (x) => c * x),
        );
        expect(Math.abs(scaled / c / c - distanceOf(a, b))).toBeLessThan(1e-9 * scaleOf(a, b));
      }),
      { numRuns: 40 },
    );
  });

  it('does not change under a rotation of the features', () => {
    const [a, b] = [noiseMatrix('rotation/a', 50, 2), noiseMatrix('rotation/b', 30, 2)];
    const turned = ({ rows, values }: Matrix): Matrix => ({
      rows,
      columns: 2,
      values: Float64Array.from(values, (x, i) =>
        i % 2 === 0 ? 0.6 * x - 0.8 * values[i + 1]! : 0.8 * values[i - 1]! + 0.6 * x,
      ),
    });
    expect(distanceOf(turned(a), turned(b))).toBeCloseTo(distanceOf(a, b), 12);
  });
});

describe('gaussianStatistics', () => {
  it('has the mean and the covariance with divisor n - 1', () => {
    const values = Float32Array.of(1, 2, 3, 6, 5, 1);
    const { count, mean, covariance } = gaussianStatistics({ rows: 3, columns: 2, values });
    expect(count).toBe(3);
    expect([...mean]).toEqual([3, 3]);
    expect([...covariance]).toEqual([4, -1, -1, 7]);
  });

  it('says when there are too few rows for a covariance of full rank', () => {
    const of = (rows: number) => gaussianStatistics(noiseMatrix('few', rows, 5));
    expect(singularNotice(of(6), 'real')).toBeUndefined();
    expect(singularNotice(of(5), 'real')).toBe(
      'The covariance of the real features is singular (5 rows of 5 columns): compare distances of equal numbers of ' +
        'rows only, or give more rows.',
    );
  });
});

describe('bad features', () => {
  const good = noiseMatrix('good', 4, 3);

  it('are refused in one sentence that says where', () => {
    const values = good.values.slice();
    values[7] = Number.NaN;
    expect(() => gaussianStatistics({ ...good, values })).toThrow(
      'The features hold NaN at row 2, column 1 (both from 0)',
    );
    values[7] = Number.NEGATIVE_INFINITY;
    expect(() => gaussianStatistics({ ...good, values })).toThrow('hold -Infinity at row 2, column 1');
    expect(() => gaussianStatistics({ rows: 0, columns: 3, values: new Float64Array(0) })).toThrow(
      'are empty (0 rows of 3 columns)',
    );
    expect(() => gaussianStatistics({ rows: 1, columns: 3, values: new Float64Array(3) })).toThrow(
      'a single row',
    );
    expect(() => gaussianStatistics({ rows: 2, columns: 3, values: new Float64Array(5) })).toThrow(
      'hold 5 numbers, not 2 rows of 3 columns',
    );
  });

  it('are refused where two sets do not fit together, or leave the range of numbers', () => {
    const a = gaussianStatistics(good);
    const b = gaussianStatistics(noiseMatrix('good', 4, 5));
    expect(() => frechetDistance(a, b)).toThrow('features of 3 columns with features of 5');
    const huge = gaussianStatistics({ rows: 2, columns: 1, values: Float64Array.of(-1e200, 1e200) });
    expect(() => frechetDistance(huge, huge)).toThrow('not finite');
    expect(() => frechetDistance({ ...a, covariance: new Float64Array(4) }, a)).toThrow(
      'need a 3 x 3 covariance, got 4 numbers',
    );
  });
});
