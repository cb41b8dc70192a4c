/** @file Kernel distance (KID): squared maximum mean discrepancy of features under a cubic kernel. */

import { MixturaError } from '../errors.js';
import { productBlocks } from '../math/dense.js';
import { checkMatrices, type Matrix, selectRows } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { meanDeviation } from '../math/statistics.js';

/** Which subsets {@link kernelDistance} draws. */
export interface KernelDistanceOptions {
  /** Number of subsets (default 100). */
  readonly subsets?: number;
  /** Rows of each, from both sides (default 1000, or all rows of the smaller set where it has fewer). */
  readonly subsetSize?: number;
  /** Seed of the draws (default 0). */
  readonly seed?: number;
}

/** Mean over the subsets, and their deviation (divisor: number of subsets). */
export interface KernelDistance {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Kernel distance: the unbiased estimate of MMD^2 with `k(x, y) = (x.y / d + 1)^3`, averaged over random subsets.
 *
 * `sum_{i != j} (k(x_i, x_j) + k(y_i, y_j)) / (m (m - 1)) - 2 sum_{i, j} k(x_i, y_j) / m^2` for m rows of each side,
 * drawn without replacement. Its expectation is 0 for equal distributions, so small values may be negative, also for
 * identical sets.
 *
 * Source: Binkowski et al. 2018 (KID); the deviation is that of their code and of torch-fidelity.
 *
 * @throws MixturaError when columns differ, a set is empty or not finite, or a subset has fewer than 2 rows or more
 *   than there are
 */
export function kernelDistance(a: Matrix, b: Matrix, options: KernelDistanceOptions = {}): KernelDistance {
  checkMatrices(a, 'real features', b, 'generated features');
  const fewest = Math.min(a.rows, b.rows);
  const { subsets = 100, subsetSize = Math.min(1000, fewest), seed = 0 } = options;
  if (!(Number.isInteger(subsets) && subsets >= 1)) {
    throw new MixturaError(`A kernel distance over ${subsets} subsets was asked for; give at least 1.`);
  }
  if (!(Number.isInteger(subsetSize) && subsetSize >= 2 && subsetSize <= fewest)) {
    throw new MixturaError(
      `A kernel distance needs subsets of 2 to ${fewest} rows (the smaller set has ${fewest}), not ${subsetSize}.`,
    );
  }
  const stream = Stream.root(seed).fork('kernel-distance');
  const values = Array.from({ length: subsets }, (_, s) => {
    const x = selectRows(a, stream.fork(s, 'real').choice(a.rows, subsetSize));
    const y = selectRows(b, stream.fork(s, 'generated').choice(b.rows, subsetSize));
    return squaredDiscrepancy(x, y);
  });
  const { mean, deviation } = meanDeviation(values, 'population');
  return { mean, deviation };
}

/** Unbiased MMD^2 of two sets of equally many rows (see {@link kernelDistance}). */
export function squaredDiscrepancy(x: Matrix, y: Matrix): number {
  const m = x.rows;
  const within = 2 * (ownKernelSum(x) + ownKernelSum(y));
  return within / (m * (m - 1)) - (2 * kernelSum(x, y)) / (m * m);
}

/** `sum_{i > j} k(x_i, x_j)`. */
function ownKernelSum(x: Matrix): number {
  let sum = 0;
  productBlocks(x, undefined, ({ products, stride, row, rows, column, columns }) => {
    for (let i = 0; i < rows; i++) {
      const end = Math.min(columns, row + i - column);
      sum += cubicSum(products, i * stride, end, x.columns);
    }
  });
  return sum;
}

/** `sum_{i, j} k(x_i, y_j)`. */
function kernelSum(x: Matrix, y: Matrix): number {
  let sum = 0;
  productBlocks(x, y, ({ products, stride, rows, columns }) => {
    for (let i = 0; i < rows; i++) sum += cubicSum(products, i * stride, columns, x.columns);
  });
  return sum;
}

function cubicSum(products: Float64Array, start: number, count: number, d: number): number {
  let sum = 0;
  for (let j = start; j < start + count; j++) {
    const base = products[j]! / d + 1;
    sum += base * base * base;
  }
  return sum;
}
