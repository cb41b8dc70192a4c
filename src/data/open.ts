/** @file One way to every data set: by name, or by the path of a file. */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { MixturaError, usageError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { digits } from './digits.js';
import { isGzip, isIdxHeader } from './idx.js';
import { idxDataset, labelsBeside, testBeside } from './idx-dataset.js';
import { NAMED_SETS, type NamedSetOptions, namedSet } from './named.js';
import { didYouMean } from './nearest.js';
import { isNpy } from './npy.js';
import { ring } from './ring.js';
import { type Selection, select } from './select.js';
import { csvDataset, npyDataset, type TableOptions } from './table.js';

/** How {@link openDataset} opens: which classes, how a table is read, where a named set is found, which split. */
export interface OpenOptions extends Selection, TableOptions, NamedSetOptions {
  /** `test` gives the held-out split (default `train`). */
  readonly split?: 'train' | 'test' | undefined;
}

const BUILT_IN: Readonly<Record<string, () => Dataset>> = {
  digits,
  ring: () => ring(),
  'ring-0.05': () => ring({ variance: 0.05 }),
  'ring-0.10': () => ring({ variance: 0.1 }),
};

/** Every name that {@link openDataset} knows. */
export const DATASET_NAMES: readonly string[] = [...Object.keys(BUILT_IN), ...NAMED_SETS];

const FILE_KINDS = 'an IDX file of images (plain or gzipped), .csv, .tsv, or .npy';

/**
 * Opens a data set by name (`digits`, `ring`, `ring-0.05`, `ring-0.10`, `mnist`, `fashion-mnist`) or by the path of
 * an IDX, CSV, TSV or .npy file, and applies a selection of classes; a name wins over a file of the same name.
 *
 * @throws MixturaError if it is unknown, bad, cannot be had, or has no held-out split where one is asked for.
 */
export async function openDataset(nameOrPath: string, options: OpenOptions = {}): Promise<Dataset> {
  const whole = await openWhole(nameOrPath, options);
  const dataset = select(whole, options);
  if (options.split !== 'test') return dataset;
  if (!dataset.test)
    throw usageError(`${nameOrPath} has no held-out split: use all of it, or give another file.`);
  return dataset.test();
}

async function openWhole(nameOrPath: string, options: OpenOptions): Promise<Dataset> {
  const builtIn = Object.hasOwn(BUILT_IN, nameOrPath) ? BUILT_IN[nameOrPath] : undefined;
  const named = NAMED_SETS.includes(nameOrPath);
  if ((builtIn || named) && options.label !== undefined) throw labelOnly(nameOrPath);
  if (builtIn) return builtIn();
  if (named) return namedSet(nameOrPath, options);
  return openFile(nameOrPath, options);
}

function openFile(path: string, options: OpenOptions): Dataset {
  const kind = fileKind(path);
  if (kind === 'csv') return csvDataset(path, options);
  if (options.label !== undefined) throw labelOnly(path);
  if (kind === 'npy') return npyDataset(path, options);
  const test = testBeside(path);
  const load = (images: string, held?: () => Dataset) =>
    idxDataset({
      name: basename(images),
      images,
      labels: labelsBeside(images),
      maximum: options.maximum,
      source: `Samples of the IDX file ${images}.`,
      test: held,
    });
  return load(path, test === undefined ? undefined : () => load(test));
}

/** By content where that is certain, else by name, so that the reader of that format says what is wrong. */
function fileKind(path: string): 'idx' | 'npy' | 'csv' {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw unknown(path);
  const start = stats.isFile() ? firstBytes(path) : new Uint8Array(0);
  if (isNpy(start) || /\.npy$/i.test(path)) return 'npy';
  if (/\.(csv|tsv)$/i.test(path)) return 'csv';
  if (isGzip(start) || isIdxHeader(start) || /idx\d|ubyte|\.gz$/i.test(basename(path))) return 'idx';
  throw usageError(`${path} is not a data file of a known kind: give ${FILE_KINDS}.`);
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
  if (/[/\\]|\.(csv|tsv|npy|gz)$|ubyte$/i.test(nameOrPath)) {
    return new MixturaError(`${nameOrPath} does not exist: check the name and the folder.`);
  }
  return usageError(
    `${nameOrPath} is neither a known data set nor a file${didYouMean(nameOrPath, DATASET_NAMES)}: ` +
      `give ${DATASET_NAMES.join(', ')}, or the path of ${FILE_KINDS}.`,
  );
}

function labelOnly(name: string): MixturaError {
  return usageError(`--label names a column of a CSV or TSV file, and ${name} is none: leave it out.`);
}
