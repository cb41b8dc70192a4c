/** @file Matrices most of whose values are zero: rows kept as columns and values, and made dense when they are read. */

import {
  checkIndex,
  checkRead,
  contentFingerprint,
  type Dataset,
  type DatasetDescription,
  type Samples,
  storedDataset,
} from '../dataset.js';
import { scalingOf, standardized } from '../scaling.js';
import type { ColumnScaling } from '../value-units.js';

/** Compressed sparse rows: row i has `values[starts[i] .. starts[i + 1]]` in the columns of `indices` there. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** rows + 1. */
  readonly starts: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** Most entries, whatever their number of rows: so many can be counted by `starts`. */
export const MAX_ENTRIES = 2 ** 32 - 1;

/** Whether values are sparse rows. */
export function isSparse(values: ArrayBufferView | SparseRows): values is SparseRows {
  return 'starts' in values;
}

/** Entries in any order as sparse rows; the order within a row stays. */
export function fromTriplets(
  rows: number,
  columns: number,
  at: { readonly row: Uint32Array; readonly column: Uint32Array; readonly value: Float32Array },
): SparseRows {
  const count = at.value.length;
  const starts = new Uint32Array(rows + 1);
  for (let k = 0; k < count; k++) starts[at.row[k]! + 1]! += 1;
  for (let i = 0; i < rows; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const indices = new Uint32Array(count);
  const values = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const to = next[at.row[k]!]!++;
    indices[to] = at.column[k]!;
    values[to] = at.value[k]!;
  }
  return { rows, columns, starts, indices, values };
}

/** Columns as rows; the entries of a row are then in the order of their columns. */
export function transposeSparse({ rows, columns, starts, indices, values }: SparseRows): SparseRows {
  const row = new Uint32Array(values.length);
  for (let i = 0; i < rows; i++) row.fill(i, starts[i], starts[i + 1]);
  return fromTriplets(columns, rows, { row: indices, column: row, value: values });
}

/** The columns at `order`, in that order; others are left out. */
export function sparseColumns(matrix: SparseRows, order: readonly number[]): SparseRows {
  const place = new Map(order.map((column, to) => [column, to]));
  const starts = new Uint32Array(matrix.rows + 1);
  const indices: number[] = [];
  const from: number[] = [];
  for (let i = 0; i < matrix.rows; i++) {
    const entries: [to: number, k: number][] = [];
    for (let k = matrix.starts[i]!; k < matrix.starts[i + 1]!; k++) {
      const to = place.get(matrix.indices[k]!);
      if (to !== undefined) entries.push([to, k]);
    }
    for (const [to, k] of entries.sort((a, b) => a[0] - b[0])) {
      indices.push(to);
      from.push(k);
    }
    starts[i + 1] = indices.length;
  }
  return {
    rows: matrix.rows,
    columns: order.length,
    starts,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(from, (k) => matrix.values[k]!),
  };
}

/** Row and column (from 0) of an entry that is there twice, if there is one. */
export function duplicateEntry(matrix: SparseRows): [row: number, column: number] | undefined {
  const { rows, columns, starts, indices } = matrix;
  const last = new Uint32Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      if (last[indices[k]!] === i + 1) return [i, indices[k]!];
      last[indices[k]!] = i + 1;
    }
  }
  return undefined;
}

/** Row (from 0) of entry k. */
export function rowOfEntry({ rows, starts }: SparseRows, k: number): number {
  let [low, high] = [0, rows];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= k) low = middle;
    else high = middle;
  }
  return low;
}

/** Mean and deviation of every column, zeros counted; a constant column has scale 1, as of dense ones. */
export function sparseScaling({ rows, columns, indices, values }: SparseRows): ColumnScaling {
  const shift = new Array<number>(columns).fill(0);
  const variance = new Array<number>(columns).fill(0);
  const present = new Uint32Array(columns);
  const min = new Float64Array(columns).fill(Infinity);
  const max = new Float64Array(columns).fill(-Infinity);
  values.forEach((x, k) => {
    const j = indices[k]!;
    shift[j]! += x / rows;
    present[j]! += 1;
    if (x < min[j]!) min[j] = x;
    if (x > max[j]!) max[j] = x;
  });
  values.forEach((x, k) => {
    variance[indices[k]!]! += (x - shift[indices[k]!]!) ** 2 / rows;
  });
  present.forEach((n, j) => {
    if (n === rows) return;
    variance[j]! += ((rows - n) / rows) * shift[j]! ** 2;
    min[j] = Math.min(0, min[j]!);
    max[j] = Math.max(0, max[j]!);
  });
  return scalingOf(shift, variance, min, max);
}

/** A data set of sparse rows; the scaling of columns in its description is applied on reading. */
export function sparseDataset(from: DatasetDescription, matrix: SparseRows): Dataset {
  const { starts, indices, values } = matrix;
  return storedDataset(from, {
    count: matrix.rows,
    read: sparseReader(matrix, from.scaling),
    fingerprint: () => contentFingerprint(from, [starts, indices, values]),
  });
}

function sparseReader(
  { rows, columns, starts, indices, values }: SparseRows,
  scaling: ColumnScaling | undefined,
): Samples['read'] {
  const shift = Float64Array.from(scaling?.shift ?? new Float64Array(columns));
  const scale = Float64Array.from(scaling?.scale ?? new Float64Array(columns).fill(1));
  // + 0, because a zero that is not shifted is 0 and not -0.
  const empty = Float32Array.from(shift, (x, j) => standardized(0, x, scale[j]!) + 0);
  return (places, out) => {
    checkRead(places, out, columns);
    for (let i = 0; i < places.length; i++) {
      const row = checkIndex(places[i]!, rows);
      const to = i * columns;
      out.set(empty, to);
      for (let k = starts[row]!; k < starts[row + 1]!; k++) {
        const column = indices[k]!;
        out[to + column] = standardized(values[k]!, shift[column]!, scale[column]!);
      }
    }
  };
}
