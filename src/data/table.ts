/** @file Data sets from CSV, TSV and .npy files, and the scaling of table columns. */

import { basename } from 'node:path';
import { MixturaError } from '../errors.js';
import { type CsvOptions, readCsv } from './csv.js';
import {
  type ArraySource,
  arrayDataset,
  type ColumnScaling,
  type Dataset,
  type ValueRange,
} from './dataset.js';
import { type NpyArray, readNpy } from './npy.js';

export interface TableOptions extends CsvOptions {
  /**
   * `none` reads columns as they are (default), `standardize` as (x - mean) / deviation of this file, and a
   * scaling that another data set tells as that one does (to assign new rows to groups learned before).
   */
  readonly scaling?: 'none' | 'standardize' | ColumnScaling | undefined;
  /** Stored byte that becomes 1 (default 255); for arrays of bytes. */
  readonly maximum?: number | undefined;
}

/**
 * A data set of the rows of a CSV or TSV file; two columns are points.
 *
 * @throws MixturaError as `readCsv` does, or if a given scaling is for another number of columns.
 */
export function csvDataset(path: string, options: TableOptions = {}): Dataset {
  const table = readCsv(path, options);
  return build(path, options, [table.columns.length], {
    values: table.values,
    labels: table.labels,
    classNames: table.classNames,
    source: `${table.rows} rows of ${table.columns.length} columns from ${path}.`,
  });
}

/**
 * A data set of the first axis of an .npy array: `[n, f]` a table (two features are points), `[n, h, w]` grey
 * images, `[n, c, h, w]` images; bytes are divided by `maximum`, floats taken as they are.
 *
 * @throws MixturaError as `readNpy` does, or if the array is empty, of another shape, or not finite somewhere.
 */
export function npyDataset(path: string, options: TableOptions = {}): Dataset {
  const array = readNpy(path);
  const shape = sampleShape(array, path);
  checkFinite(array, shape, path);
  const source = `${array.shape[0]} samples of shape ${shape.join(' x ')} from ${path}.`;
  return build(path, options, shape, { values: array.data, source });
}

/**
 * Mean and deviation of every column, so that (x - shift) / scale has mean 0 and variance 1; a constant
 * column has scale 1.
 */
export function columnScaling(values: ArrayLike<number>, columns: number): ColumnScaling {
  const rows = values.length / columns;
  const shift = new Array<number>(columns).fill(0);
  const scale = new Array<number>(columns).fill(0);
  for (let i = 0; i < values.length; i++) shift[i % columns]! += values[i]! / rows;
  for (let i = 0; i < values.length; i++)
    scale[i % columns]! += (values[i]! - shift[i % columns]!) ** 2 / rows;
  return { shift, scale: scale.map((variance) => Math.sqrt(variance) || 1) };
}

type Parts = Pick<ArraySource, 'values' | 'labels' | 'classNames' | 'source'>;

function build(path: string, options: TableOptions, shape: number[], parts: Parts): Dataset {
  const image = shape.length === 3;
  const bytes = parts.values instanceof Uint8Array;
  const scaling = image || bytes ? undefined : resolveScaling(path, options, shape[0]!, parts.values);
  return arrayDataset({
    ...parts,
    name: basename(path),
    kind: image ? 'image' : shape[0] === 2 ? 'points' : 'table',
    shape,
    range: bytes ? 'unit' : image ? rangeOf(parts.values) : 'real',
    values: scaling ? applyScaling(parts.values, scaling) : parts.values,
    maximum: bytes ? (options.maximum ?? 255) : undefined,
    scaling,
  });
}

function resolveScaling(
  path: string,
  options: TableOptions,
  columns: number,
  values: ArraySource['values'],
): ColumnScaling | undefined {
  const scaling = options.scaling ?? 'none';
  if (scaling === 'none') return undefined;
  if (scaling === 'standardize') return columnScaling(values, columns);
  if (scaling.shift.length !== columns) {
    throw new MixturaError(
      `${path} has ${columns} columns of numbers where ${scaling.shift.length} are expected: give the same columns.`,
    );
  }
  return scaling;
}

function applyScaling(values: ArraySource['values'], { shift, scale }: ColumnScaling): Float32Array {
  const columns = shift.length;
  return Float32Array.from(values, (x, i) => (x - shift[i % columns]!) / scale[i % columns]!);
}

function sampleShape(array: NpyArray, path: string): number[] {
  const [count = 0, ...rest] = array.shape;
  if (array.data.length === 0) {
    throw new MixturaError(
      `${path} holds no samples (shape ${array.shape.join(' x ')}): save an array of at least one.`,
    );
  }
  const shape = rest.length === 2 ? [1, ...rest] : rest;
  if (shape.length === 1 || (shape.length === 3 && shape[0]! <= 4)) return shape;
  throw new MixturaError(
    `${path} has shape ${[count, ...rest].join(' x ')}, which is neither rows x features nor ` +
      'samples x height x width nor samples x channels x height x width: reshape or transpose it.',
  );
}

function checkFinite(array: NpyArray, shape: number[], path: string): void {
  const size = shape.reduce((product, n) => product * n, 1);
  const at = array.data.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (at < 0) return;
  throw new MixturaError(
    `${path}, row ${Math.floor(at / size) + 1}, column ${(at % size) + 1} is ${array.data[at]}, not a finite float32: ` +
      'correct it or remove the row.',
  );
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
