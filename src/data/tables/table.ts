/** @file Data sets of one array: orientation, counts, scaling of columns, and the checks that all formats share. */

import { basename } from 'node:path';
import { MixturaError, usageError } from '../../errors.js';
import {
  arrayDataset,
  type ColumnScaling,
  type Dataset,
  type DatasetDescription,
  type ValueRange,
} from '../dataset.js';
import type { Content, ReadOptions } from '../formats/content.js';
import { readCsv } from '../formats/csv.js';
import { elementCount } from '../formats/limits.js';
import { readNpy } from '../formats/npy.js';
import { isSparse, rowOfEntry, sparseDataset, sparseScaling, transposeSparse } from '../formats/sparse.js';
import { columnScaling, standardized } from '../scaling.js';
import { scaleCounts } from './counts.js';

/** How a table is read: its labels and part, and how its values are scaled. */
export interface TableOptions extends ReadOptions {
  /**
   * `none` reads columns as they are (default), `standardize` as (x - mean) / deviation of this file. The scaling of
   * another data set reads them as that data set does, to assign new rows to groups that were learned from it.
   */
  readonly scaling?: 'none' | 'standardize' | ColumnScaling | undefined;
  /** Stored byte that becomes 1 (default 255); for arrays of bytes. */
  readonly maximum?: number | undefined;
  /**
   * Values are counts and are read as log2(x + 1) / log2(largest + 1), where `largest` is the largest of the file
   * (`true`) or the given one (that of the run that learned the groups); larger ones are then read as 1.
   */
  readonly counts?: boolean | number | undefined;
}

/**
 * A data set of the rows of a CSV or TSV file; two columns are points.
 *
 * @throws MixturaError as `readCsv` does, or if a given scaling is for another number of columns.
 */
export function csvDataset(path: string, options: TableOptions = {}): Dataset {
  return tableDataset(path, options, csvContent(path, options));
}

/** A CSV or TSV file as content. @throws MixturaError as `readCsv` does. */
export function csvContent(path: string, options: ReadOptions = {}): Content {
  const { rows, columns, values, labels, classNames } = readCsv(path, options);
  const found = labels && classNames && { labels, classNames, from: 'the label column', asked: true };
  return { shape: [rows, columns.length], values, labels: found };
}

/**
 * A data set of the first axis of an .npy array: `[n, f]` a table (two features are points), `[n, h, w]` grey
 * images, `[n, c, h, w]` images; bytes are divided by `maximum`, floats taken as they are.
 *
 * @throws MixturaError as `readNpy` does, or if the array is empty, of another shape, or not finite somewhere.
 */
export function npyDataset(path: string, options: TableOptions = {}): Dataset {
  return tableDataset(path, options, npyContent(path));
}

/** An .npy file as content. @throws MixturaError as `readNpy` does. */
export function npyContent(path: string): Content {
  const { shape, data } = readNpy(path);
  return { shape, values: data };
}

/**
 * A data set of what a reader found in a file.
 *
 * @throws MixturaError naming the file if the array is empty, of a shape that is no samples, not finite somewhere (row
 * and column named), not of counts where those are said, or if labels or a given scaling do not fit.
 */
export function tableDataset(path: string, options: TableOptions, found: Content): Dataset {
  const content = isTransposed(found, options, path) ? transposed(found, path) : found;
  const shape = sampleShape(content.shape, path);
  checkFinite(content.values, elementCount(shape), path);
  const count = content.shape[0]!;
  const units = inUnits(path, options, shape, content.values);
  const what = `${count} samples of shape ${shape.join(' x ')}`;
  const held = content.test;
  const alike = {
    ...options,
    scaling: units.scaling ?? options.scaling,
    counts: units.largestCount ?? options.counts,
  };
  const description = {
    ...units,
    ...fittingLabels(content, count, path),
    name: basename(path),
    kind: shape.length === 3 ? 'image' : shape[0] === 2 ? 'points' : 'table',
    shape,
    source: `${what} from ${path}${content.part === undefined ? '' : `, ${content.part}`}.`,
    test: held && (() => tableDataset(path, alike, held())),
  } as const;
  const { values } = units;
  return isSparse(values) ? sparseDataset(description, values) : arrayDataset({ ...description, values });
}

type Units = Pick<DatasetDescription, 'range' | 'maximum' | 'scaling' | 'largestCount'> &
  Pick<Content, 'values'>;

