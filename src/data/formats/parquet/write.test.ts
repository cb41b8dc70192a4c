import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, it } from 'vitest';
import { encodeStruct } from './thrift-writer.js';
import { encodeParquet, type WrittenColumn } from './write.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function written(columns: readonly WrittenColumn[], rowsOfGroup?: number) {
  const path = join(folder, 'x.parquet');
  writeFileSync(path, Buffer.concat([...encodeParquet(columns, rowsOfGroup)]));
  const file = await asyncBufferFromFile(path);
  return { metadata: await parquetMetadataAsync(file), rows: await parquetReadObjects({ file }) };
}

it('writes whole numbers, floats and text that a reader gives back, missing ones too, over row groups', async () => {
  // 300 missing values in a run need a length of two bytes.
  const count = 1000;
  const numbers = Array.from({ length: count }, (_, i) => i - 500);
  const group = numbers.map((n) => (n >= -200 && n < 100 ? undefined : n));
  const share = numbers.map((n) => (n % 3 === 0 ? undefined : n / 7));
  const text = numbers.map((n) => (n % 2 ? `käse ${n}` : ''));
  const { metadata, rows } = await written(
    [
      { name: 'index', kind: 'whole', values: numbers },
      { name: 'group', kind: 'whole', values: group },
      { name: 'share', kind: 'real', values: share },
      { name: 'text "', kind: 'text', values: text },
    ],
    400,
  );
  expect([Number(metadata.num_rows), metadata.row_groups.length]).toEqual([1000, 3]);
  expect(
    metadata.schema.slice(1).map(({ name, type, repetition_type }) => [name, type, repetition_type]),
  ).toEqual([
    ['index', 'INT32', 'REQUIRED'],
    ['group', 'INT32', 'OPTIONAL'],
    ['share', 'DOUBLE', 'OPTIONAL'],
    ['text "', 'BYTE_ARRAY', 'REQUIRED'],
  ]);
  expect(rows.map((row) => row.index)).toEqual(numbers);
  expect(rows.map((row) => row.group ?? undefined)).toEqual(group);
  expect(rows.map((row) => row.share ?? undefined)).toEqual(share);
  expect(rows.map((row) => row['text "'])).toEqual(text);
});

it('writes more columns than a short list of the footer takes, and none of rows', async () => {
  const columns = Array.from(
    { length: 40 },
    (_, i): WrittenColumn => ({ name: `p${i}`, kind: 'real', values: [i] }),
  );
  const { rows } = await written(columns);
  expect(rows).toEqual([Object.fromEntries(columns.map(({ name }, i) => [name, i]))]);
  const empty = await written([{ name: 'a', kind: 'whole', values: [] }]);
  expect([Number(empty.metadata.num_rows), empty.rows]).toEqual([0, []]);
  expect(() => [...encodeParquet([columns[0]!, { ...columns[1]!, values: [] }])]).toThrow(
    'column p1 has 0 values for 1 rows',
  );
});

it('writes structs as the compact protocol has them', () => {
  // Field 1 of type i32 is 5 (zigzag 10), field 3 of type text has 2 bytes; then the end.
  expect([...encodeStruct({ 1: { i32: 5 }, 3: { text: 'ab' } })]).toEqual([0x15, 10, 0x28, 2, 97, 98, 0]);
  expect([...encodeStruct({ 2: { i64: -3 } })]).toEqual([0x26, 5, 0]);
  expect([...encodeStruct({ 1: { i64: 300 } })]).toEqual([0x16, 0xd8, 0x04, 0]);
});

it('writes days as dates and times, missing ones too, which a reader gives back', async () => {
  const { metadata, rows } = await written([
    { name: 'since', kind: 'date', values: [0, 18_628, undefined, -1] },
    { name: 'seen', kind: 'time', values: [0.5, 18_628 + 1 / 86_400, undefined, -0.25] },
  ]);
  expect(metadata.schema.slice(1).map(({ type, converted_type: told }) => [type, told])).toEqual([
    ['INT32', 'DATE'],
    ['INT64', 'TIMESTAMP_MILLIS'],
  ]);
  const text = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
  expect(rows.map(({ since, seen }) => [text(since), text(seen)])).toEqual([
    ['1970-01-01T00:00:00.000Z', '1970-01-01T12:00:00.000Z'],
    ['2021-01-01T00:00:00.000Z', '2021-01-01T00:00:01.000Z'],
    [null, null],
    ['1969-12-31T00:00:00.000Z', '1969-12-31T18:00:00.000Z'],
  ]);
});
