/** @file Parquet: flat tables of numbers, with an optional column of labels, read by hyparquet. */

import type { FileMetaData, SchemaElement } from 'hyparquet';
import type { DecodedArray } from 'hyparquet/src/types.js';
import { MixturaError } from '../../../errors.js';
import type { Content, ReadOptions } from '../content.js';
import { orDamaged } from '../damaged.js';
import { readBytes } from '../idx.js';
import { labelColumn } from '../label-column.js';
import { encodeLabels, wordOf } from '../labels.js';
import { MAX_BYTES, requirePlausible } from '../limits.js';
import { codecs, parquetPackages, type Unpack } from './codecs.js';
import { type ColumnChunk, chunkRange, unpackPages } from './pages.js';
import { readThrift } from './thrift.js';

type Hyparquet = typeof import('hyparquet');

interface Table {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly metadata: FileMetaData;
  readonly hyparquet: Hyparquet;
  readonly unpack: Readonly<Record<string, Unpack>>;
  /** Bytes that may still be unpacked. */
  budget: number;
}

const MAGIC = 'PAR1';
const FRAME = 12;
/** Index of rows that pandas writes as a column. */
const PANDAS_INDEX = /^__index_level_\d+__$/;
const DATES = new Set([
  'DATE',
  'TIME',
  'TIME_MILLIS',
  'TIME_MICROS',
  'TIMESTAMP',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'INTERVAL',
]);
const NUMBERS = new Set(['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE']);

/** Whether the bytes begin as a Parquet file does. */
export function isParquet(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === MAGIC;
}

/**
 * Reads the columns of numbers of a Parquet file, and one column of labels (`label`, else one named `label` or
 * `class`); an index that pandas wrote is left out.
 *
 * @throws MixturaError naming the file, row and column where a value is missing or not finite, a column of text, dates
 * or lists, damage, sizes beyond the file's own; or saying how to add hyparquet where it is missing.
 */
export async function readParquet(path: string, options: ReadOptions = {}): Promise<Content> {
  const bytes = readBytes(path);
  checkFrame(bytes, path);
  const packages = await parquetPackages(path);
  return orDamaged(path, async () => {
    const metadata = readMetadata(bytes, packages[0]);
    const budget = 4 * MAX_BYTES;
    return readTable(
      { path, bytes, metadata, hyparquet: packages[0], unpack: codecs(packages), budget },
      options,
    );
  });
}

function checkFrame(bytes: Uint8Array, path: string): void {
  if (bytes.length === 0) throw new MixturaError(`${path} is empty: get the file again.`);
  if (!isParquet(bytes)) {
    throw new MixturaError(
      `${path} is not a Parquet file (it does not begin with ${MAGIC}): give a Parquet file.`,
    );
  }
  if (bytes.length < FRAME || !isParquet(bytes.subarray(-4))) {
    throw new MixturaError(`${path} is truncated (it does not end with ${MAGIC}): get the file again.`);
  }
}

/** The footer; every size in it is checked before hyparquet uses it. */
function readMetadata(bytes: Uint8Array, { parquetMetadata }: Hyparquet): FileMetaData {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 8, true);
  if (length > bytes.length - FRAME) throw new RangeError(`its footer claims ${length} bytes`);
  const start = bytes.length - 8 - length;
  readThrift(bytes, start, start + length);
  return parquetMetadata(bytes.subarray(start), { geoparquet: false });
}

async function readTable(table: Table, options: ReadOptions): Promise<Content> {
  const { path, metadata, hyparquet } = table;
  const children = hyparquet.parquetSchema(metadata).children;
  const columns = children.filter(({ element }) => !PANDAS_INDEX.test(element.name));
  const names = columns.map(({ element }) => element.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new MixturaError(`${path} has two columns named ${twice}: rename one of them.`);
  const labelAt = labelColumn(names, options, true, path);
  columns.forEach(({ element, children: parts }, i) => {
    requireFlat(element, parts.length, i, path);
    if (i !== labelAt) requireNumbers(element, i, path);
  });
  const features = columns.map(({ element }) => element).filter((_, i) => i !== labelAt);
  const rows = rowCount(table, features.length);
  const single = features.every(({ type }) => type === 'FLOAT');
  const values = new (single ? Float32Array : Float64Array)(rows * features.length);
  for (const [k, element] of features.entries()) {
    await readColumn(table, element, (value, row) => {
      values[row * features.length + k] = toNumber(
        value,
        row,
        names.indexOf(element.name),
        element.name,
        path,
      );
    });
  }
  const labels = labelAt === undefined ? undefined : await readLabels(table, columns[labelAt]!.element, rows);
  return { shape: [rows, features.length], values, labels };
}

async function readLabels(table: Table, element: SchemaElement, rows: number): Promise<Content['labels']> {
  const words = new Array<string>(rows);
  await readColumn(table, element, (value, row) => {
    words[row] = typeof value === 'number' || typeof value === 'bigint' ? wordOf(value) : String(value ?? '');
  });
  return { ...encodeLabels(words, table.path), from: element.name, asked: true };
}

/** Rows of the whole file, compared with its size. */
function rowCount({ path, bytes, metadata }: Table, columns: number): number {
  if (columns === 0)
    throw new MixturaError(`${path} has no columns besides the labels: give columns of numbers.`);
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows !== Number(metadata.num_rows) || rows < 0)
    throw new RangeError('its groups have other rows than it says');
  if (rows === 0) throw new MixturaError(`${path} holds no rows: give at least one row of numbers.`);
  const claim = `${rows} rows of ${columns} columns`;
  // A column that repeats one value takes almost no bytes, so only a bit for each value is required.
  requirePlausible((rows * columns) / 8, bytes.length, path, claim);
  requirePlausible(rows * columns * 8, Infinity, path, claim);
  return rows;
}

