/** @file The nearest rows of a sample to rows that are not in it, exactly, by products of blocks. */
import { productBlocks, squaredNorms } from '../math/dense.js';
import { columnMeans, type Matrix } from '../math/matrix.js';
import type { NearestRows } from './nearest-rows.js';

/**
 * The `k` rows of `sample` that are nearest (Euclidean) to every row of `x`, nearest first; of rows at equal distances
 * those with the lower number.
 *
 * |x - y|^2 = |x|^2 + |y|^2 - 2 x y, in blocks of 512 x 512. Costs n m d multiplications, and memory for n k numbers.
 *
 * @param k at most the rows of the sample
 *
 * @example
 * const sample = { rows: 3, columns: 1, values: Float64Array.of(0, 10, 11) };
 * const near = nearestAmong({ rows: 1, columns: 1, values: Float64Array.of(9) }, sample, 2);
 * [...near.index]; // => [1, 2]
 * [...near.squared]; // => [1, 4]
 */
export function nearestAmong(x: Matrix, sample: Matrix, k: number): NearestRows {
  const center = columnMeans(sample);
  const own = squaredNorms(x, center);
  const norms = squaredNorms(sample, center);
  const index = new Int32Array(x.rows * k).fill(-1);
  const squared = new Float64Array(x.rows * k).fill(Number.POSITIVE_INFINITY);
  productBlocks(
    x,
    sample,
    ({ products, stride, row, rows, column, columns }) => {
      for (let i = 0; i < rows; i++) {
        const first = (row + i) * k;
        const last = first + k - 1;
        const norm = own[row + i]!;
        let worst = squared[last]!;
        for (let j = 0; j < columns; j++) {
          const distance = norm + norms[column + j]! - 2 * products[i * stride + j]!;
          // Rows of the sample come in their order, so one that is no nearer comes after those that are there.
          if (distance >= worst) continue;
          let at = last;
          for (; at > first && squared[at - 1]! > distance; at--) {
            squared[at] = squared[at - 1]!;
            index[at] = index[at - 1]!;
          }
          squared[at] = distance;
          index[at] = column + j;
          worst = squared[last]!;
        }
      }
    },
    center,
  );
  // Rounding can leave the distance of equal rows a little below 0.
  for (let i = 0; i < squared.length; i++) squared[i] = Math.max(squared[i]!, 0);
  return { k, index, squared };
}
