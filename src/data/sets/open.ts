/** @file Opens any data set: by its name, or by the path of a file or folder. */

import { closeSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { didYouMean } from '../../did-you-mean.js';
import { MixturaError, usageError } from '../../errors.js';
import type { Dataset } from '../dataset.js';
import { foreignContent, foreignFile } from '../foreign-files.js';
import { isGzip, isIdxHeader } from '../formats/idx.js';
import { type ImageOptions, imageFolder } from '../images/folder.js';
import { type Selection, select } from '../select.js';
import {
  isTableName,
  openTable,
  requireNoTableOptions,
  TABLE_KINDS,
  type TableKind,
  tableKind,
} from '../tables/table-file.js';
import type { TableOptions } from '../tables/table-options.js';
import { blobs } from './blobs.js';
import { cifarDataset, isCifarFolder } from './cifar.js';
import { CONSTRUCTED_SETS, expandSelection } from './constructed.js';
import { digits } from './digits.js';
import { ELASTIC_NAMES } from './elastic-splits.js';
import { grid } from './grid-gaussians.js';
import { idxDataset, labelsBeside, testBeside } from './idx-dataset.js';
import { NAMED_SETS, type NamedSetOptions, namedSet } from './named.js';
import { IMAGE_FOLDER_SETS } from './published-sets.js';
import { ring } from './ring.js';

/** Which classes {@link openDataset} selects, how it reads a table, where it finds a named set, which split it gives. */
export interface OpenOptions extends Selection, TableOptions, NamedSetOptions {
  /** `test` gives the held-out split (default `train`). */
  readonly split?: 'train' | 'test' | undefined;
}

const BUILT_IN: Readonly<Record<string, () => Dataset>> = {
  digits,
  ring: () => ring(),
  'ring-0.05': () => ring({ variance: 0.05 }),
  'ring-0.10': () => ring({ variance: 0.1 }),
  grid,
  blobs,
};

/** Every name that {@link openDataset} knows. */
export const DATASET_NAMES: readonly string[] = [
  ...Object.keys(BUILT_IN),
  ...NAMED_SETS,
  ...CONSTRUCTED_SETS,
];

/** What can be opened besides names, as a part of a sentence. */
export const FILE_KINDS = `a folder of images, an IDX file of images (plain or gzipped), or a table: ${TABLE_KINDS}`;

/**
 * Opens a data set by name (one of {@link DATASET_NAMES}) or by the path of
 * a folder (images, or batches of CIFAR-10), an IDX file, or a table (CSV, TSV, NPY, NPZ, Parquet, HDF5, AnnData,
 * MatrixMarket), and applies a selection of classes; a name wins over a file of the same name.
 *
 * @throws MixturaError if it is unknown, bad, cannot be had, or has no held-out split where one is asked for.
 *
 * @example
 * const dataset = await openDataset('digits', { classes: '0,4', ratio: '7:3' });
 * classCounts(dataset); // => [376, 161]
 */
export async function openDataset(nameOrPath: string, options: OpenOptions = {}): Promise<Dataset> {
  const { name, ...selection } = expandSelection({ ...options, name: nameOrPath });
  const dataset = select(await openWhole(name, options), selection);
  if (options.split !== 'test') return dataset;
  if (!dataset.test)
    throw usageError(`${nameOrPath} has no held-out split: use all of it, or give another file.`);
  return dataset.test();
}

async function openWhole(nameOrPath: string, options: OpenOptions): Promise<Dataset> {
  const builtIn = Object.hasOwn(BUILT_IN, nameOrPath) ? BUILT_IN[nameOrPath] : undefined;
  const named = NAMED_SETS.includes(nameOrPath) || CONSTRUCTED_SETS.includes(nameOrPath);
  if (builtIn || named) requireNoTableOptions(nameOrPath, options);
  if (!builtIn && !named && !statOf(nameOrPath)) throw unknown(nameOrPath);
  const images = named ? IMAGE_FOLDER_SETS.includes(nameOrPath) : !builtIn && isFolder(nameOrPath);
  if (!images) requireNoImageOptions(nameOrPath, options);
  if (builtIn) return builtIn();
  if (named) return namedSet(nameOrPath, options);
  if (isFolder(nameOrPath)) return openFolder(nameOrPath, options);
  return openFile(nameOrPath, options);
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

/** What is at a path; nothing where nothing is. @throws MixturaError where that cannot be seen. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    // A text that is no path at all names nothing.
    if (code === 'ENAMETOOLONG' || code === 'ERR_INVALID_ARG_VALUE') return undefined;
    const cure = code === 'ELOOP' ? 'its links lead in a circle, give another path' : 'check its permissions';
    throw new MixturaError(`${path} cannot be read (${message}): ${cure}.`, { cause });
  }
}

/** Whether a path is a folder that is opened as a folder of images. */
export function isImageFolder(path: string): boolean {
  return isFolder(path) && !isCifarFolder(path);
}

/** The format of the data at a name or path: `named set`, `folder of images`, `IDX`, `csv`, and so on. */
export function formatOf(nameOrPath: string): string {
  if (DATASET_NAMES.includes(nameOrPath)) return 'named set';
  if (isFolder(nameOrPath)) return isCifarFolder(nameOrPath) ? 'batches of CIFAR-10' : 'folder of images';
  return tableKind(nameOrPath, firstBytes(nameOrPath)) ?? 'IDX';
}

/** Batches of CIFAR-10, or else images. */
function openFolder(path: string, options: OpenOptions): Dataset | Promise<Dataset> {
  requireNoTableOptions(path, options);
  if (!isCifarFolder(path)) return imageFolder(path, options);
  requireNoImageOptions(path, options);
  return cifarDataset(path);
}

/** Refuses options of folders of images. @throws a usage error that names the option. */
function requireNoImageOptions(name: string, { size, crop, color, background }: ImageOptions): void {
  const given = [
    size && '--size',
    crop && '--crop',
    color && `--${color}`,
    background && '--background',
  ].filter(Boolean);
  if (given.length === 0) return;
  throw usageError(
    `${given.join(', ')} say how a folder of images is read, and ${name} is none: leave them out.`,
  );
}

async function openFile(path: string, options: OpenOptions): Promise<Dataset> {
  const regular = statOf(path)?.isFile() ?? false;
  const start = regular ? firstBytes(path) : new Uint8Array(0);
  const kind = tableKind(path, start);
  requireOwnKind(path, start, kind);
  if (kind !== undefined) return openTable(kind, path, start, options);
  requireNoTableOptions(path, options);
  if (!regular) {
    throw usageError(
      `${path} is a pipe or a device, and data are read more than once: write them to a file.`,
    );
  }
  if (!isGzip(start) && !isIdxHeader(start) && !/idx\d|ubyte|\.gz$/i.test(basename(path))) {
    throw usageError(`${path} is not a data file of a known kind: give ${FILE_KINDS}.`);
  }
  const test = testBeside(path);
  const load = (images: string, reading: TableOptions, held?: () => Dataset) =>
    idxDataset({
      name: basename(images),
      images,
      labels: labelsBeside(images),
      reading,
      source: `Samples of the IDX file ${images}.`,
      test: held,
    });
  const train: Dataset = load(path, options, test === undefined ? undefined : () => load(test, alike(train)));
  const alike = ({ kind, scaling, maximum }: Dataset): TableOptions => ({
    ...options,
    scaling: scaling ?? options.scaling,
    maximum: maximum ?? (kind === 'image' ? 1 : undefined),
  });
  return train;
}

/** @throws a usage error for a file of a kind that is known and not read; the names of text tables promise nothing. */
function requireOwnKind(path: string, start: Uint8Array, kind: TableKind | undefined): void {
  const unsure = kind === undefined || (kind === 'npz' && !/\.npz$/i.test(path));
  const text = kind === 'csv' || kind === 'mtx';
  const sentence =
    unsure && !isIdxHeader(start) ? foreignFile(path, start) : text && foreignContent(path, start);
  // A zip archive says more by what is in it.
  if (sentence && !(kind === 'npz' && /\.zip$/i.test(path))) throw usageError(sentence);
}

function firstBytes(path: string): Uint8Array {
  const bytes = new Uint8Array(8);
  try {
    const file = openSync(path, 'r');
    const length = readSync(file, bytes);
    closeSync(file);
    return bytes.subarray(0, length);
  } catch (cause) {
    throw new MixturaError(`${path} cannot be read (${(cause as Error).message}): check its permissions.`, {
      cause,
    });
  }
}

function unknown(nameOrPath: string): MixturaError {
  if (isLink(nameOrPath)) {
    return new MixturaError(`${nameOrPath} is a symbolic link to nothing: give the file or folder itself.`);
  }
  if (/[/\\]|\.gz$|ubyte$/i.test(nameOrPath) || isTableName(nameOrPath)) {
    return new MixturaError(`${nameOrPath} does not exist: check the name and the folder.`);
  }
  return usageError(
    `${nameOrPath} is neither a known data set nor a file${didYouMean(nameOrPath, DATASET_NAMES)}: ` +
      `give ${listedNames().join(', ')}, or the path of ${FILE_KINDS}.`,
  );
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** All names for a sentence, those of the 50 splits as one. */
function listedNames(): string[] {
  const others = DATASET_NAMES.filter((name) => !ELASTIC_NAMES.includes(name));
  return [...others, `${ELASTIC_NAMES[0]} to ${ELASTIC_NAMES.at(-1)}`];
}
