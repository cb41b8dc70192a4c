import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MixturaError } from '../../errors.js';
import { Stream } from '../../math/random.js';
import { sampleSize } from '../dataset.js';
import type { Content } from '../formats/content.js';
import { parseHdf5 } from '../formats/hdf5/hdf5.js';
import { encodeIdx, parseIdx } from '../formats/idx.js';
import { readMatrixMarket } from '../formats/matrix-market.js';
import { parseNpy } from '../formats/npy.js';
import { parseNpz } from '../formats/npz.js';
import { readParquet } from '../formats/parquet/parquet.js';
import { MISSING_RULES } from './missing.js';
import { csvContent, tableDataset } from './table.js';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/tables');
const folder = mkdtempSync(join(tmpdir(), 'mixtura-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes that sizes and types are likely to be made of. */
const WORDS = [0xffffffff, 0x7fffffff, 0x80000000, 0x100000, 0x10000, 255, 1, 0];
const MAX_GROWTH = 700e6;

type Read = (bytes: Uint8Array, path: string, random: Stream) => Content | Promise<Content>;

function fixture(name: string): Uint8Array {
  return readFileSync(join(fixtures, name));
}

function below(random: Stream, n: number): number {
  return Math.floor(random.uniform() * n);
}

function pick<T>(random: Stream, from: readonly T[]): T {
  return from[below(random, from.length)]!;
}

/** One to four changes: a byte, a bit, a stretch, a number; or what follows is cut, left out or moved. */
function mutated(original: Uint8Array, random: Stream, length = original.length, cuts = true): Uint8Array {
  let bytes = Uint8Array.from(original);
  for (let n = 1 + below(random, 4); n > 0 && bytes.length > 0; n--) {
    const at = below(random, Math.min(length, bytes.length));
    const kind = below(random, cuts ? 7 : 4);
    if (kind === 0) bytes[at] = below(random, 256);
    else if (kind === 1) bytes[at]! ^= 1 << below(random, 8);
    else if (kind === 2) bytes.fill(pick(random, [0, 255, 128]), at, at + 1 + below(random, 8));
    else if (kind === 3) put(bytes, at, pick(random, WORDS));
    else if (kind === 4) bytes = bytes.slice(0, at);
    else if (kind === 5) bytes = joined(bytes.subarray(0, at), bytes.subarray(at + below(random, 40)));
    else bytes = joined(bytes.subarray(0, at), bytes.subarray(0, below(random, 40)), bytes.subarray(at));
  }
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

function put(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = word >>> (8 * i);
}

/** Random bytes after the first ones of a real file. */
function rubbish(original: Uint8Array, random: Stream): Uint8Array {
  const bytes = Uint8Array.from({ length: below(random, 600) }, () => below(random, 256));
  bytes.set(original.subarray(0, Math.min(bytes.length, below(random, 12))));
  return bytes;
}

/** Opens every file; counts those that opened; anything thrown but a MixturaError fails. */
async function openAll(
  name: string,
  files: Iterable<Uint8Array>,
  read: Read,
): Promise<[opened: number, refused: number]> {
  const random = Stream.root(8).fork(name);
  let [opened, refused] = [0, 0];
  for (const bytes of files) {
    try {
      const missing = pick(random, [undefined, ...MISSING_RULES]);
      const data = tableDataset(name, { missing }, await read(bytes, name, random));
      data.read([0, data.count - 1], new Float32Array(2 * sampleSize(data.shape)));
      opened++;
    } catch (cause) {
      if (!(cause instanceof MixturaError)) throw cause;
      expect(cause.message).toMatch(/^[^\n]+[.]$/);
      refused++;
    }
  }
  return [opened, refused];
}

function* attempts(
  name: string,
  files: readonly string[],
  count: number,
  dataBytes?: (file: Uint8Array) => number,
) {
  const random = Stream.root(7).fork(name);
  for (let i = 0; i < count; i++) {
    const original = fixture(pick(random, files));
    if (i % 8 === 0) yield rubbish(original, random);
    else if (dataBytes && i % 2 === 0) yield mutated(original, random, dataBytes(original), false);
    else yield mutated(original, random);
  }
}

/** Changed texts of numbers, words and dates. */
function* plainText(name: string, count: number): Generator<Uint8Array> {
  const random = Stream.root(12).fork(name);
  const cells = ['1', '2.5', '3,5', '', 'NA', 'red', 'blue', '2020-01-02', '"a;b"', '1e3', '1.234,5', '-'];
  for (let i = 0; i < count; i++) {
    const mark = pick(random, [',', ';', '\t', '|', ' ']);
    const kinds = Array.from({ length: 1 + below(random, 4) }, () => below(random, cells.length - 2));
    const row = () => kinds.map((kind) => cells[kind + below(random, 3)]).join(mark);
    const rows = Array.from({ length: 1 + below(random, 30) }, row);
    const text = [kinds.map((_, j) => `c${j}`).join(mark), ...rows].join(pick(random, ['\n', '\r\n']));
    const bytes = new TextEncoder().encode(text);
    yield i % 3 === 0 ? mutated(bytes, random) : bytes;
  }
}

function named(ending: RegExp): string[] {
  return readdirSync(fixtures).filter((name) => ending.test(name));
}

/** For readers that take a path. */
function stored(bytes: Uint8Array, name: string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

describe('readers of damaged and random files', () => {
  let before = 0;
  beforeAll(() => {
    before = process.memoryUsage().rss;
  });
  afterAll(() => {
    expect(process.memoryUsage().rss - before).toBeLessThan(MAX_GROWTH);
  });

  const npy: Read = (bytes, path) => {
    const { shape, data } = parseNpy(bytes, path);
    return { shape, values: data };
  };
  const npz: Read = (bytes, path, random) =>
    parseNpz(bytes, path, { key: pick(random, [undefined, 'x', 'points', 'i8', 'big']) });
  const parquet: Read = (bytes, _, random) =>
    readParquet(stored(bytes, 'f.parquet'), { label: pick(random, [undefined, 'kind', 'kind', 'word']) });
  const hdf5: Read = (bytes, path, random) =>
    parseHdf5(bytes, path, {
      key: pick(random, [undefined, undefined, 'group/big', 'long']),
      label: pick(random, [undefined, 'words', 'fixed', 'y']),
    });
  const h5ad: Read = (bytes, path, random) =>
    parseHdf5(bytes, path, { label: pick(random, [undefined, 'cell_type', 'louvain', 'donor']) });
  const mtx: Read = (bytes) => readMatrixMarket(stored(bytes, 'f.mtx'), bytes[0] === 0x1f);
  const idx: Read = (bytes, path) => {
    const { shape, data } = parseIdx(bytes, path);
    return { shape, values: data };
  };
  const csv: Read = (bytes) => csvContent(stored(bytes, 'f.csv'), {});
  const dialect: Read = (bytes, _, random) =>
    csvContent(stored(bytes, 'g.csv'), {
      delimiter: pick(random, [undefined, ',', ';', 'tab', 'space']),
      decimal: pick(random, [undefined, undefined, ',', '.'] as const),
      coding: pick(random, [undefined, undefined, undefined, 'none'] as const),
    });
  const footer = (bytes: Uint8Array) =>
    bytes.length - 8 - new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);

  it.each([
    ['npy', npy, attempts('npy', named(/\.npy$/), 400), 400],
    ['npz', npz, attempts('npz', named(/\.npz$/), 400), 400],
    ['parquet', parquet, attempts('parquet', named(/\.parquet$/), 500, footer), 500],
    ['hdf5', hdf5, attempts('hdf5', named(/\.h5$/), 300), 300],
    ['hdf5 without checksums', hdf5, attempts('gzip', ['gzip.h5'], 300, (file) => file.length), 300],
    ['h5ad', h5ad, attempts('h5ad', named(/\.h5ad$/), 300, (file) => file.length), 300],
    ['mtx', mtx, attempts('mtx', named(/\.mtx(\.gz)?$/), 300), 300],
    ['csv', csv, attempts('csv', ['table.csv.gz'], 200), 200],
    ['csv in a dialect', dialect, plainText('dialect', 400), 400],
  ] as const)('open %s or refuse it in a sentence', async (name, read, files, count) => {
    const [opened, refused] = await openAll(name, files, read);
    expect(opened + refused).toBe(count);
    expect(refused).toBeGreaterThan(count / 4);
  });

  it('open idx or refuse it in a sentence', async () => {
    const random = Stream.root(9);
    const whole = encodeIdx({ shape: [4, 3, 2], data: new Uint8Array(24).fill(7) });
    const packed = encodeIdx({ shape: [4, 3, 2], data: new Uint8Array(24) }, { gzip: true });
    const files = Array.from({ length: 400 }, (_, i) =>
      i % 8 === 0 ? rubbish(whole, random) : mutated(i % 2 ? whole : packed, random),
    );
    const [opened, refused] = await openAll('idx', files, idx);
    expect([opened + refused, opened > 20, refused > 100]).toEqual([400, true, true]);
  });

  it('open the text of a matrix with changed lines or refuse it', async () => {
    const text = gunzipSync(fixture('genes.mtx.gz'));
    const random = Stream.root(10);
    const files = Array.from({ length: 300 }, () => mutated(text, random));
    const [opened, refused] = await openAll('text', files, mtx);
    expect(opened + refused).toBe(300);
    expect(opened).toBeGreaterThan(4);
  });
});
