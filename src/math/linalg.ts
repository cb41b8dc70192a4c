/** @file Dense linear algebra in float64: row-major arrays, dimensions passed explicitly. */

import { MixturaError } from '../errors.js';
import { symmetricEigenvalues } from './eigen.js';

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

/** Dot product of a[i..i+n) and b[j..j+n), with four sums so that additions overlap. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < n; k += 4) {
    s0 += a[i + k]! * b[j + k]!;
    s1 += a[i + k + 1]! * b[j + k + 1]!;
    s2 += a[i + k + 2]! * b[j + k + 2]!;
    s3 += a[i + k + 3]! * b[j + k + 3]!;
  }
  for (; k < n; k++) s0 += a[i + k]! * b[j + k]!;
  return s0 + s1 + (s2 + s3);
}

/**
 * Cholesky factor of the symmetric matrix `a` (its lower triangle is read): writes L with A = L L^T, zeros above.
 *
 * Returns -1, or the index of the first pivot that is not positive, where it stopped.
 */
export function tryCholesky(a: Float64Array, n: number, out: Float64Array): number {
  for (let i = 0; i < n; i++) {
    const oi = i * n;
    for (let j = 0; j < i; j++) {
      const oj = j * n;
      out[oi + j] = (a[oi + j]! - dot(out, oi, out, oj, j)) / out[oj + j]!;
    }
    const pivot = a[oi + i]! - dot(out, oi, out, oi, i);
    if (!(pivot > 0) || pivot === Infinity) return i;
    out[oi + i] = Math.sqrt(pivot);
    out.fill(0, oi + i + 1, oi + n);
  }
  return -1;
}

/**
 * Cholesky factor L (lower, n x n) of a symmetric positive definite matrix, A = L L^T.
 * Throws where the matrix is not positive definite, with the pivot and the smallest eigenvalue.
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  const failed = tryCholesky(a, n, out);
  if (failed >= 0) {
    const finite = a.every(Number.isFinite);
    const detail = finite
      ? `smallest eigenvalue ${symmetricEigenvalues(a, n)[0]!.toExponential(3)}`
      : 'it holds NaN or infinity';
    throw new MixturaError(`The ${n} x ${n} matrix is not positive definite at pivot ${failed} (${detail}).`);
  }
  return out;
}

/** Inverse of a lower triangular matrix with a non-zero diagonal, n x n, zeros above; `out` may be given. */
export function invertLower(
  l: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(n * n),
): Float64Array {
  for (let i = 0; i < n; i++) {
    const oi = i * n;
    out.fill(0, oi, oi + n);
    // Row i of L L^-1 = I: out[i] = (e_i - sum_k L[i,k] out[k]) / L[i,i]; two rows of out for each pass.
    let k = 0;
    for (; k + 1 < i; k += 2) {
      const x = l[oi + k]!;
      const y = l[oi + k + 1]!;
      const o0 = k * n;
      const o1 = o0 + n;
      for (let j = 0; j <= k + 1; j++) out[oi + j]! -= x * out[o0 + j]! + y * out[o1 + j]!;
    }
    if (k < i) {
      const x = l[oi + k]!;
      for (let j = 0; j <= k; j++) out[oi + j]! -= x * out[k * n + j]!;
    }
    const scale = 1 / l[oi + i]!;
    for (let j = 0; j < i; j++) out[oi + j]! *= scale;
    out[oi + i] = scale;
  }
  return out;
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
