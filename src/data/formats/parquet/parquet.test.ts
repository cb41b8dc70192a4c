import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MixturaError } from '../../../errors.js';
import { openDataset } from '../../sets/open.js';
import { optionalPackage } from '../optional-package.js';
import { checkZstd } from './codecs.js';
import { readParquet } from './parquet.js';
import { walkDeltas, walkRuns } from './runs.js';
import { readThrift, type ThriftStruct } from './thrift.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string) => join(import.meta.dirname, '../../../../test/fixtures/tables', name);

function file(bytes: Uint8Array): string {
  const path = join(folder, 'f.parquet');
  writeFileSync(path, bytes);
  return path;
}

/** A file whose every footer field of 64 bits with the value 7 has another one. */
function withRows(varint: readonly number[]): Uint8Array {
  const whole = readFileSync(fixture('required.parquet'));
  const start = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
  const footer = [...whole.subarray(start, -8)];
  for (let at = 0; at + 1 < footer.length; at++) {
    if (footer[at] === 0x16 && footer[at + 1] === 14) footer.splice(at + 1, 1, ...varint);
  }
  const end = Buffer.from('....PAR1');
  end.writeUInt32LE(footer.length);
  return Buffer.concat([whole.subarray(0, start), Buffer.from(footer), end]);
}

describe('readParquet', () => {
  it.each(['s', 'ms', 'us', 'ns', 'arrow'])(
    'reads durations of pandas and of Arrow in seconds: %s',
    async (unit) => {
      const path = fixture(`duration-${unit}.parquet`);
      const { values, columns, notices } = await readParquet(path);
      expect([columns, ...(values as Float64Array)]).toEqual([
        ['a', 'took'],
        ...[0.5, 60, 1.5, Number.NaN, 2.5, 90, 3.5, 3600],
      ]);
      expect(notices).toEqual([`${path}: the column took holds durations, read in seconds.`]);
    },
  );

  it('takes a column named label for labels, and none where there is none', async () => {
    const split = await readParquet(fixture('split-bytes.parquet'));
    expect([split.shape, split.labels?.from, split.values instanceof Float32Array]).toEqual([
      [7, 4],
      'label',
      true,
    ]);
    expect((await readParquet(fixture('required.parquet'))).labels).toBeUndefined();
  });

  it('leaves out the label column of a former table where there are more columns than that had', async () => {
    const former = { label: 'b', columns: 1 };
    expect((await readParquet(fixture('required.parquet'), { former })).shape).toEqual([7, 1]);
    expect(
      (await readParquet(fixture('required.parquet'), { former: { ...former, columns: 2 } })).shape,
    ).toEqual([7, 2]);
  });

  it.each([
    ['nested', 'nested.parquet, column 2 (b) holds lists or records'],
    ['rowless', 'rowless.parquet holds no rows'],
  ])('refuses %s.parquet', async (name, message) => {
    await expect(readParquet(fixture(`${name}.parquet`))).rejects.toThrow(message);
  });

  it.each([
    ['missing', 'missing.parquet, row 2, column 1 (a) is missing: correct it or remove the row.', 1],
    ['nan', 'nan.parquet, row 2, column 1 (a) is NaN, not a finite number', 1],
    ['words', 'words.parquet, column 2 (when) holds dates or times, not numbers', undefined],
    [
      'snappy',
      'snappy.parquet, column 8 (kind) holds text, not numbers: leave it out, or name it',
      undefined,
    ],
  ] as const)('refuses %s.parquet for a run of numbers alone', async (name, message, reading) => {
    await expect(readParquet(fixture(`${name}.parquet`), { coding: 'none', reading })).rejects.toThrow(
      message,
    );
  });

  it('reads what is missing as NaN, dates as days, truth and words as categories', async () => {
    const { values } = await readParquet(fixture('missing.parquet'));
    expect((values as Float64Array)[2]).toBeNaN();
    const { found, columns } = await readParquet(fixture('snappy.parquet'));
    expect(columns?.[4]).toBe('flag');
    expect([found?.[0], found?.[4], found?.[7]]).toEqual([
      { kind: 'number', name: 'i4' },
      { kind: 'category', name: 'flag', words: ['true', 'false'] },
      { kind: 'category', name: 'kind', words: ['gamma', 'beta', 'alpha'] },
    ]);
    expect(
      (await readParquet(fixture('words.parquet'))).found?.find(({ kind }) => kind === 'date'),
    ).toBeDefined();
  });

  it('names the columns where the one of labels is not there', async () => {
    const path = fixture('required.parquet');
    await expect(readParquet(path, { label: 'c' })).rejects.toThrow('has no column c');
    await expect(readParquet(path, { label: 'c' })).rejects.toMatchObject({ exitCode: 2 });
    await expect(readParquet(fixture('prefix.parquet'), { label: 'kind' })).rejects.toThrow(
      'has column kind in the encoding DELTA_BYTE_ARRAY, which is not read: write it with a dictionary.',
    );
    await expect(openDataset(path, { key: 'a' })).rejects.toThrow(
      '--key names an array of an .npz or HDF5 file',
    );
  });

  it('refuses what is empty, of another kind, cut, or claims a footer beyond its size', async () => {
    const whole = readFileSync(fixture('zstd.parquet'));
    await expect(readParquet(file(Buffer.alloc(0)))).rejects.toThrow('f.parquet is empty');
    await expect(readParquet(file(Buffer.from('a,b\n1,2\n')))).rejects.toThrow('does not begin with PAR1');
    await expect(readParquet(file(whole.subarray(0, -1)))).rejects.toThrow('is truncated');
    await expect(readParquet(file(Buffer.from('PAR1PAR1')))).rejects.toThrow('is truncated');
    const long = Buffer.from(whole);
    long.writeUInt32LE(0xfffffff0, long.length - 8);
    await expect(readParquet(file(long))).rejects.toThrow('its footer claims 4294967280 bytes');
  });

  it('refuses rows beyond what the file can hold, before it makes room for them', async () => {
    expect((await readParquet(file(withRows([14])))).shape).toEqual([7, 2]);
    const many = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20];
    await expect(readParquet(file(withRows(many)))).rejects.toThrow(
      /claims 549755813888 rows of 2 columns, more than a file of \d+ bytes can hold/,
    );
    await expect(readParquet(file(withRows([0x80, 8])))).rejects.toThrow('is damaged');
    await expect(readParquet(file(withRows([13])))).rejects.toThrow(MixturaError);
  });
});

