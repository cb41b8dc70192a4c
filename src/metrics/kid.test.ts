import { describe, expect, it } from 'vitest';
import { caseFeatures, generationGolden, noiseMatrix } from '../../test/support/generation-golden.js';
import { type Matrix, selectRows } from '../math/matrix.js';
import { kernelDistance, squaredDiscrepancy } from './kid.js';

const firstRows = (m: Matrix, rows: number) =>
  selectRows(
    m,
    Uint32Array.from({ length: rows }, (_, i) => i),
  );

/** Unbiased MMD^2 as it is written, pair by pair. */
function plainDiscrepancy(x: Matrix, y: Matrix): number {
  const m = x.rows;
  const kernel = (a: Matrix, i: number, b: Matrix, j: number) => {
    let dot = 0;
    for (let k = 0; k < a.columns; k++) dot += a.values[i * a.columns + k]! * b.values[j * b.columns + k]!;
    return (dot / a.columns + 1) ** 3;
  };
  let sum = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      if (i !== j) sum += (kernel(x, i, x, j) + kernel(y, i, y, j)) / (m * (m - 1));
      sum -= (2 * kernel(x, i, y, j)) / (m * m);
    }
  }
  return sum;
}

describe('kernelDistance', () => {
  it.each(generationGolden.cases)('agrees with scikit-learn on all rows: $name', (golden) => {
    const m = Math.min(golden.real, golden.generated);
    const real = firstRows(caseFeatures(golden, 'real'), m);
    const generated = firstRows(caseFeatures(golden, 'generated'), m);
    const { mean, deviation } = kernelDistance(real, generated, { subsets: 2, subsetSize: m });
    expect(mean).toBeCloseTo(golden.mmd, 10);
    expect(deviation).toBeLessThan(1e-10); // every subset is the whole set, in another order at most
  });

  it('is the mean over subsets, and their deviation', () => {
    // Subsets of the 2 + 2 rows 0 and 1 against 0 and a: only one value is possible.
    const a: Matrix = { rows: 2, columns: 1, values: Float64Array.of(0, 1) };
    const b: Matrix = { rows: 2, columns: 1, values: Float64Array.of(0, 2) };
    // k(0,.) = 1, k(1,2) = 27: within 1 + 1, across 2 (1 + 1 + 1 + 27) / 4.
    expect(kernelDistance(a, b, { subsets: 3 })).toEqual({ mean: -13, deviation: 0 });
    const x = noiseMatrix('kid/x', 40, 3);
    const y = noiseMatrix('kid/y', 50, 3);
    const { mean, deviation } = kernelDistance(x, y, { subsets: 200, subsetSize: 20 });
    const whole = squaredDiscrepancy(x, firstRows(y, 40));
    expect(Math.abs(mean - whole)).toBeLessThan(4 * deviation);
    expect(deviation).toBeGreaterThan(0.01);
  });

  it('draws subsets by its seed: the same for the same, others for others', () => {
    const x = noiseMatrix('kid/x', 40, 3);
    const y = noiseMatrix('kid/y', 50, 3);
    const of = (seed: number) => kernelDistance(x, y, { subsets: 5, subsetSize: 10, seed }).mean;
    expect(of(3)).toBe(of(3));
    expect(of(3)).not.toBe(of(4));
  });

  it('is unbiased: its mean over many subsets of one set is near 0', () => {
    const x = noiseMatrix('kid/one', 400, 4);
    const { mean, deviation } = kernelDistance(x, x, { subsets: 400, subsetSize: 30 });
    expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(400));
  });

  it('counts all pairs but those of a row with itself, over several blocks', () => {
    const x = noiseMatrix('kid/long/x', 520, 2);
    const y = noiseMatrix('kid/long/y', 520, 2);
    expect(squaredDiscrepancy(x, y)).toBeCloseTo(plainDiscrepancy(x, y), 11);
  });

  it('refuses what it cannot draw or compare', () => {
    const x = noiseMatrix('kid/x', 10, 3);
    const y = noiseMatrix('kid/y', 8, 3);
    expect(() => kernelDistance(x, y, { subsetSize: 9 })).toThrow('needs subsets of 2 to 8 rows');
    expect(() => kernelDistance(x, y, { subsetSize: 1 })).toThrow('not 1.');
    expect(() => kernelDistance(x, y, { subsets: 0 })).toThrow('over 0 subsets');
    expect(() => kernelDistance(x, noiseMatrix('kid/y', 8, 4))).toThrow(
      'The real features have 3 columns but the generated features 4',
    );
    const values = y.values.slice();
    values[4] = Infinity;
    expect(() => kernelDistance(x, { ...y, values })).toThrow(
      'The generated features hold Infinity at row 1, column 1',
    );
  });
});
