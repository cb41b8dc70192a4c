/** @file Symmetric eigenproblems: Householder reduction to tridiagonal form, then implicit QL. */

import { MixturaError } from '../errors.js';

const MAX_SWEEPS = 60;

/** A = sum_i values[i] v_i v_i^T, values ascending; v_i is row i of `vectors` (n x n, orthonormal rows). */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues (ascending) and eigenvectors (one a row) of a symmetric n x n matrix; its lower triangle is read.
 *
 * Source: Golub and Van Loan, "Matrix computations", 8.3.
 * @throws a MixturaError where the matrix holds NaN or infinity.
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const { diagonal, off, reflectors, scales } = tridiagonalise(a, n);
  const rows = accumulate(reflectors, scales, n);
  implicitQl(diagonal, off, n, rows);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    vectors.set(rows.subarray(from * n, from * n + n), to * n);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors };
}

/**
 * Eigenvalues of a symmetric n x n matrix, ascending.
 * @throws a MixturaError where the matrix holds NaN or infinity.
 */
export function symmetricEigenvalues(a: Float64Array, n: number): Float64Array {
  const { diagonal, off } = tridiagonalise(a, n);
  implicitQl(diagonal, off, n, undefined);
  return diagonal.sort();
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** off[i] couples i and i + 1. */
  readonly off: Float64Array;
  /** Row i holds v_i in its first i places; H_i = I - scales[i] v_i v_i^T. */
  readonly reflectors: Float64Array;
  readonly scales: Float64Array;
}

/** T = H_1 ... H_{n-1} A H_{n-1} ... H_1; rows from the last up, so that all passes are along rows. */
function tridiagonalise(matrix: Float64Array, n: number): Tridiagonal {
  const a = Float64Array.from(matrix.subarray(0, n * n));
  if (!a.every(Number.isFinite)) {
    throw new MixturaError(`The ${n} x ${n} matrix holds NaN or infinity, so it has no eigenvalues.`);
  }
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const scales = new Float64Array(n);
  const work = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const v = a.subarray(i * n, i * n + i);
    const { coupling, scale } = reflector(v, i);
    off[i - 1] = coupling;
    if (scale === 0) continue; // already tridiagonal here, H_i = I
    scales[i] = scale;
    reflectBothSides(a, n, i, v, scale, work);
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!;
  return { diagonal, off, reflectors: a, scales };
}

/**
 * Turns a row x of n numbers, in place, into the v of H = I - scale v v^T with H x = coupling e_{n-1}; scale is 0,
 * and x untouched, where only its last entry is not 0.
 */
export function reflector(x: Float64Array, n: number): { coupling: number; scale: number } {
  let max = 0;
  for (let k = 0; k < n - 1; k++) max = Math.max(max, Math.abs(x[k]!));
  const end = x[n - 1]!;
  if (max === 0) return { coupling: end, scale: 0 };
  max = Math.max(max, Math.abs(end));
  let norm = 0;
  for (let k = 0; k < n; k++) {
    x[k]! /= max;
    norm += x[k]! * x[k]!;
  }
  norm = Math.sqrt(norm);
  const last = x[n - 1]!;
  const alpha = last > 0 ? -norm : norm;
  x[n - 1] = last - alpha;
  return { coupling: alpha * max, scale: 1 / (norm * norm - last * alpha) }; // 2 / (v . v)
}

/** A[0..i, 0..i) <- H A H on the lower triangle: A - v w^T - w v^T, w = s A v - (s^2 v^T A v / 2) v. */
function reflectBothSides(
  a: Float64Array,
  n: number,
  i: number,
  v: Float64Array,
  scale: number,
  w: Float64Array,
): void {
  w.fill(0, 0, i);
  for (let r = 0; r < i; r++) {
    const o = r * n;
    const vr = v[r]!;
    let sum = a[o + r]! * vr;
    for (let k = 0; k < r; k++) {
      const x = a[o + k]!;
      sum += x * v[k]!;
      w[k]! += x * vr;
    }
    w[r]! += sum;
  }
  let inner = 0;
  for (let k = 0; k < i; k++) {
    w[k]! *= scale;
    inner += w[k]! * v[k]!;
  }
  const shift = 0.5 * scale * inner;
  for (let k = 0; k < i; k++) w[k]! -= shift * v[k]!;
  for (let r = 0; r < i; r++) {
    const o = r * n;
    const vr = v[r]!;
    const wr = w[r]!;
    for (let k = 0; k <= r; k++) a[o + k]! -= vr * w[k]! + wr * v[k]!;
  }
}

/** Q^T = H_1 H_2 ... H_{n-1}, where A = Q T Q^T. */
function accumulate(reflectors: Float64Array, scales: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let i = 1; i < n; i++) {
    const scale = scales[i]!;
    if (scale === 0) continue;
    const v = reflectors.subarray(i * n, i * n + i);
    for (let r = 0; r < i; r++) {
      const o = r * n;
      let sum = 0;
      for (let k = 0; k < i; k++) sum += q[o + k]! * v[k]!;
      sum *= scale;
      for (let k = 0; k < i; k++) q[o + k]! -= sum * v[k]!;
    }
  }
  return q;
}

/** Diagonalises the tridiagonal (d, e) in place and applies each rotation to two rows of `rows`. */
function implicitQl(d: Float64Array, e: Float64Array, n: number, rows: Float64Array | undefined): void {
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  // Beside the usual test, couplings below the rounding of the rounding count as 0: null spaces need it.
  const floor = norm * Number.EPSILON;
  const negligible = (i: number): boolean =>
    Math.abs(e[i]!) <= Number.EPSILON * Math.max(Math.abs(d[i]!) + Math.abs(d[i + 1]!), floor);
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let end = low;
      while (end < n - 1 && !negligible(end)) end++;
      if (end === low) break;
      if (sweep === MAX_SWEEPS) {
        throw new MixturaError(`The eigenvalues of a ${n} x ${n} matrix did not converge; scale the matrix.`);
      }
      qlSweep(d, e, low, end, n, rows);
    }
  }
}

function qlSweep(
  d: Float64Array,
  e: Float64Array,
  low: number,
  end: number,
  n: number,
  rows: Float64Array | undefined,
): void {
  // Wilkinson's shift from the leading 2 x 2 block.
  let g = (d[low + 1]! - d[low]!) / (2 * e[low]!);
  let r = Math.hypot(g, 1);
  g = d[end]! - d[low]! + e[low]! / (g + (g >= 0 ? r : -r));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = end - 1; i >= low; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[end] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * sine + 2 * cosine * b;
    p = sine * r;
    d[i + 1] = g + p;
    g = cosine * r - b;
    if (rows !== undefined) rotate(rows, i * n, (i + 1) * n, n, cosine, sine);
  }
  d[low]! -= p;
  e[low] = g;
  e[end] = 0;
}

/** (x, y) <- (c x - s y, s x + c y) for the rows that start at i and j. */
function rotate(rows: Float64Array, i: number, j: number, n: number, cosine: number, sine: number): void {
  for (let k = 0; k < n; k++) {
    const x = rows[i + k]!;
    const y = rows[j + k]!;
    rows[i + k] = cosine * x - sine * y;
    rows[j + k] = sine * x + cosine * y;
  }
}
