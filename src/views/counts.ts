/** @file The view of counts, such as those of RNA molecules in cells, without making the matrix dense. */
import type { SparseRows } from '../data/formats/sparse.js';
import { columnProducts } from '../math/dense.js';
import type { Matrix } from '../math/matrix.js';
import { type CentredProducts, componentsOfProducts } from '../math/principal-components.js';
import type { View } from './view.js';

/** How {@link normalisedCounts} chooses. */
export interface CountsOptions {
  /** Components at most (default 50). */
  readonly most?: number;
  /** Columns (genes) that are kept, where there are so many (default 2,000). */
  readonly genes?: number;
}

/** A fitted view of counts, and the columns that it looks at. */
export interface CountsView extends View<SparseRows> {
  /** Columns of the counts, ascending. */
  readonly genes: Uint32Array;
}

/** Rows in which a column has to have a count. */
const PRESENT = 3;
/** Groups of columns of like mean, within each of which variances are compared. */
const BINS = 20;
/** Rows that are dense at a time. */
const SLAB = 1024;

/**
 * Principal components of log(1 + m x / total) of the variable columns (genes).
 *
 * `total` is the sum of the row's counts, `m` the median of these totals over the rows of the fit. A column's excess is
 * its variance (of the logarithms) less the median variance in its bin, of 20 bins of equally many columns by mean.
 * The 2,000 columns with the largest excess are kept. Columns with counts in fewer than 3 rows are left out.
 *
 * Source: the excess is the biological component of Lun, McCarthy and Marioni 2016, with a median in place of a fit.
 */
export function normalisedCounts(x: SparseRows, options: CountsOptions = {}): CountsView {
  const { most = 50, genes: kept = 2000 } = options;
  const target = medianTotal(x);
  const logged = logarithms(x, target);
  const moments = columnMoments(logged);
  const genes = variableColumns(moments, kept);
  const variable = keptColumns(logged, genes);
  const found = componentsOfProducts(sparseProducts(variable), Math.min(most, Math.max(1, x.rows - 1)));
  const projected: Projection = { ...found, columns: genes.length };
  return {
    name: 'counts',
    sentence:
      'Counts as shares of the total of their row, as logarithms; ' +
      `of ${x.columns} columns the ${genes.length} that vary most for their size, along ${found.count} directions.`,
    columns: found.count,
    genes,
    apply: (other) => along(keptColumns(logarithms(other, target), genes), projected),
  };
}

interface Projection {
  readonly count: number;
  readonly columns: number;
  readonly mean: Float64Array;
  readonly directions: Float64Array;
}

function rowTotals({ rows, starts, values }: SparseRows): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let k = starts[i]!; k < starts[i + 1]!; k++) out[i]! += values[k]!;
  return out;
}

function medianTotal(x: SparseRows): number {
  const totals = rowTotals(x)
    .filter((total) => total > 0)
    .sort();
  const half = totals.length >> 1;
  if (totals.length === 0) return 1;
  return totals.length % 2 === 1 ? totals[half]! : (totals[half - 1]! + totals[half]!) / 2;
}

function logarithms(x: SparseRows, target: number): SparseRows {
  const totals = rowTotals(x);
  const values = new Float32Array(x.values.length);
  for (let i = 0; i < x.rows; i++) {
    const factor = target / totals[i]!;
    for (let k = x.starts[i]!; k < x.starts[i + 1]!; k++) values[k] = Math.log1p(x.values[k]! * factor);
  }
  return { ...x, values };
}

/** Mean and variance (divisor n) of every column, zeros counted, and the number of its entries that are not 0. */
interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly present: Uint32Array;
}

function columnMoments({ rows, columns, indices, values }: SparseRows): Moments {
  const mean = new Float64Array(columns);
  const variance = new Float64Array(columns);
  const present = new Uint32Array(columns);
  for (let k = 0; k < values.length; k++) {
    mean[indices[k]!]! += values[k]! / rows;
    if (values[k] !== 0) present[indices[k]!]! += 1;
  }
  for (let k = 0; k < values.length; k++) {
    const j = indices[k]!;
    if (values[k] !== 0) variance[j]! += (values[k]! - mean[j]!) ** 2 / rows;
  }
  for (let j = 0; j < columns; j++) variance[j]! += (1 - present[j]! / rows) * mean[j]! ** 2;
  return { mean, variance, present };
}

