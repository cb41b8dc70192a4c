/** @file The nearest rows of every row, exactly, by products of blocks. */
import { productBlocks, squaredNorms } from '../math/dense.js';
import { columnMeans, type Matrix } from '../math/matrix.js';

/** The k nearest other rows of every row, nearest first. */
export interface NearestRows {
  readonly k: number;
  /** n x k row numbers. */
  readonly index: Int32Array;
  /** n x k squared distances. */
  readonly squared: Float64Array;
}

/**
 * The `k` nearest other rows (Euclidean) of every row; of rows at equal distances those with the lower number.
 *
 * n^2 / 2 distances by blocks of 512 x 512 products: exact, and never all in memory. Costs n^2 d multiplications.
 *
 * @param k at most n - 1
 */
export function nearestRows(x: Matrix, k: number): NearestRows {
  const center = columnMeans(x);
  const norms = squaredNorms(x, center);
  const index = new Int32Array(x.rows * k).fill(-1);
  const squared = new Float64Array(x.rows * k).fill(Number.POSITIVE_INFINITY);
  /** Largest distance that still is among the nearest, a row. */
  const worst = new Float64Array(x.rows).fill(Number.POSITIVE_INFINITY);
  const insert = (row: number, other: number, distance: number): void => {
    const first = row * k;
    let at = first + k - 1;
    for (; at > first; at--) {
      const before = squared[at - 1]!;
      if (before < distance || (before === distance && index[at - 1]! < other)) break;
      squared[at] = before;
      index[at] = index[at - 1]!;
    }
    squared[at] = distance;
    index[at] = other;
    worst[row] = squared[first + k - 1]!;
  };
  productBlocks(
    x,
    undefined,
    ({ products, stride, row, rows, column, columns }) => {
      for (let i = 0; i < rows; i++) {
        const r = row + i;
        const end = Math.min(columns, r - column);
        const norm = norms[r]!;
        const line = i * stride;
        let own = worst[r]!;
        for (let j = 0; j < end; j++) {
          const c = column + j;
          const distance = Math.max(norm + norms[c]! - 2 * products[line + j]!, 0);
          if (distance <= own) {
            if (distance < own || c < index[r * k + k - 1]!) insert(r, c, distance);
            own = worst[r]!;
          }
          if (distance <= worst[c]! && (distance < worst[c]! || r < index[c * k + k - 1]!))
            insert(c, r, distance);
        }
      }
    },
    center,
  );
  return { k, index, squared };
}
