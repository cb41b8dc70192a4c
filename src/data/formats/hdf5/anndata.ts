/** @file AnnData (.h5ad): a matrix of cells x genes, dense or sparse, with a table `obs` that may hold labels. */

import { didYouMean } from '../../../did-you-mean.js';
import { MixturaError, usageError } from '../../../errors.js';
import { type ArrayEntry, listed, meant } from '../choose-array.js';
import type { Content, FoundLabels, ReadOptions } from '../content.js';
import { usualLabel } from '../label-column.js';
import { encodeLabels, wordOf } from '../labels.js';
import type { Hdf5File } from './file.js';
import { isSparseGroup, readSparseGroup, sparseShape } from './sparse.js';

const LISTED = 20;

/** Whether a file says that it is AnnData, or is laid out like it. */
export function isAnnData(file: Hdf5File): boolean {
  if (file.attribute('/', 'encoding-type') === 'anndata') return true;
  const children = file.children('/') ?? [];
  return ['X', 'obs', 'var'].every((name) => children.includes(name));
}

/**
 * Reads the matrix `key` (`X`, `raw/X`, `layers/counts`, ...; default `X`), and as labels the column of `obs` that is
 * asked for: categories, words, or numbers.
 *
 * @throws MixturaError naming what is there if the matrix or the column is not.
 */
export function readAnnData(file: Hdf5File, options: ReadOptions): Content {
  const { key, former, label } = options;
  const matrices = matrixNames(file);
  const before = former?.key !== undefined && matrices.includes(former.key) ? former.key : undefined;
  const name = key ?? before ?? 'X';
  const labels = label === undefined ? usualLabels(file, options) : readLabels(file, label);
  const named = options.reading === 1 ? {} : namesOf(file, name);
  const part = name === 'X' ? undefined : `matrix ${name}`;
  if (isSparseGroup(file, name)) {
    const values = readSparseGroup(file, name);
    return fitting({ ...named, shape: [values.rows, values.columns], values, labels, part });
  }
  if (file.shape(name) === undefined) {
    if (matrices.length === 0) {
      throw new MixturaError(
        `${file.path} holds no matrix (no X, raw/X, layers or obsm): save it with the values of its cells, in Python by adata.X = ... before adata.write_h5ad.`,
      );
    }
    if (key === undefined) {
      throw usageError(
        `${file.path} has no X, which is read where no other matrix is asked for: give --key ${matrices[0]}${matrices.length > 1 ? `, or another of ${listed(annDataMatrices(file))}` : ''}.`,
      );
    }
    throw usageError(
      `${file.path} has no matrix ${name}${meant(name, matrices)}; there is ${listed(annDataMatrices(file))}: ` +
        'give one of them as --key.',
    );
  }
  return fitting({ ...named, ...file.numbers(name), labels, part });
}

/** Names of rows and columns of a matrix: the index of `obs`, and that of `var` (of `raw/var` for `raw/X`). */
function namesOf(file: Hdf5File, matrix: string): Pick<Content, 'columns' | 'rows'> {
  // The columns of an embedding are no genes, though they may be as many.
  const columns = matrix.startsWith('obsm/')
    ? undefined
    : indexOf(file, matrix === 'raw/X' ? 'raw/var' : 'var');
  const rows = indexOf(file, 'obs');
  return { columns, rows: rows && { id: { name: 'obs', values: rows } } };
}

/** The index of a table of AnnData, whose name its attribute `_index` gives. */
function indexOf(file: Hdf5File, table: string): string[] | undefined {
  const name = file.attribute(table, '_index') ?? '_index';
  const path = `${table}/${String(name)}`;
  return file.shape(path) === undefined ? undefined : file.words(path);
}

/** Content without the names that are not as many as its rows or columns: those of another matrix. */
function fitting({ rows, columns, ...content }: Content): Content {
  const [count, width] = content.shape;
  return {
    ...content,
    columns: columns?.length === width && new Set(columns).size === width ? columns : undefined,
    rows: rows?.id?.values.length === count ? rows : undefined,
  };
}

/** The column of `obs` that has a usual name of labels, where it can be read and none is missing. */
function usualLabels(file: Hdf5File, options: ReadOptions): FoundLabels | undefined {
  if (options.reading === 1) return undefined;
  const names = (file.children('obs') ?? []).filter((name) => !name.startsWith('_'));
  const at = usualLabel(names, { reading: options.reading });
  if (at === undefined) return undefined;
  try {
    return { ...readLabels(file, names[at]!), asked: false };
  } catch (cause) {
    if (cause instanceof MixturaError) return undefined;
    throw cause;
  }
}

function matrixNames(file: Hdf5File): string[] {
  const within = (group: string) => (file.children(group) ?? []).map((name) => `${group}/${name}`);
  return ['X', 'raw/X', ...within('layers'), ...within('obsm')].filter(
    (name) => isSparseGroup(file, name) || file.shape(name)?.length === 2,
  );
}

/** The matrices of AnnData that can be read by `key`, with their sizes. */
export function annDataMatrices(file: Hdf5File): ArrayEntry[] {
  return matrixNames(file).map((name) => ({ name, shape: file.shape(name) ?? sparseShape(file, name) }));
}

function readLabels(file: Hdf5File, label: string): FoundLabels {
  const columns = file.children('obs');
  if (!columns) {
    throw new MixturaError(`${file.path} has obs in an old layout: save it again with a newer anndata.`);
  }
  const names = columns.filter((name) => !name.startsWith('_'));
  if (!names.includes(label)) {
    throw usageError(
      `${file.path} has no column ${label} in obs${didYouMean(label, names)}: its columns are ` +
        `${names.slice(0, LISTED).join(', ') || 'none'}.`,
    );
  }
  const where = `${file.path} (obs/${label})`;
  return {
    ...encodeLabels(wordsOf(file, `obs/${label}`, label, where), where),
    from: `obs/${label}`,
    asked: true,
  };
}

function wordsOf(file: Hdf5File, path: string, label: string, where: string): string[] {
  const parts = file.children(path);
  if (parts?.includes('codes') && parts.includes('categories')) {
    return decode(file, `${path}/codes`, `${path}/categories`, where);
  }
  if (parts?.includes('values') && parts.includes('mask')) {
    const missing = file.numbers(`${path}/mask`).values;
    return file.words(`${path}/values`).map((word, i) => (missing[i] ? '' : word));
  }
  if (parts)
    throw new MixturaError(`${where} is neither categories nor a list: give another column as --label.`);
  // Before version 0.8 the categories of all columns lay together.
  const former = `obs/__categories/${label}`;
  return file.shape(former) === undefined ? file.words(path) : decode(file, path, former, where);
}

/** A code below 0 stands for a missing label. */
function decode(file: Hdf5File, codes: string, categories: string, where: string): string[] {
  const names = file.words(categories);
  return Array.from(file.numbers(codes).values, (code) => {
    if (code < 0) return '';
    const name = names[code];
    if (name === undefined)
      throw new MixturaError(`${where} has the code ${wordOf(code)} without a category: get the file again.`);
    return name;
  });
}