/** Values as they are stored, and how they relate to those of the file. */
function inUnits(path: string, options: TableOptions, shape: number[], values: Content['values']): Units {
  const columns = shape[0]!;
  const { counts = options.former?.largestCount ?? false } = options;
  if (counts !== false) {
    if (shape.length > 1) {
      throw usageError(
        `--counts is for tables, and ${path} holds samples of ${shape.join(' x ')}: leave it out.`,
      );
    }
    const scaled = scaleCounts(values, columns, path, counts === true ? undefined : counts);
    return { values: scaled.values, range: 'unit', largestCount: scaled.largest };
  }
  if (values instanceof Uint8Array) return { values, range: 'unit', maximum: options.maximum ?? 255 };
  if (isSparse(values)) {
    return {
      values,
      range: 'real',
      scaling: resolveScaling(path, options, columns, () => sparseScaling(values)),
    };
  }
  if (shape.length > 1) return { values, range: rangeOf(values) };
  const scaling = resolveScaling(path, options, columns, () => columnScaling(values, columns));
  return { values: scaling ? applyScaling(values, scaling) : values, range: 'real', scaling };
}

function resolveScaling(
  path: string,
  { scaling = 'none' }: TableOptions,
  columns: number,
  own: () => ColumnScaling,
): ColumnScaling | undefined {
  if (scaling === 'none') return undefined;
  if (scaling === 'standardize') return own();
  if (scaling.shift.length === columns) return scaling;
  throw new MixturaError(
    `${path} has ${columns} columns of numbers where ${scaling.shift.length} are expected: give the same columns.`,
  );
}

function applyScaling(values: Float32Array | Float64Array, { shift, scale }: ColumnScaling): Float32Array {
  const columns = shift.length;
  const out = new Float32Array(values.length);
  for (let i = 0, j = 0; i < out.length; i++, j = j + 1 === columns ? 0 : j + 1) {
    out[i] = standardized(values[i]!, shift[j]!, scale[j]!);
  }
  return out;
}

/** As the options say; else as the run's own table was read, unless only the untransposed file has the run's columns. */
function isTransposed({ shape }: Content, { transpose, former }: TableOptions, path: string): boolean {
  if (transpose && shape.length !== 2) {
    throw usageError(`--transpose is for tables, and ${path} has shape ${shape.join(' x ')}: leave it out.`);
  }
  if (transpose !== undefined || !former?.transpose || shape.length !== 2) return transpose ?? false;
  return shape[0] === former.columns || shape[1] !== former.columns;
}

function transposed(content: Content, path: string): Content {
  const [rows = 0, columns = 0] = content.shape;
  const { values } = content;
  const shape = [columns, rows];
  if (isSparse(values)) return { ...content, shape, values: transposeSparse(values) };
  if (values.length !== rows * columns)
    throw new RangeError(`${path}: ${values.length} of ${rows} x ${columns}`);
  const out = values.slice();
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j]!;
  return { ...content, shape, values: out };
}

function sampleShape(whole: readonly number[], path: string): number[] {
  const [count = 0, ...rest] = whole;
  if (elementCount([count, ...rest]) === 0) {
    throw new MixturaError(
      `${path} holds no samples (shape ${whole.join(' x ')}): save an array of at least one.`,
    );
  }
  const shape = rest.length === 2 ? [1, ...rest] : rest;
  if (shape.length === 1 || (shape.length === 3 && shape[0]! <= 4)) return shape;
  throw new MixturaError(
    `${path} has shape ${whole.join(' x ')}, which is neither rows x features nor ` +
      'samples x height x width nor samples x channels x height x width: reshape or transpose it.',
  );
}

function fittingLabels(
  { labels: found }: Content,
  count: number,
  path: string,
): Pick<DatasetDescription, 'labels' | 'classNames'> {
  if (found === undefined) return {};
  const { labels, classNames, from, asked } = found;
  if (labels.length === count) return { labels, classNames };
  if (!asked) return {};
  throw new MixturaError(
    `${path} has ${labels.length} labels (${from}) for ${count} samples: give labels that belong to them.`,
  );
}

function checkFinite(values: Content['values'], size: number, path: string): void {
  const numbers: ArrayLike<number> = isSparse(values) ? values.values : values;
  for (let at = 0; at < numbers.length; at++) {
    if (Number.isFinite(Math.fround(numbers[at]!))) continue;
    const row = isSparse(values) ? rowOfEntry(values, at) : Math.floor(at / size);
    const column = isSparse(values) ? values.indices[at]! : at % size;
    throw new MixturaError(
      `${path}, row ${row + 1}, column ${column + 1} is ${numbers[at]}, not a finite float32: ` +
        'correct it or remove the row.',
    );
  }
}

function rangeOf(values: ArrayLike<number>): ValueRange {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  if (high > 1 || low < -1) return 'real';
  return low < 0 ? 'signed' : 'unit';
}
