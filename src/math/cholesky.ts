/** @file Cholesky factors and inverses of triangular matrices, float64. */

import { MixturaError } from '../errors.js';
import { dots2x4 } from './dot-products.js';
import { symmetricEigenvalues } from './eigen.js';

// Two rows of four sums; every use writes it before it reads it.
const sums = new Float64Array(8);

/** Dot product of a[i..i+n) and b[j..j+n), with four sums so that additions overlap. */
export function dot(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
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
 * Returns -1, or the index of the first pivot that is not positive, where it stopped. Works in panels of four columns.
 */
export function tryCholesky(a: Float64Array, n: number, out: Float64Array): number {
  const blocked = n - (n % 4);
  for (let j = 0; j < blocked; j += 4) {
    for (let i = j; i + 1 < n; i += 2) {
      dots2x4(out, i * n, out, j * n, n, j, sums, 0, 4);
      for (let row = 0; row < 2; row++) {
        const failed = finishRow(a, n, out, i + row, j, row * 4);
        if (failed >= 0) return failed;
      }
    }
    if (n % 2 === 1) {
      const o = (n - 1) * n;
      for (let k = 0; k < 4; k++) sums[k] = dot(out, o, out, (j + k) * n, j);
      finishRow(a, n, out, n - 1, j, 0);
    }
  }
  for (let i = blocked; i < n; i++) {
    const o = i * n;
    for (let j = blocked; j < i; j++) {
      out[o + j] = (a[o + j]! - dot(out, o, out, j * n, j)) / out[j * n + j]!;
    }
    if (!setPivot(a[o + i]! - dot(out, o, out, o, i), n, out, i)) return i;
  }
  return -1;
}

/** Entries j..j+3 of row i, given their sums over the columns before j; returns a failed pivot or -1. */
function finishRow(a: Float64Array, n: number, out: Float64Array, i: number, j: number, s: number): number {
  const o = i * n;
  for (let k = 0; k < 4; k++) {
    const column = j + k;
    if (column > i) break;
    let value = a[o + column]! - sums[s + k]!;
    for (let p = j; p < column; p++) value -= out[o + p]! * out[column * n + p]!;
    if (column < i) out[o + column] = value / out[column * n + column]!;
    else if (!setPivot(value, n, out, i)) return i;
  }
  return -1;
}

function setPivot(pivot: number, n: number, out: Float64Array, i: number): boolean {
  if (!(pivot > 0) || pivot === Infinity) return false;
  out[i * n + i] = Math.sqrt(pivot);
  out.fill(0, i * n + i + 1, i * n + n);
  return true;
}

/**
 * Cholesky factor L (lower, n x n) of a symmetric positive definite matrix, A = L L^T.
 * @throws a MixturaError where the matrix is not positive definite, with the pivot and the smallest eigenvalue.
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

/** Inverse of a lower triangular matrix with a non-zero diagonal, n x n, zeros above; the result is written to `out`. */
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
