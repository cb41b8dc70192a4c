/** @file Parquet files of plain, uncompressed columns. */

import { encodeStruct, type ThriftField, type ThriftFields } from './thrift-writer.js';

/** A column to write; an undefined value is missing. */
export interface WrittenColumn {
  readonly name: string;
  /**
   * `whole`: 32 bits, signed; `real`: 64 bits; `text`: UTF-8; `date` and `time`: days since 1970-01-01 UTC, written as a
   * day and as milliseconds.
   */
  readonly kind: 'whole' | 'real' | 'text' | 'date' | 'time';
  readonly values: readonly (number | string | undefined)[];
}

const MAGIC = Buffer.from('PAR1');
/** Rows of a row group. */
const ROWS = 1_000_000;
/** Physical types, as the format numbers them. */
const TYPES = { whole: 1, real: 5, text: 6, date: 1, time: 2 } as const;
/** Marks of what a physical type means. */
const CONVERTED = { date: 6, time: 9 } as const;
const DAY = 86_400_000;
const [REQUIRED, OPTIONAL] = [0, 1];
const [PLAIN, RLE] = [0, 3];
const UTF8 = 0;
const UNCOMPRESSED = 0;
const DATA_PAGE = 0;

/**
 * The pieces of a Parquet file with these columns, one page each in every row group.
 *
 * Source: Apache Parquet format 2, encoding PLAIN.
 * @throws RangeError if the columns differ in length (a programming error)
 */
export function* encodeParquet(columns: readonly WrittenColumn[], rowsOfGroup = ROWS): Generator<Uint8Array> {
  const rows = columns[0]?.values.length ?? 0;
  const other = columns.find(({ values }) => values.length !== rows);
  if (other) throw new RangeError(`column ${other.name} has ${other.values.length} values for ${rows} rows`);
  const missing = columns.map(({ values }) => values.includes(undefined));
  const groups: ThriftField[] = [];
  yield MAGIC;
  let at = MAGIC.length;
  for (let first = 0; first < rows; first += rowsOfGroup) {
    const count = Math.min(rowsOfGroup, rows - first);
    const chunks: ThriftField[] = [];
    const start = at;
    for (const [i, column] of columns.entries()) {
      const page = encodePage(column, first, count, missing[i]!);
      yield page;
      chunks.push({ struct: chunkOf(column, at, page.length, count) });
      at += page.length;
    }
    groups.push({
      struct: { 1: { list: chunks }, 2: { i64: at - start }, 3: { i64: count } },
    });
  }
  const footer = encodeStruct({
    1: { i32: 1 },
    2: { list: schemaOf(columns, missing) },
    3: { i64: rows },
    4: { list: groups },
    6: { text: 'mixtura' },
  });
  yield footer;
  const end = Buffer.concat([Buffer.alloc(4), MAGIC]);
  end.writeUInt32LE(footer.length);
  yield end;
}

function schemaOf(columns: readonly WrittenColumn[], missing: readonly boolean[]): ThriftField[] {
  const root: ThriftField = { struct: { 4: { text: 'schema' }, 5: { i32: columns.length } } };
  const leaves = columns.map(({ name, kind }, i): ThriftField => {
    const common: ThriftFields = {
      1: { i32: TYPES[kind] },
      3: { i32: missing[i] ? OPTIONAL : REQUIRED },
      4: { text: name },
    };
    // The old mark of text and the new one: a union whose first kind, an empty struct, is text.
    const text: ThriftFields = { 6: { i32: UTF8 }, 10: { struct: { 1: { struct: {} } } } };
    if (kind === 'date' || kind === 'time') return { struct: { ...common, 6: { i32: CONVERTED[kind] } } };
    return { struct: kind === 'text' ? { ...common, ...text } : common };
  });
  return [root, ...leaves];
}

function chunkOf({ name, kind }: WrittenColumn, at: number, bytes: number, count: number): ThriftFields {
  const metadata: ThriftFields = {
    1: { i32: TYPES[kind] },
    2: { list: [{ i32: PLAIN }, { i32: RLE }] },
    3: { list: [{ text: name }] },
    4: { i32: UNCOMPRESSED },
    5: { i64: count },
    6: { i64: bytes },
    7: { i64: bytes },
    9: { i64: at },
  };
  return { 2: { i64: at }, 3: { struct: metadata } };
}

/** A page with its header. */
function encodePage(column: WrittenColumn, first: number, count: number, missing: boolean): Uint8Array {
  const all = column.values.slice(first, first + count);
  const levels = missing ? encodeLevels(all) : Buffer.alloc(0);
  const body = Buffer.concat([levels, encodeValues(column.kind, all)]);
  const page: ThriftFields = { 1: { i32: count }, 2: { i32: PLAIN }, 3: { i32: RLE }, 4: { i32: RLE } };
  const header = encodeStruct({
    1: { i32: DATA_PAGE },
    2: { i32: body.length },
    3: { i32: body.length },
    5: { struct: page },
  });
  return Buffer.concat([header, body]);
}

/** Which values are there: runs of 1 and of 0, after the number of their bytes. */
function encodeLevels(values: WrittenColumn['values']): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < values.length; ) {
    const there = values[at] !== undefined;
    let end = at + 1;
    while (end < values.length && (values[end] !== undefined) === there) end++;
    let run = 2 * (end - at);
    for (; run > 127; run = Math.floor(run / 128)) bytes.push((run % 128) | 128);
    bytes.push(run, there ? 1 : 0);
    at = end;
  }
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, Uint8Array.from(bytes)]);
}

function encodeValues(kind: WrittenColumn['kind'], values: WrittenColumn['values']): Buffer {
  const there = values.filter((value) => value !== undefined);
  if (kind === 'text') {
    return Buffer.concat(
      there.flatMap((value) => {
        const text = Buffer.from(String(value));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        return [length, text];
      }),
    );
  }
  const size = TYPES[kind] === 1 ? 4 : 8;
  const out = Buffer.alloc(size * there.length);
  there.forEach((value, i) => {
    if (kind === 'whole' || kind === 'date') out.writeInt32LE(Number(value), 4 * i);
    else if (kind === 'time') out.writeBigInt64LE(BigInt(Math.round(DAY * Number(value))), 8 * i);
    else out.writeDoubleLE(Number(value), 8 * i);
  });
  return out;
}