/** Calls a function with every value of a column and its row, one group of rows after the other. */
async function readColumn(
  table: Table,
  element: SchemaElement,
  take: (value: unknown, row: number) => void,
): Promise<void> {
  let first = 0;
  for (const group of table.metadata.row_groups) {
    const rows = Number(group.num_rows);
    const meta = group.columns.find(
      ({ meta_data: data }) => data?.path_in_schema[0] === element.name,
    )?.meta_data;
    if (!meta) throw new RangeError(`column ${element.name} is missing`);
    let row = first;
    for (const part of rows === 0 ? [] : await readChunk(table, { element, meta, rows }, first)) {
      for (let i = 0; i < part.length; i++) take(part[i], row++);
    }
    if (row !== first + rows)
      throw new RangeError(`column ${element.name} has ${row - first} of ${rows} values`);
    first = row;
  }
}

/** The values of one column in the group of rows that begins at `first`. */
async function readChunk(table: Table, chunk: ColumnChunk, first: number): Promise<DecodedArray[]> {
  const { bytes, metadata, hyparquet } = table;
  const { codec } = chunk.meta;
  const unpack = Object.hasOwn(table.unpack, codec) ? table.unpack[codec] : undefined;
  if (!unpack) {
    throw new MixturaError(
      `${table.path} is compressed by ${codec}, which is not read: save it with zstd or snappy.`,
    );
  }
  if (chunk.meta.encodings.includes('DELTA_BYTE_ARRAY')) {
    throw new MixturaError(
      `${table.path} has column ${chunk.element.name} in the encoding DELTA_BYTE_ARRAY, which is not read: write it ` +
        'with a dictionary.',
    );
  }
  const { start, end } = chunkRange(chunk, bytes.length);
  const pages = unpackPages(bytes.subarray(start, end), chunk, unpack, (size) => {
    table.budget -= size;
    if (table.budget < 0) throw new RangeError('its pages unpack to more than 8 GiB');
  });
  const next = pages.values();
  const parts: DecodedArray[] = [];
  await hyparquet.parquetRead({
    file: { byteLength: bytes.length, slice: (from, to) => Uint8Array.from(bytes.subarray(from, to)).buffer },
    metadata,
    columns: [chunk.element.name],
    rowStart: first,
    rowEnd: first + chunk.rows,
    // The pages are unpacked already, in the order in which they are asked for.
    compressors: { [codec]: () => next.next().value ?? new Uint8Array(0) },
    onChunk: ({ columnData }) => {
      parts.push(columnData);
    },
  });
  return parts;
}

function requireFlat(
  { name, repetition_type: kind }: SchemaElement,
  parts: number,
  i: number,
  path: string,
): void {
  if (parts === 0 && kind !== 'REPEATED') return;
  throw new MixturaError(
    `${path}, column ${i + 1} (${name}) holds lists or records, and only numbers are read: make it columns of its own.`,
  );
}

function requireNumbers(element: SchemaElement, i: number, path: string): void {
  const { name, type = '', converted_type: converted = '', logical_type: logical } = element;
  const dates = DATES.has(converted) || DATES.has(logical?.type ?? '') || type === 'INT96';
  const decimal = converted === 'DECIMAL' || logical?.type === 'FLOAT16';
  if (!dates && (NUMBERS.has(type) || decimal)) return;
  throw new MixturaError(
    `${path}, column ${i + 1} (${name}) holds ${dates ? 'dates or times' : 'text'}, not numbers: leave it out, or ` +
      'name it with --label if it holds labels.',
  );
}

function toNumber(value: unknown, row: number, column: number, name: string, path: string): number {
  const plain = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  const number = plain ? Number(value) : Number.NaN;
  if (Number.isFinite(Math.fround(number))) return number;
  const what =
    value === null || value === undefined ? 'is missing' : `is ${String(value)}, not a finite number`;
  throw new MixturaError(
    `${path}, row ${row + 1}, column ${column + 1} (${name}) ${what}: correct it or remove the row.`,
  );
}