/** The columns that vary most for their mean, ascending. */
function variableColumns({ mean, variance, present }: Moments, most: number): Uint32Array {
  const byMean = [...mean.keys()].filter((j) => present[j]! >= PRESENT).sort((a, b) => mean[a]! - mean[b]!);
  const size = Math.max(1, Math.ceil(byMean.length / BINS));
  const excess = new Float64Array(mean.length);
  for (let start = 0; start < byMean.length; start += size) {
    const bin = byMean.slice(start, start + size);
    const middle = Float64Array.from(bin, (j) => variance[j]!).sort()[bin.length >> 1]!;
    for (const j of bin) excess[j] = variance[j]! - middle;
  }
  return Uint32Array.from(byMean.sort((a, b) => excess[b]! - excess[a]! || a - b).slice(0, most)).sort();
}

/** The entries of the given columns (ascending), which are renumbered. */
function keptColumns(x: SparseRows, columns: Uint32Array): SparseRows {
  const place = new Int32Array(x.columns).fill(-1);
  columns.forEach((column, to) => {
    place[column] = to;
  });
  const starts = new Uint32Array(x.rows + 1);
  let count = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let k = x.starts[i]!; k < x.starts[i + 1]!; k++) if (place[x.indices[k]!]! >= 0) count++;
    starts[i + 1] = count;
  }
  const indices = new Uint32Array(count);
  const values = new Float32Array(count);
  let to = 0;
  for (let k = 0; k < x.indices.length; k++) {
    const at = place[x.indices[k]!]!;
    if (at < 0) continue;
    indices[to] = at;
    values[to++] = x.values[k]!;
  }
  return { rows: x.rows, columns: columns.length, starts, indices, values };
}

/** The products of the centred columns, from a slab of rows at a time: the matrix is never dense as a whole. */
function sparseProducts(x: SparseRows): CentredProducts {
  const { rows, columns, starts, indices, values } = x;
  const { mean } = columnMoments(x);
  const products = new Float64Array(columns * columns);
  for (let first = 0; first < rows; first += SLAB) {
    const count = Math.min(SLAB, rows - first);
    const slab = new Float64Array(count * columns);
    for (let i = 0; i < count; i++) {
      for (let k = starts[first + i]!; k < starts[first + i + 1]!; k++) {
        slab[i * columns + indices[k]!] = values[k]!;
      }
    }
    const part = columnProducts({ rows: count, columns, values: slab }, mean);
    for (let at = 0; at < products.length; at++) products[at]! += part[at]!;
  }
  return { products, mean, rows };
}

/** (x - mean) . direction of sparse rows. */
function along(x: SparseRows, { count, columns, mean, directions }: Projection): Matrix {
  // Directions by column, so that an entry meets all of them in a row.
  const byColumn = new Float64Array(columns * count);
  const shift = new Float64Array(count);
  for (let c = 0; c < count; c++) {
    for (let j = 0; j < columns; j++) {
      byColumn[j * count + c] = directions[c * columns + j]!;
      shift[c]! += mean[j]! * directions[c * columns + j]!;
    }
  }
  const out = new Float64Array(x.rows * count);
  for (let i = 0; i < x.rows; i++) {
    const row = out.subarray(i * count, (i + 1) * count);
    for (let c = 0; c < count; c++) row[c] = -shift[c]!;
    for (let k = x.starts[i]!; k < x.starts[i + 1]!; k++) {
      const value = x.values[k]!;
      const from = x.indices[k]! * count;
      for (let c = 0; c < count; c++) row[c]! += value * byColumn[from + c]!;
    }
  }
  return { rows: x.rows, columns: count, values: out };
}