describe('optionalPackage', () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });

  it('says how to add what is missing, and hides no other failure', async () => {
    await expect(
      optionalPackage(() => Promise.reject(missing), 'h5wasm', 'a.h5', 'an HDF5 file'),
    ).rejects.toThrow(
      'a.h5 is an HDF5 file, and what reads that is not installed: add it by npm install h5wasm.',
    );
    const other = new SyntaxError('broken');
    await expect(optionalPackage(() => Promise.reject(other), 'x', 'f', 'y')).rejects.toBe(other);
    expect(await optionalPackage(() => Promise.resolve(5), 'x', 'f', 'y')).toBe(5);
  });
});

describe('readThrift', () => {
  const read = (...bytes: number[]): ThriftStruct =>
    readThrift(Uint8Array.from(bytes), 0, bytes.length).struct;

  it('reads numbers, truth values and structs, and passes over text, lists and long numbers', () => {
    // 1: i32 -1; 2: true; 3: text "ab"; 4: list of two i32; 5: i64; 6: double; 7: struct {1: i32 3}; 16: false.
    const bytes = [
      0x15, 1, 0x11, 0x18, 2, 97, 98, 0x19, 0x25, 2, 4, 0x16, 0x80, 1, 0x17, 1, 2, 3, 4, 5, 6, 7, 8,
    ];
    const struct = read(...bytes, 0x1c, 0x15, 6, 0, 0x92, 0);
    expect([...struct.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 16]);
    expect([struct.get(1), struct.get(2), struct.get(3), struct.get(16)]).toEqual([
      -1,
      true,
      undefined,
      false,
    ]);
    expect([...(struct.get(7) as ThriftStruct)]).toEqual([[1, 3]]);
  });

  it.each([
    ['no end', [0x15, 1], 'a struct is cut'],
    ['a text beyond the end', [0x18, 100, 97, 0], 'a text claims 100 bytes'],
    ['a list beyond the end', [0x19, 0xf5, 0xff, 0xff, 0x03, 0], 'a list claims 65535 elements'],
    ['a list of negative size', [0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x0f, 0], 'a list claims -1 elements'],
    ['a number without end', [0x15, ...new Array<number>(9).fill(0x80), 0], 'a number has more than 5 bytes'],
    [
      'a long number without end',
      [0x16, ...new Array<number>(20).fill(0x80), 0],
      'a number has more than 10 bytes',
    ],
    ['an unknown type', [0x1d, 0], 'a field has the unknown type 13'],
    ['structs in structs', new Array<number>(100).fill(0x1c), 'structs are nested too deeply'],
    ['lists in lists', [0x19, ...new Array<number>(100).fill(0x19)], 'lists are nested too deeply'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => read(...bytes)).toThrow(message);
  });
});

