import { describe, expect, it } from 'vitest';
import {
  cholesky,
  identity,
  invertLower,
  logSumExp,
  matmul,
  softmax,
  solveCholesky,
  solveLower,
  solveLowerTransposed,
  symmetricEigen,
  symmetricEigenvalues,
  symmetrise,
  trace,
  transpose,
} from './linalg.js';
import { Stream } from './random.js';

function random(n: number, label: string): Float64Array {
  return Stream.root(1)
    .fork(label, n)
    .normals(new Float64Array(n * n));
}

function spd(n: number): Float64Array {
  const a = random(n, 'spd');
  const product = matmul(a, transpose(a, n, n), n, n, n);
  for (let i = 0; i < n; i++) product[i * n + i]! += 0.1;
  return product;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}

describe('cholesky', () => {
  it('factors a known matrix', () => {
    const l = cholesky(Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98), 3);
    expect(Array.from(l)).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
  });

  it.each([1, 2, 4, 5, 6, 7, 16, 33, 64])(
    'rebuilds a random matrix of order %i, and inverts and solves',
    (n) => {
      const a = spd(n);
      const l = cholesky(a, n);
      expect(distance(matmul(l, transpose(l, n, n), n, n, n), a)).toBeLessThan(1e-12 * n);
      expect(distance(matmul(l, invertLower(l, n), n, n, n), identity(n))).toBeLessThan(1e-9);
      const b = random(n, 'b').subarray(0, n);
      expect(distance(matmul(a, solveCholesky(l, b, n), n, n, 1), b)).toBeLessThan(1e-9);
      expect(distance(matmul(l, solveLower(l, b, n), n, n, 1), b)).toBeLessThan(1e-11);
      expect(distance(matmul(transpose(l, n, n), solveLowerTransposed(l, b, n), n, n, 1), b)).toBeLessThan(
        1e-11,
      );
    },
  );

  it('names the pivot and the smallest eigenvalue of an indefinite matrix', () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(
      /pivot 1 \(smallest eigenvalue -1.000e\+0\)/,
    );
    expect(() => cholesky(Float64Array.of(Number.NaN), 1)).toThrow('NaN');
  });
});

describe('symmetricEigen', () => {
  it('finds the eigenvalues of a second difference matrix, 2 - 2 cos(k pi / (n + 1))', () => {
    const n = 40;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      a[i * n + i] = 2;
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1;
    }
    const expected = Float64Array.from(
      { length: n },
      (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)),
    );
    expect(distance(symmetricEigenvalues(a, n), expected)).toBeLessThan(1e-13);
  });

  it.each([1, 2, 3, 10, 50])('rebuilds a random symmetric matrix of order %i from orthonormal rows', (n) => {
    const a = symmetrise(random(n, 'sym'), n);
    const { values, vectors } = symmetricEigen(a, n);
    expect(distance(matmul(vectors, transpose(vectors, n, n), n, n, n), identity(n))).toBeLessThan(1e-13 * n);
    const scaled = vectors.map((v, i) => v * values[Math.floor(i / n)]!);
    expect(distance(matmul(transpose(vectors, n, n), scaled, n, n, n), a)).toBeLessThan(1e-12 * n);
    expect(distance(values, symmetricEigenvalues(a, n))).toBeLessThan(1e-12 * n);
    expect(values.reduce((s, v) => s + v, 0)).toBeCloseTo(trace(a, n), 10);
  });

  it('handles null spaces, diagonals and zeros', () => {
    const n = 30;
    const thin = random(n, 'thin').subarray(0, n * 3);
    const low = matmul(thin, transpose(thin, n, 3), n, 3, n);
    const values = symmetricEigenvalues(low, n);
    expect(Math.abs(values[n - 4]!)).toBeLessThan(1e-12);
    expect(values[n - 3]!).toBeGreaterThan(1);
    expect(Array.from(symmetricEigenvalues(Float64Array.of(3, 0, 0, -1), 2))).toEqual([-1, 3]);
    expect(Array.from(symmetricEigen(new Float64Array(9), 3).values)).toEqual([0, 0, 0]);
    expect(() => symmetricEigenvalues(Float64Array.of(Number.NaN), 1)).toThrow('NaN');
  });
});

describe('logSumExp and softmax', () => {
  it('do not overflow', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logSumExp([])).toBe(-Infinity);
    expect(distance(softmax([-1000, -1000 + Math.log(3)]), [0.25, 0.75])).toBeLessThan(1e-12);
  });
});
