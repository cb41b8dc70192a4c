/** @file The values of one column of a Parquet file, group of rows by group of rows. */

import type { FileMetaData, SchemaElement } from 'hyparquet';
import type { DecodedArray } from 'hyparquet/src/types.js';
import { MixturaError } from '../../../errors.js';
import { wordOf } from '../labels.js';
import type { Unpack } from './codecs.js';
import { type ColumnChunk, chunkRange, unpackPages } from './pages.js';

/** The package. */
export type Hyparquet = typeof import('hyparquet');

/** A file that is being read. */
export interface Table {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly metadata: FileMetaData;
  readonly hyparquet: Hyparquet;
  readonly unpack: Readonly<Record<string, Unpack>>;
  /** Bytes that may still be unpacked. */
  budget: number;
}

/** Calls a function with every value of a column and its row, one group of rows after the other. */
export async function readColumn(
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

/** A column as words; a missing value is the empty one. */
export async function readWords(table: Table, element: SchemaElement): Promise<string[]> {
  const words: string[] = [];
  await readColumn(table, element, (value, row) => {
    words[row] = wordsOf(value);
  });
  return words;
}

function wordsOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return wordOf(value);
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}
