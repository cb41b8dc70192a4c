/** @file Dense linear algebra in float64: row-major arrays, dimensions passed explicitly. */

import { dot } from './cholesky.js';

export { cholesky, invertLower, tryCholesky } from './cholesky.js';
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from './eigen.js';

/** Product c = a b of an m x k and a k x n matrix, as an m x n array. */
export function matmul(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const row = out.subarray(i * n, i * n + n);
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p]!;
      if (x === 0) continue;
      const o = p * n;
      for (let j = 0; j < n; j++) row[j]! += x * b[o + j]!;
    }
  }
  return out;
}

/** Transpose of an m x n matrix, as an n x m array. */
export function transpose(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j]!;
  return out;
}

/** The n x n identity. */
export function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

/** Sum of the diagonal of an n x n matrix. */
export function trace(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i * n + i]!;
  return sum;
}

/** Replaces a square matrix by its symmetric part, (A + A^T) / 2, in place, and returns it. */
export function symmetrise(a: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (a[i * n + j]! + a[j * n + i]!);
      a[i * n + j] = mean;
      a[j * n + i] = mean;
    }
  }
  return a;
}

/** Solves L x = b for a lower triangular L; b is n long, and so is the result. */
export function solveLower(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) x[i] = (b[i]! - dot(l, i * n, x, 0, i)) / l[i * n + i]!;
  return x;
}

/** Solves L^T x = b for a lower triangular L; b is n long, and so is the result. */
export function solveLowerTransposed(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = Float64Array.from(b);
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / l[i * n + i]!;
    x[i] = value;
    for (let j = 0; j < i; j++) x[j]! -= value * l[i * n + j]!;
  }
  return x;
}

/** Solves A x = b for a symmetric positive definite A given by its Cholesky factor. */
export function solveCholesky(l: Float64Array, b: Float64Array, n: number): Float64Array {
  return solveLowerTransposed(l, solveLower(l, b, n), n);
}

/** log(sum(exp(x))) of x[offset..offset+n), without overflow; minus infinity where n = 0. */
export function logSumExp(x: ArrayLike<number>, offset = 0, n = x.length - offset): number {
  let max = -Infinity;
  for (let i = 0; i < n; i++) max = Math.max(max, x[offset + i]!);
  if (max === -Infinity) return max;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.exp(x[offset + i]! - max);
  return max + Math.log(sum);
}

/** softmax(x) = exp(x - logsumexp(x)), float64. */
export function softmax(x: ArrayLike<number>): Float64Array {
  const total = logSumExp(x);
  return Float64Array.from(x, (v) => Math.exp(v - total));
}
