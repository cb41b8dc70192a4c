import { describe, expect, it } from 'vitest';
import { noiseMatrix } from '../../test/support/generation-golden.js';
import { columnProducts, ownRowProducts, productBlocks, rowProducts, squaredNorms } from './dense.js';
import { denseEigenvalues } from './dense-eigen.js';
import { semidefiniteFactor } from './dense-factor.js';
import { withDense } from './dense-kernel.js';
import { matmul, symmetricEigenvalues, transpose } from './linalg.js';
import { columnMeans, type Matrix } from './matrix.js';

const float64 = ({ values }: Matrix) => Float64Array.from(values);

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** A B^T by plain loops. */
function plainProducts(a: Matrix, b: Matrix): Float64Array {
  return matmul(float64(a), transpose(float64(b), b.rows, b.columns), a.rows, a.columns, b.rows);
}

describe('products', () => {
  it.each([
    [1, 1, 1],
    [3, 2, 5],
    [4, 8, 256],
    [7, 9, 257],
    [515, 30, 3],
    [20, 1030, 6],
    [130, 130, 600],
  ])('%i x %i rows of %i columns agree with plain loops', (m, n, d) => {
    const a = noiseMatrix('left', m, d);
    const b = noiseMatrix('right', n, d);
    expect(worst(rowProducts(a, b), plainProducts(a, b))).toBeLessThan(1e-12);
    expect(worst(ownRowProducts(a), plainProducts(a, a))).toBeLessThan(1e-12);
  });

  it.each([
    [1, 1],
    [5, 3],
    [300, 6],
    [257, 41],
    [40, 130],
  ])('of the columns of %i x %i agree with plain loops, in float32 too', (n, d) => {
    const x = noiseMatrix('columns', n, d);
    const mean = columnMeans(x);
    const centred = float64(x).map((value, i) => value - mean[i % d]!);
    const expected = matmul(transpose(centred, n, d), centred, d, n, d);
    expect(worst(columnProducts(x, mean), expected)).toBeLessThan(1e-12);
    const half = { ...x, values: Float32Array.from(x.values) };
    expect(worst(columnProducts(half, mean), expected)).toBe(worst(columnProducts(x, mean), expected));
  });

  it('give the same bits wherever two rows meet, so that equal rows have distance 0', () => {
    const a = noiseMatrix('bits', 530, 300);
    const center = columnMeans(a);
    const norms = squaredNorms(a, center);
    const first = new Float64Array(530 * 530);
    productBlocks(
      a,
      a,
      ({ products, stride, row, rows, column, columns }) => {
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) first[(row + i) * 530 + column + j] = products[i * stride + j]!;
        }
      },
      center,
    );
    for (let i = 0; i < 530; i++) {
      expect(first[i * 530 + i]).toBe(norms[i]);
      for (let j = 0; j < i; j++)
        if (first[i * 530 + j] !== first[j * 530 + i]) throw new Error(`${i}, ${j}`);
    }
  });
});

describe('withDense', () => {
  it('gives zeroed blocks, also to a use within a use, and refuses more than a memory holds', () => {
    withDense([5, 9], (_, [a, b]) => {
      a!.fill(1);
      withDense([5], (_inner, [c]) => {
        expect([...c!]).toEqual([0, 0, 0, 0, 0]);
        c!.fill(2);
      });
      expect([...a!]).toEqual([1, 1, 1, 1, 1]);
      expect([...b!]).toEqual(new Array(9).fill(0));
    });
    withDense([5], (_, [a]) => expect([...a!]).toEqual([0, 0, 0, 0, 0]));
    expect(() => withDense([2 ** 30], () => 0)).toThrow('needs 8,193 MiB of memory');
  });
});

describe('semidefiniteFactor', () => {
  it.each([
    [1, 1],
    [6, 6],
    [63, 63],
    [65, 65],
    [130, 130],
    [130, 7],
    [200, 70],
  ])('of order %i and rank %i has that rank and rebuilds the matrix', (n, rank) => {
    const s = ownRowProducts(noiseMatrix('factor', n, rank));
    const factor = semidefiniteFactor(s, n);
    expect(factor.rows).toBe(rank);
    const f = float64(factor);
    expect(worst(matmul(transpose(f, rank, n), f, n, rank, n), s)).toBeLessThan(1e-12 * rank);
  });

  it('has no rows for a matrix of zeros', () => {
    expect(semidefiniteFactor(new Float64Array(9), 3).rows).toBe(0);
  });
});

describe('denseEigenvalues', () => {
  it.each([1, 2, 3, 4, 5, 8, 33, 66, 130])('of order %i agree with implicit QL', (n) => {
    const a = noiseMatrix('eigen', n, n).values as Float64Array;
    const symmetric = Float64Array.from(a, (x, k) => x + a[(k % n) * n + Math.floor(k / n)]!);
    expect(worst(denseEigenvalues(symmetric, n), symmetricEigenvalues(symmetric, n))).toBeLessThan(1e-12 * n);
  });

  it('keep the small eigenvalues of a graded matrix, the largest last', () => {
    // D K D with D = diag(2^(3 (i - n))) and K = I + 1 1^T: the eigenvalues multiply to det(D)^2 (n + 1).
    const n = 14;
    const entry = (i: number, j: number) => (i === j ? 2 : 1) * 2 ** (3 * (i + j - 2 * n));
    const a = Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n));
    const product = denseEigenvalues(a, n).reduce((x, y, i) => x * (y * 2 ** (6 * (n - i))), 1);
    expect(product / (n + 1)).toBeCloseTo(1, 9);
  });

  it('are found where implicit QL does not converge: graded over 30 decimal orders', () => {
    const n = 200;
    const x = noiseMatrix('graded', 2 * n, n);
    const scaled = x.values.map((value, i) => value * 2 ** (0.25 * ((i % n) - n)));
    const covariance = columnProducts({ ...x, values: scaled }, new Float64Array(n));
    const values = denseEigenvalues(covariance, n);
    const trace = covariance.filter((_, k) => k % (n + 1) === 0).reduce((a, b) => a + b, 0);
    expect(values.reduce((a, b) => a + b, 0) / trace).toBeCloseTo(1, 12);
    // Interlacing by scale: the k-th smallest lies within the reach of its column's own size.
    values.forEach((value, k) => {
      const size = covariance[k * (n + 1)]!;
      expect(Math.abs(Math.log2(value / size))).toBeLessThan(4);
    });
  });
});
