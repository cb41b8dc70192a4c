/** @file HDF5: the data set of samples, and perhaps that of their labels, in a file of any layout. */

import { MixturaError, usageError } from '../../../errors.js';
import { type ArrayEntry, chooseLabels, chooseSamples, heldOut, listed } from '../choose-array.js';
import type { Content, FoundLabels, ReadOptions } from '../content.js';
import { orDamaged } from '../damaged.js';
import { encodeLabels } from '../labels.js';
import type { SparseRows } from '../sparse.js';
import { annDataMatrices, isAnnData, readAnnData } from './anndata.js';
import { Hdf5File, innermost } from './file.js';
import { isSparseGroup, readSparseGroup, sparseShape } from './sparse.js';

/**
 * Reads an HDF5 file that is in memory: AnnData by its layout, else the data set `key`, without it the only one of two
 * dimensions or more, or that of a usual name, or a sparse matrix as in 10x files. Labels as for `readNpz`.
 *
 * @throws MixturaError naming the file, and what is in it where the choice is not clear, if it is damaged or claims
 * more than it can hold.
 */
export async function parseHdf5(
  bytes: Uint8Array,
  path: string,
  options: ReadOptions = {},
): Promise<Content> {
  return opened(bytes, path, (file) =>
    isAnnData(file) ? readAnnData(file, options) : readAny(file, options),
  );
}

/** The matrices of a file that can be read by `key`, with their sizes. @throws MixturaError if the file is damaged. */
export async function hdf5Matrices(bytes: Uint8Array, path: string): Promise<ArrayEntry[]> {
  return opened(bytes, path, (file) => {
    if (isAnnData(file)) return annDataMatrices(file);
    const arrays = file.arrays();
    const sparse = sparseGroups(
      file,
      arrays.map(({ name }) => name),
    ).map((name) => ({ name, shape: sparseShape(file, name) }));
    return [...arrays.filter(({ shape }) => (shape?.length ?? 0) >= 2), ...sparse];
  });
}

function opened<T>(bytes: Uint8Array, path: string, use: (file: Hdf5File) => T): Promise<T> {
  return orDamaged(path, async () => {
    try {
      const file = await Hdf5File.open(bytes, path);
      try {
        return use(file);
      } finally {
        file.close();
      }
    } catch (cause) {
      if (!(cause instanceof Error) || !cause.message.startsWith('HDF5-DIAG')) throw cause;
      throw unreadable(cause, path);
    }
  });
}

function unreadable(cause: Error, path: string): Error {
  const filter = /filter '([^']+)' is not registered/.exec(cause.message)?.[1];
  if (filter === undefined) return new Error(innermost(cause.message), { cause });
  return new MixturaError(
    `${path} is packed by the filter ${filter}, which is not read: repack it with gzip.`,
    {
      cause,
    },
  );
}

function readAny(file: Hdf5File, options: ReadOptions): Content {
  const arrays = file.arrays();
  const sparse = sparseGroup(
    file,
    arrays.map(({ name }) => name),
    options,
  );
  if (sparse !== undefined) {
    const values = readSparseGroup(file, sparse);
    const labels = options.label === undefined ? undefined : labelsOf(sparse, options);
    const names = options.reading === 1 ? {} : tenxNames(file, sparse, values, options);
    return { ...names, shape: [values.rows, values.columns], values, part: `matrix ${sparse}`, labels };
  }
  const samples = chooseSamples(arrays, options, file.path);
  const held = heldOut(arrays, samples.name);
  const content = (name: string, choice: ReadOptions): Content => ({
    ...file.numbers(name),
    ...(choice.reading === 1 ? {} : loomNames(file, name, choice)),
    part: `data set ${name}`,
    labels: labelsOf(name, choice),
  });
  function labelsOf(name: string, choice: ReadOptions): FoundLabels | undefined {
    const found = chooseLabels(arrays, name, choice, file.path);
    if (found === undefined) return undefined;
    if (found.name === name) {
      throw usageError(`${file.path} has ${name} as samples, not as labels; there is ${listed(arrays)}.`);
    }
    const words = file.words(found.name);
    const where = `${file.path} (${found.name})`;
    return { ...encodeLabels(words, where), from: found.name, asked: choice.label !== undefined };
  }
  // Read now, because the file does not stay open.
  const test = held && content(held.name, {});
  return { ...content(samples.name, options), ...(test && { test: () => test }) };
}

/** Names of genes (rows) and cells (columns) of a matrix that lies as 10x files have it; its samples are the columns. */
function tenxNames(
  file: Hdf5File,
  group: string,
  { rows, columns }: SparseRows,
  { transpose }: ReadOptions,
): Pick<Content, 'columns' | 'rows' | 'samplesLast' | 'notices'> {
  const words = (path: string, count: number) =>
    file.shape(path)?.length === 1 && file.shape(path)![0] === count ? file.words(path) : undefined;
  const genes = [`${group}/features/id`, `${group}/genes`].map((path) => words(path, rows)).find(Boolean);
  const cells = words(`${group}/barcodes`, columns);
  const tenx = genes !== undefined && cells !== undefined;
  const told = `${file.path} is laid out as 10x files are, ${rows} features x ${columns} cells: the cells are the samples.`;
  return {
    columns: cells,
    rows: genes && { id: { name: 'feature', values: genes } },
    ...(tenx && { samplesLast: true }),
    ...(tenx && transpose === undefined && { notices: [told] }),
  };
}

/** Names of genes (rows) and cells (columns) of the matrix of a Loom file; its samples are the columns. */
function loomNames(
  file: Hdf5File,
  name: string,
  { transpose }: ReadOptions,
): Pick<Content, 'columns' | 'rows' | 'samplesLast' | 'notices'> {
  const [rows, columns] = file.shape(name) ?? [];
  const loom = ['row_attrs', 'col_attrs'].every((group) => file.children(group) !== undefined);
  if (!loom || (name !== 'matrix' && !name.startsWith('layers/'))) return {};
  const words = (paths: readonly string[], count: number | undefined) => {
    const found = paths.find((path) => file.shape(path)?.length === 1 && file.shape(path)![0] === count);
    return found === undefined ? undefined : file.words(found);
  };
  const genes = words(['row_attrs/Accession', 'row_attrs/Gene', 'row_attrs/var_names'], rows);
  const cells = words(['col_attrs/CellID', 'col_attrs/obs_names'], columns);
  const unique = genes && new Set(genes).size === genes.length;
  const told = `${file.path} is laid out as Loom files are, ${rows} features x ${columns} cells: the cells are the samples.`;
  return {
    columns: cells,
    rows: unique ? { id: { name: 'feature', values: genes } } : undefined,
    samplesLast: true,
    ...(transpose === undefined && { notices: [told] }),
  };
}

/** The group that is asked for, or the only one that is sparse where nothing is dense. */
function sparseGroup(
  file: Hdf5File,
  names: readonly string[],
  { key, former }: ReadOptions,
): string | undefined {
  const wanted = key ?? former?.key;
  if (wanted !== undefined && isSparseGroup(file, wanted)) return wanted.replace(/^\/+/, '');
  if (key !== undefined) return undefined;
  const found = sparseGroups(file, names);
  const dense = names.some((name) => (file.shape(name)?.length ?? 0) >= 2);
  return found.length === 1 && !dense ? found[0] : undefined;
}

function sparseGroups(file: Hdf5File, names: readonly string[]): string[] {
  return names
    .filter((name) => name.endsWith('/indptr'))
    .map((name) => name.slice(0, -'/indptr'.length))
    .filter((group) => isSparseGroup(file, group));
}
