/** @file Files that hold a table or another array: which kind one is, and the reader of each. */

import { usageError } from '../../errors.js';
import type { Dataset } from '../dataset.js';
import type { Content, ReadOptions } from '../formats/content.js';
import { isHdf5 } from '../formats/hdf5/file.js';
import { readHdf5 } from '../formats/hdf5/thread.js';
import { isGzip } from '../formats/idx.js';
import { readMatrixMarket } from '../formats/matrix-market.js';
import { isNpy } from '../formats/npy.js';
import { readNpz } from '../formats/npz.js';
import { isParquet, readParquet } from '../formats/parquet/parquet.js';
import { isZip } from '../formats/zip.js';
import { withNamesBeside } from './matrix-names.js';
import { csvContent, npyContent, tableDataset } from './table.js';
import type { TableOptions } from './table-options.js';

interface Format {
  /** The endings of the names of such files. */
  readonly ending: RegExp;
  /** Whether the first bytes of a file prove that it is of this kind. */
  readonly begins?: (start: Uint8Array) => boolean;
  /** Whether a part of the file can be named by --key. */
  readonly parts?: boolean;
  /** Whether its columns can be chosen by name. */
  readonly named?: boolean;
  /** Whether it can hold labels. */
  readonly labels?: boolean;
  read(path: string, options: ReadOptions, start: Uint8Array): Content | Promise<Content>;
}

const FORMATS = {
  npy: { ending: /\.npy$/i, begins: isNpy, read: npyContent },
  npz: { ending: /\.npz$/i, begins: isZip, parts: true, labels: true, read: readNpz },
  parquet: { ending: /\.(parquet|pq)$/i, begins: isParquet, labels: true, named: true, read: readParquet },
  hdf5: { ending: /\.(h5|hdf5|h5ad)$/i, begins: isHdf5, parts: true, labels: true, read: readHdf5 },
  mtx: {
    ending: /\.mtx(\.gz)?$/i,
    begins: (start) => Buffer.from(start.subarray(0, 8)).toString('latin1') === '%%Matrix',
    read: async (path, options, start) =>
      withNamesBeside(path, await readMatrixMarket(path, isGzip(start)), options),
  },
  csv: { ending: /\.(csv|tsv)(\.gz)?$/i, labels: true, named: true, read: csvContent },
} as const satisfies Readonly<Record<string, Format>>;

/** A kind of file that holds a table: `csv`, `npy`, ... */
export type TableKind = keyof typeof FORMATS;

/** The kinds of tables, as a part of a sentence. */
export const TABLE_KINDS = '.csv or .tsv (plain or gzipped), .npy, .npz, .parquet, .h5, .h5ad, .mtx';

/** The kind of a file, by its first bytes where those are certain, else by its name. */
export function tableKind(path: string, start: Uint8Array): TableKind | undefined {
  const kinds = Object.entries(FORMATS) as [TableKind, Format][];
  const found =
    kinds.find(([, { begins }]) => begins?.(start)) ?? kinds.find(([, { ending }]) => ending.test(path));
  return found?.[0];
}

/** Whether a name ends as the name of a table's file does. */
export function isTableName(name: string): boolean {
  return Object.values<Format>(FORMATS).some(({ ending }) => ending.test(name));
}

/**
 * Opens a table's file.
 *
 * @param start its first bytes, 8 or more if there are so many.
 * @throws MixturaError naming the file if it is bad, or an option is not for its kind.
 */
export async function openTable(
  kind: TableKind,
  path: string,
  start: Uint8Array,
  options: TableOptions,
): Promise<Dataset> {
  const { parts, labels, named, read }: Format = FORMATS[kind];
  if (options.key !== undefined && !parts) {
    throw usageError(`--key names an array of an .npz or HDF5 file, and ${path} is none: leave it out.`);
  }
  if (options.header !== undefined && kind !== 'csv') {
    throw usageError(`--header is for the first line of a text table, and ${path} is none: leave it out.`);
  }
  const text = [options.delimiter !== undefined && '--delimiter', options.decimal && '--decimal'].filter(
    Boolean,
  );
  if (text.length > 0 && kind !== 'csv') {
    throw usageError(`${text.join(', ')} say how a text table is read, and ${path} is none: leave them out.`);
  }
  const columns = [
    options.id !== undefined && '--id',
    options.drop && '--drop',
    options.keep && '--keep',
    options.allColumns && '--columns',
  ].filter(Boolean);
  if (columns.length > 0 && !named) {
    throw usageError(
      `${columns.join(', ')} name columns, and those of ${path} have no names: leave them out.`,
    );
  }
  if (options.label !== undefined && !labels) {
    throw usageError(
      `--label names a column of a table or an array of labels, and ${path} has none: leave it out.`,
    );
  }
  return tableDataset(path, options, await read(path, options, start));
}

/** Refuses options of tables for other data. @throws a usage error that names the option. */
export function requireNoTableOptions(name: string, options: TableOptions): void {
  const { label, key, transpose, counts, header, id, drop, keep } = options;
  const { delimiter, decimal, missing, categories } = options;
  if (label !== undefined) {
    throw usageError(`--label names a column of a table, and ${name} is none: leave it out.`);
  }
  const given = [
    key !== undefined && '--key',
    transpose && '--transpose',
    counts && '--counts',
    header && '--header',
    id !== undefined && '--id',
    drop && '--drop',
    keep && '--keep',
    options.allColumns && '--columns',
    delimiter !== undefined && '--delimiter',
    decimal && '--decimal',
    missing && '--missing',
    categories !== undefined && '--categories',
  ].filter(Boolean);
  if (given.length === 0) return;
  throw usageError(`${given.join(', ')} say how a table is read, and ${name} is none: leave them out.`);
}
