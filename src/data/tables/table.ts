/** @file Data sets of one array: orientation, counts, scaling of columns, and the checks that all formats share. */

import { basename } from 'node:path';
import { MixturaError, usageError } from '../../errors.js';
import { arrayDataset, type Dataset, type DatasetDescription } from '../dataset.js';
import { areTurned, matchColumns, unnamed } from '../formats/columns.js';
import type { Content, ReadOptions } from '../formats/content.js';
import { readCsv } from '../formats/csv/csv.js';
import { elementCount } from '../formats/limits.js';
import { readNpy } from '../formats/npy.js';
import { isSparse, rowOfEntry, sparseColumns, sparseDataset, transposeSparse } from '../formats/sparse.js';
import { tellOfAnswers } from './answer-hint.js';
import { codedTable, namesOf } from './coded.js';
import type { TableOptions } from './table-options.js';
import { tableValues } from './table-values.js';
import { inUnits } from './units.js';

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
  const table = readCsv(path, options);
  const { rows, columns, values, labels, classNames, label = '', id, kept, notices, found, aside } = table;
  return {
    shape: [rows, columns.length],
    values,
    found,
    aside,
    columns: table.named ? columns : undefined,
    called: table.named ? undefined : columns.map((number) => unnamed(Number(number) - 1)),
    rows: { id, kept },
    matched: !areTurned(options),
    labels: labels && classNames && { labels, classNames, from: label, asked: true },
    notices,
  };
}

/**
 * A data set of the first axis of an .npy array: `[n, f]` a table (two features are points), `[n, h, w]` grey
 * images, `[n, c, h, w]` images; what the numbers mean does not depend on their type.
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
  for (const sentence of found.notices ?? []) options.notice?.(sentence);
  const turned = isTransposed(found, options, path) ? transposed(found, path) : found;
  const ordered = inRunOrder(turned, options, path);
  tellOfAnswers(ordered, options, path);
  const { content, coding } = codedTable(ordered, options, path);
  const shape = sampleShape(content.shape, path);
  checkFinite(content.values, elementCount(shape), path);
  const count = content.shape[0]!;
  const units = inUnits(path, options, shape, content.values, coding);
  const first = !options.former && options.coding === undefined && options.reading !== 1;
  const columnValues =
    first && !units.columnValues ? tableValues(ordered, namesOf(ordered), coding) : undefined;
  const what = `${count} samples of shape ${shape.join(' x ')}`;
  const held = content.test;
  const alike: TableOptions = {
    ...options,
    coding: coding ?? (options.reading === 1 ? undefined : 'none'),
    onColumns: undefined,
    scaling: units.scaling ?? options.scaling,
    counts: units.largestCount ?? options.counts,
    maximum: units.maximum ?? (shape.length === 3 && units.range !== 'real' ? 1 : options.maximum),
  };
  const description = {
    columnValues,
    ...units,
    coding,
    ...fittingLabels(content, count, path),
    name: basename(path),
    kind: shape.length === 3 ? 'image' : shape[0] === 2 && !coding ? 'points' : 'table',
    shape,
    source: `${what} from ${path}${content.part === undefined ? '' : `, ${content.part}`}.`,
    columns: shape.length === 1 ? content.columns : undefined,
    rows: content.rows,
    test: held && (() => tableDataset(path, alike, held())),
  } as const;
  const { values } = units;
  return isSparse(values) ? sparseDataset(description, values) : arrayDataset({ ...description, values });
}

/** The columns in the order in which the run had its own, where both have names. */
function inRunOrder(content: Content, options: TableOptions, path: string): Content {
  const [rows = 0, count = 0, ...rest] = content.shape;
  if (content.matched || rest.length > 0 || count === 0) return content;
  const { order, notices } = matchColumns(path, content.columns, count, options);
  for (const sentence of notices) options.notice?.(sentence);
  if (!order) return content;
  const { values, columns } = content;
  return {
    ...content,
    shape: [rows, order.length],
    values: isSparse(values) ? sparseColumns(values, order) : denseColumns(values, count, order),
    columns: columns && order.map((at) => columns[at]!),
  };
}

function denseColumns<T extends Uint8Array | Float32Array | Float64Array>(
  values: T,
  count: number,
  order: readonly number[],
): T {
  const rows = values.length / count;
  const out = values.slice(0, 0).constructor as new (length: number) => T;
  const chosen = new out(rows * order.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < order.length; j++) chosen[i * order.length + j] = values[i * count + order[j]!]!;
  }
  return chosen;
}

/**
 * As the options say; else as the run's own table was read, unless only the other orientation has the run's columns;
 * else as the file itself shows.
 */
function isTransposed(
  { shape, samplesLast = false }: Content,
  { transpose, former }: TableOptions,
  path: string,
): boolean {
  if (transpose && shape.length !== 2) {
    throw usageError(`--transpose is for tables, and ${path} has shape ${shape.join(' x ')}: leave it out.`);
  }
  if (transpose !== undefined || shape.length !== 2) return transpose ?? false;
  if (!former || !(former.transpose || samplesLast)) return samplesLast;
  return shape[0] === former.columns || shape[1] !== former.columns;
}

function transposed(content: Content, path: string): Content {
  const [rows = 0, columns = 0] = content.shape;
  const { values, columns: names, rows: rowNames } = content;
  const shape = [columns, rows];
  const turned = {
    ...content,
    shape,
    columns: rowNames?.id?.values,
    called: undefined,
    aside: undefined,
    rows: names && { id: { name: 'column', values: names } },
  };
  if (isSparse(values)) return { ...turned, values: transposeSparse(values) };
  if (values.length !== rows * columns)
    throw new RangeError(`${path}: ${values.length} of ${rows} x ${columns}`);
  const out = values.slice();
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j]!;
  return { ...turned, values: out };
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
    if (isSparse(values) && Number.isNaN(numbers[at])) {
      throw new MixturaError(
        `${path}, row ${row + 1}, column ${column + 1} is NaN, and no rule of --missing is for sparse matrices, as what they do not store is 0: ` +
          'save 0 there, in Python by x.data = numpy.nan_to_num(x.data), or save the matrix dense by x.toarray().',
      );
    }
    throw new MixturaError(
      `${path}, row ${row + 1}, column ${column + 1} is ${numbers[at]}, not a finite float32: ` +
        'correct it or remove the row.',
    );
  }
}
