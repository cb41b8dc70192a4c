/** @file Products of tall and wide float64 matrices, by blocks through the WebAssembly kernels. */

import { type DenseKernel, type Panels, withDense } from './dense-kernel.js';
import type { Matrix } from './matrix.js';

/** Length of the pieces in which the contracted index passes through the first-level cache. */
const SLAB = 256;
/** Rows of a block of products. */
const BLOCK = 512;

const padded = (n: number): number => Math.ceil(n / 4) * 4;

/**
 * `sum_n (x_n - m)(x_n - m)^T` over the rows x_n, as a full d x d matrix (d columns, row-major).
 *
 * Takes rows * d^2 multiply-adds, and memory for d^2 + 256 d numbers beside the result.
 */
export function columnProducts(x: Matrix, center: Float64Array): Float64Array {
  const d = x.columns;
  const stride = padded(d);
  return withDense([stride * stride, stride * SLAB], (kernel, [c, slab]) => {
    for (let start = 0; start < x.rows; start += SLAB) {
      const length = Math.min(SLAB, x.rows - start);
      packColumns(x, start, length, center, slab!);
      const panels = { values: slab!, panels: stride / 4, length };
      kernel.multiply(panels, panels, c!, stride, 'lower');
    }
    return mirrored(c!, stride, d);
  });
}

/** Rows start..start+length of x - center, packed by columns: panel p holds columns 4p..4p+3. */
function packColumns(
  { columns, values }: Matrix,
  start: number,
  length: number,
  center: Float64Array,
  out: Float64Array,
): void {
  for (let j = 0; j < columns; j++) {
    const m = center[j]!;
    let to = (j >> 2) * 4 * length + (j & 3);
    let from = start * columns + j;
    for (let k = 0; k < length; k++) {
      out[to] = values[from]! - m;
      to += 4;
      from += columns;
    }
  }
  // The slab may be shorter than the one before, so the padding of the last panel lies elsewhere.
  for (let j = columns; j < padded(columns); j++) {
    for (let k = 0; k < length; k++) out[((j >> 2) * length + k) * 4 + (j & 3)] = 0;
  }
}

/** The leading n x n part of a lower triangle, both triangles filled. */
function mirrored(lower: Float64Array, stride: number, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = lower[i * stride + j]!;
      out[i * n + j] = value;
      out[j * n + i] = value;
    }
  }
  return out;
}

/** A block of products: `products[i * stride + j]` is that of rows `row + i` and `column + j`. */
export interface ProductBlock {
  /** Valid while it is visited. */
  readonly products: Float64Array;
  readonly stride: number;
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/**
 * Visits all products `(a_i - m) . (b_j - m)` of the rows of two matrices in blocks of at most 512 x 512, so that n^2
 * numbers are never held.
 *
 * Every sum is taken in the order of the columns ({@link squaredNorms} too), so equal rows give equal bits.
 *
 * @param b the second matrix; without it both are `a`, and only blocks with `column <= row` are visited, those on the
 *   diagonal as a whole
 * @param center m, subtracted from all rows; none by default
 */
export function productBlocks(
  a: Matrix,
  b: Matrix | undefined,
  visit: (block: ProductBlock) => void,
  center: Float64Array = new Float64Array(a.columns),
): void {
  const size = Math.min(BLOCK, padded(Math.max(a.rows, b?.rows ?? 0)));
  const lengths = [size * a.columns, size * a.columns, size * size];
  withDense(lengths, (kernel, [left, right, products]) => {
    for (let row = 0; row < a.rows; row += size) {
      const rows = Math.min(size, a.rows - row);
      packRows(a, row, rows, center, left!);
      const end = b?.rows ?? row + rows;
      for (let column = 0; column < end; column += size) {
        const columns = Math.min(size, end - column);
        packRows(b ?? a, column, columns, center, right!);
        products!.fill(0);
        multiplySlabs(kernel, left!, rows, right!, columns, a.columns, products!, size);
        visit({ products: products!, stride: size, row, rows, column, columns });
      }
    }
  });
}

/** Rows of x - center, packed by rows in slabs of columns: panel p of each slab holds rows 4p..4p+3. */
function packRows(
  { columns, values }: Matrix,
  start: number,
  rows: number,
  center: Float64Array,
  out: Float64Array,
): void {
  const panels = padded(rows) / 4;
  for (let r = 0; r < panels * 4; r++) {
    const from = (start + r) * columns;
    for (let slab = 0; slab < columns; slab += SLAB) {
      const length = Math.min(SLAB, columns - slab);
      let to = slab * panels * 4 + (r >> 2) * length * 4 + (r & 3);
      for (let k = slab; k < slab + length; k++) {
        out[to] = r < rows ? values[from + k]! - center[k]! : 0;
        to += 4;
      }
    }
  }
}

function multiplySlabs(
  kernel: DenseKernel,
  left: Float64Array,
  rows: number,
  right: Float64Array,
  columns: number,
  length: number,
  products: Float64Array,
  stride: number,
): void {
  const part = (values: Float64Array, count: number, slab: number): Panels => {
    const panels = padded(count) / 4;
    return {
      values: values.subarray(slab * panels * 4),
      panels,
      length: Math.min(SLAB, length - slab),
    };
  };
  for (let slab = 0; slab < length; slab += SLAB) {
    kernel.multiply(part(left, rows, slab), part(right, columns, slab), products, stride, 'full');
  }
}

/** A B^T, as an array of a.rows x b.rows. */
export function rowProducts(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.rows * b.rows);
  productBlocks(a, b, ({ products, stride, row, rows, column, columns }) => {
    for (let i = 0; i < rows; i++) {
      const line = products.subarray(i * stride, i * stride + columns);
      out.set(line, (row + i) * b.rows + column);
    }
  });
  return out;
}

/** A A^T, as an array of a.rows x a.rows whose upper triangle mirrors the lower one. */
export function ownRowProducts(a: Matrix): Float64Array {
  const n = a.rows;
  const out = new Float64Array(n * n);
  productBlocks(a, undefined, ({ products, stride, row, rows, column, columns }) => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const value = products[i * stride + j]!;
        out[(row + i) * n + column + j] = value;
        out[(column + j) * n + row + i] = value;
      }
    }
  });
  return out;
}

/** `|x_n - m|^2` of every row, summed in the order in which {@link productBlocks} sums. */
export function squaredNorms({ rows, columns, values }: Matrix, center: Float64Array): Float64Array {
  const norms = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      const x = values[start + j]! - center[j]!;
      sum += x * x;
    }
    norms[i] = sum;
  }
  return norms;
}
