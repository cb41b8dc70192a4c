/** @file Sparse matrices in HDF5 groups of `data`, `indices` and `indptr`, as AnnData and 10x files have them. */

import { MixturaError } from '../../../errors.js';
import { MAX_EXPANSION } from '../limits.js';
import { duplicateEntry, type SparseRows, transposeSparse } from '../sparse.js';
import type { Hdf5File } from './file.js';

const PARTS = ['data', 'indices', 'indptr'];
/** A matrix may have empty rows and columns, as many as this even in the smallest file. */
const FREE_ROWS = 2 ** 16;

/** Whether a group holds a sparse matrix. */
export function isSparseGroup(file: Hdf5File, group: string): boolean {
  const children = file.children(group);
  return children !== undefined && PARTS.every((part) => children.includes(part));
}

/**
 * The rows of a sparse matrix, stored by rows (`csr_matrix`) or by columns (`csc_matrix`, and 10x files, which do not
 * say so).
 *
 * @throws MixturaError naming the group if its parts do not fit each other.
 */
export function readSparseGroup(file: Hdf5File, group: string): SparseRows {
  const bad = (what: string) =>
    new MixturaError(`${file.path} has a damaged sparse matrix in ${group} (${what}): get the file again.`);
  const format = file.attribute(group, 'encoding-type') ?? file.attribute(group, 'h5sparse_format') ?? 'csc';
  const [rows = -1, columns = -1] = sizes(file, group) ?? [];
  const most = Math.max(FREE_ROWS, file.bytes * MAX_EXPANSION);
  if (![rows, columns].every((n) => Number.isSafeInteger(n) && n >= 0 && n <= most)) {
    throw bad(`sizes ${rows} x ${columns}`);
  }
  const byRows = String(format).startsWith('csr');
  const [major, minor] = byRows ? [rows, columns] : [columns, rows];
  const [data, indices, indptr] = PARTS.map((part) => file.numbers(`${group}/${part}`).values);
  if (indptr!.length !== major + 1 || data!.length !== indices!.length) {
    throw bad(`${indptr!.length} starts for ${major} ${byRows ? 'rows' : 'columns'}`);
  }
  const starts = Uint32Array.from(indptr!);
  const rising = starts[0] === 0 && starts.every((start, i) => i === 0 || start >= starts[i - 1]!);
  if (!rising || starts[major] !== data!.length || indptr!.some((start) => start > data!.length)) {
    throw bad('starts that do not rise to the number of entries');
  }
  if (indices!.some((index) => !(index >= 0 && index < minor))) throw bad('an index outside the matrix');
  const stored = {
    rows: major,
    columns: minor,
    starts,
    indices: Uint32Array.from(indices!),
    values: Float32Array.from(data!),
  };
  const twice = duplicateEntry(stored);
  if (twice)
    throw bad(`an entry of row ${twice[byRows ? 0 : 1] + 1}, column ${twice[byRows ? 1 : 0] + 1} twice`);
  return byRows ? stored : transposeSparse(stored);
}

/** Rows and columns of a sparse matrix, if they are said. */
export function sparseShape(file: Hdf5File, group: string): readonly number[] | undefined {
  return sizes(file, group);
}

/** Attribute `shape` (AnnData), `h5sparse_shape` (old AnnData), or data set `shape` (10x). */
function sizes(file: Hdf5File, group: string): number[] | undefined {
  const declared = file.attribute(group, 'shape') ?? file.attribute(group, 'h5sparse_shape');
  if (Array.isArray(declared)) return declared;
  return file.shape(`${group}/shape`) ? Array.from(file.numbers(`${group}/shape`).values) : undefined;
}