describe('walks of packed numbers', () => {
  it('counts the ones in repeated and packed runs', () => {
    // Five times 1, then 8 packed bits of which six count: 0b10101010.
    expect(walkRuns(Uint8Array.of(10, 1, 3, 0b10101010), 0, 1, 11)).toBe(5 + 3);
  });

  it.each([
    [
      'a run far beyond the numbers',
      [0xfe, 0xff, 0xff, 0xff, 0x0f, 1],
      1,
      'a run of 2147483647 for 4 numbers',
    ],
    ['packed groups far beyond', [0xff, 0xff, 0xff, 0xff, 0x07, 1], 1, 'for 4 numbers'],
    ['a run that is not there', [3], 8, 'a run is cut'],
    ['numbers of 40 bits', [8, 1], 40, 'numbers of 40 bits'],
    ['nothing', [], 1, 'a struct is cut'],
  ])('refuses %s', (_, bytes, width, message) => {
    expect(() => walkRuns(Uint8Array.from(bytes), 0, width, 4)).toThrow(message);
  });

  it('walks packed differences to their end, and refuses blocks that cannot be', () => {
    // Blocks of 128 in 4 parts; 1 number: only the header; 2 numbers: one block, all parts of no width.
    expect(walkDeltas(Uint8Array.of(128, 1, 4, 1, 14), 0, 1)).toBe(5);
    expect(walkDeltas(Uint8Array.of(128, 1, 4, 2, 14, 2, 0, 0, 0, 0), 0, 2)).toBe(10);
    const bad = (...bytes: number[]) => expect(() => walkDeltas(Uint8Array.from(bytes), 0, 100));
    bad(128, 1, 0, 100, 14).toThrow('blocks of 128 in 0 parts');
    bad(255, 255, 255, 255, 7, 1, 100, 14).toThrow('blocks of 2147483647');
    bad(128, 1, 4, 100, 14, 2, 64, 64, 64, 64).toThrow('a block is cut');
    bad(128, 1, 4, 100, 14, 2, 65, 0, 0, 0).toThrow('differences of 65 bits');
    bad(128, 1, 4, 100, ...new Array<number>(20).fill(255)).toThrow('a number has no end');
  });

  it('holds the sizes of Zstandard frames and blocks against the page', () => {
    const frame = [0x28, 0xb5, 0x2f, 0xfd];
    // A single segment of 5 bytes in one raw block.
    const raw = Uint8Array.of(...frame, 0x20, 5, 41, 0, 0, 1, 2, 3, 4, 5);
    expect(() => checkZstd(raw, 5)).not.toThrow();
    expect(() => checkZstd(raw, 4)).toThrow('a frame claims 5 bytes of 4');
    // A window of 1 KiB, no size told, one block that repeats a byte 2,097,151 times.
    const bomb = Uint8Array.of(...frame, 0, 0, 0xfb, 0xff, 0xff, 7);
    expect(() => checkZstd(bomb, 2_097_151)).not.toThrow();
    expect(() => checkZstd(bomb, 1000)).toThrow('a block claims too much');
    expect(() => checkZstd(Uint8Array.of(...frame, 0, 0xff, 1, 0, 0), 1000)).toThrow('a frame claims');
    expect(() => checkZstd(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 9)).toThrow('no Zstandard frame');
  });
});
