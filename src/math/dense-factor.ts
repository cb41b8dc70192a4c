/** @file Factors of covariances, which may be singular: Cholesky with pivoting, by blocks through the kernels. */

import { type DenseKernel, withDense } from './dense-kernel.js';
import type { Matrix } from './matrix.js';

/** Rows of the factor between two updates of what is left of the matrix. */
const BLOCK = 64;

/** The state of a factorisation, in padded rows of `stride`. */
interface Work {
  readonly n: number;
  readonly stride: number;
  /** What is left of S, lower triangle. */
  readonly rest: Float64Array;
  /** Diagonal of what is left; -1 for an index that was a pivot. */
  readonly left: Float64Array;
  /** Rows of the factor, `stride` long each. */
  readonly factor: Float64Array[];
  /** Pivots at or below this are rounding. */
  readonly tolerance: number;
}

/**
 * F (rank x n) with `F^T F = S` for a symmetric positive semidefinite S, to rounding.
 *
 * Takes the largest remaining diagonal entry as the next pivot, and stops where none is above
 * `n eps max_i S_ii`: the number of rows is the numerical rank. Rows come in the order of pivots, so that their norms
 * hardly grow from one to the next.
 *
 * Source: Higham, "Accuracy and stability of numerical algorithms", 10.3 (the tolerance is that of LAPACK's dpstrf).
 *
 * @param s n x n, row-major; its lower triangle is read
 */
export function semidefiniteFactor(s: Float64Array, n: number): Matrix {
  const stride = Math.ceil(n / 4) * 4;
  return withDense([stride * stride, stride * BLOCK, stride * BLOCK], (kernel, [rest, packed, negated]) => {
    const left = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      rest!.set(s.subarray(i * n, i * n + i + 1), i * stride);
      left[i] = s[i * n + i]!;
    }
    const tolerance = n * Number.EPSILON * left.reduce((a, b) => Math.max(a, b), 0);
    const work: Work = { n, stride, rest: rest!, left, factor: [], tolerance };
    while (factorBlock(work)) subtractBlock(work, kernel, packed!, negated!);
    return joined(work);
  });
}

/** Adds up to BLOCK rows to the factor; false where no pivot is left. */
function factorBlock({ n, stride, rest, left, factor, tolerance }: Work): boolean {
  const begin = factor.length;
  while (factor.length < begin + BLOCK) {
    let pivot = 0;
    for (let i = 1; i < n; i++) if (left[i]! > left[pivot]!) pivot = i;
    if (!(left[pivot]! > tolerance)) return false;
    const row = new Float64Array(stride);
    for (let i = 0; i < n; i++) row[i] = rest[i < pivot ? pivot * stride + i : i * stride + pivot]!;
    for (let k = begin; k < factor.length; k++) {
      const earlier = factor[k]!;
      const x = earlier[pivot]!;
      for (let i = 0; i < n; i++) row[i]! -= x * earlier[i]!;
    }
    const root = Math.sqrt(left[pivot]!);
    for (let i = 0; i < n; i++) {
      if (left[i]! < 0) row[i] = 0;
      else {
        row[i]! /= root;
        left[i] = Math.max(0, left[i]! - row[i]! * row[i]!);
      }
    }
    row[pivot] = root;
    left[pivot] = -1;
    factor.push(row);
  }
  return true;
}

/** S <- S - F_b^T F_b for the last BLOCK rows F_b of the factor. */
function subtractBlock(
  { n, stride, rest, left, factor }: Work,
  kernel: DenseKernel,
  packed: Float64Array,
  negated: Float64Array,
): void {
  const begin = factor.length - BLOCK;
  for (let k = 0; k < BLOCK; k++) {
    const row = factor[begin + k]!;
    for (let i = 0; i < stride; i++) {
      const to = ((i >> 2) * BLOCK + k) * 4 + (i & 3);
      packed[to] = row[i]!;
      negated[to] = -row[i]!;
    }
  }
  const panels = { panels: stride / 4, length: BLOCK };
  kernel.multiply({ values: packed, ...panels }, { values: negated, ...panels }, rest, stride, 'lower');
  for (let i = 0; i < n; i++) if (left[i]! >= 0) left[i] = Math.max(0, rest[i * stride + i]!);
}

function joined({ n, factor }: Work): Matrix {
  const values = new Float64Array(factor.length * n);
  factor.forEach((row, k) => {
    values.set(row.subarray(0, n), k * n);
  });
  return { rows: factor.length, columns: n, values };
}
