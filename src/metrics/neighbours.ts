/** @file Distances of many rows to many rows by blocks, and to the k-th nearest neighbour. */

import { MixturaError } from '../errors.js';
import { productBlocks, squaredNorms } from '../math/dense.js';
import type { Matrix } from '../math/matrix.js';

/**
 * Calls `visit(i, j, |a_i - b_j|^2)` for all pairs, in blocks; n^2 distances are never in memory at once.
 *
 * Equal rows have distance exactly 0, and a pair has the same distance whichever way round it is asked for, as long as
 * `center` is the same.
 *
 * @param b the other rows; without it each pair of different rows i > j of `a` comes once
 * @param center subtracted from all rows, which removes cancellation: a mean of the features
 */
export function eachDistance(
  a: Matrix,
  b: Matrix | undefined,
  center: Float64Array,
  visit: (i: number, j: number, squared: number) => void,
): void {
  const normsA = squaredNorms(a, center);
  const normsB = b ? squaredNorms(b, center) : normsA;
  productBlocks(
    a,
    b,
    ({ products, stride, row, rows, column, columns }) => {
      for (let i = 0; i < rows; i++) {
        const end = b ? columns : Math.min(columns, row + i - column);
        const norm = normsA[row + i]!;
        for (let j = 0; j < end; j++) {
          const squared = norm + normsB[column + j]! - 2 * products[i * stride + j]!;
          visit(row + i, column + j, squared > 0 ? squared : 0);
        }
      }
    },
    center,
  );
}

/**
 * Squared distance of each row to its k-th nearest other row.
 *
 * @param what whose rows they are, for the message: 'real features'
 * @throws MixturaError unless 1 <= k < rows
 */
export function neighbourRadii(x: Matrix, k: number, center: Float64Array, what: string): Float64Array {
  if (!(Number.isInteger(k) && k >= 1 && k < x.rows)) {
    throw new MixturaError(
      `The ${what} have ${x.rows} rows, so neighbour k = ${k} cannot be found: give a whole k from 1 to ${x.rows - 1}.`,
    );
  }
  // The k smallest distances of each row, ascending.
  const nearest = new Float64Array(x.rows * k).fill(Infinity);
  const insert = (row: number, squared: number): void => {
    let at = row * k + k - 1;
    if (squared >= nearest[at]!) return;
    for (; at > row * k && nearest[at - 1]! > squared; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = squared;
  };
  eachDistance(x, undefined, center, (i, j, squared) => {
    insert(i, squared);
    insert(j, squared);
  });
  return Float64Array.from({ length: x.rows }, (_, i) => nearest[i * k + k - 1]!);
}
