import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { MixturaError } from '../../errors.js';
import { idxDataset, labelsBeside, testBeside } from '../sets/idx-dataset.js';
import { encodeIdx, parseIdx, readBytes, readIdx } from './idx.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const images = { shape: [2, 2, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };
const plain = encodeIdx(images);
const zipped = encodeIdx(images, { gzip: true });
const header = (...sizes: number[]) => encodeIdx({ shape: sizes, data: new Uint8Array(0) });

describe('readIdx', () => {
  it('reads plain and gzipped files, distinguished by content', () => {
    expect(plain.slice(0, 16)).toEqual(Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3));
    for (const path of [
      file('a-idx3-ubyte', plain),
      file('a.gz', zipped),
      file('zipped-without-saying', zipped),
    ]) {
      const { shape, data } = readIdx(path, 3);
      expect(shape).toEqual([2, 2, 3]);
      expect([...data]).toEqual([...images.data]);
    }
  });

  it('holds unpacked data once', () => {
    const size = 2 ** 22;
    const noise = Uint8Array.from({ length: size }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255);
    const packed = encodeIdx({ shape: [size], data: noise }, { gzip: true });
    const before = process.memoryUsage().arrayBuffers;
    expect(parseIdx(packed, 'noise.gz').data).toHaveLength(size);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1.5 * size);
  });

  it('reads data that is random, and so longer packed than not', () => {
    const noise = Uint8Array.from({ length: 70_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255);
    const { data } = parseIdx(encodeIdx({ shape: [70_000], data: noise }, { gzip: true }), 'noise.gz');
    expect(Buffer.from(data).equals(Buffer.from(noise))).toBe(true);
  });

  it.each([
    ['an empty file', new Uint8Array(0), 'e-idx3', 'is empty'],
    ['a truncated file', plain.subarray(0, 20), 't-idx3', 'is truncated: its header promises 12 bytes'],
    ['a truncated header', plain.subarray(0, 9), 't-idx3', 'is truncated within its header'],
    ['a truncated gzip file', zipped.subarray(0, zipped.length - 12), 't.gz', 'is truncated'],
    ['gzip of a truncated file', gzipSync(plain.subarray(0, 20)), 't.gz', 'is truncated'],
    [
      'a file that is too long',
      Buffer.concat([plain, Buffer.of(1)]),
      'l-idx3',
      'holds more data than the 12 bytes',
    ],
    [
      'gzip of a file too long',
      gzipSync(Buffer.concat([plain, Buffer.of(1)])),
      'l.gz',
      'holds more data than',
    ],
    [
      'a zip bomb',
      gzipSync(Buffer.concat([plain, Buffer.alloc(2e7)])),
      'b.gz',
      'holds more data than the 12 bytes',
    ],
    ['no gzip though named so', plain, 'n.gz', 'is named .gz but is not gzip'],
    ['another magic', Buffer.from('%PDF-1.7'), 'm-idx3', 'is not an IDX file (it begins with 25504446'],
    ['gzip of something else', gzipSync(Buffer.from('hello there')), 'm.gz', 'is not an IDX file'],
    ['floats', Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0), 'f-idx1', 'is an IDX file of float32'],
    [
      'absurd sizes',
      header(60000, 60000, 60000),
      'h-idx3',
      'claims 60000 x 60000 x 60000 bytes, more than 2 GiB',
    ],
    [
      'gzip of large sizes',
      gzipSync(header(30000, 200, 200)),
      'h.gz',
      'is truncated: its header promises 1200000000',
    ],
    ['no samples', header(0, 28, 28), 'z-idx3', 'holds no samples'],
  ])('refuses %s', (_, bytes, name, message) => {
    const path = file(name, bytes);
    expect(() => readIdx(path)).toThrow(MixturaError);
    expect(() => readIdx(path)).toThrow(`${path} ${message}`);
  });

  it('refuses a gzip file with damaged data', () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255);
    const bytes = encodeIdx({ shape: [5000], data: noise }, { gzip: true }).slice();
    bytes[bytes.length - 6]! ^= 255;
    expect(() => parseIdx(bytes, 'd.gz')).toThrow(
      'd.gz is damaged (incorrect data check): get the file again.',
    );
  });

  it('refuses a missing file, a folder, and other dimensions than needed', () => {
    expect(() => readIdx(join(folder, 'none'))).toThrow('none does not exist: check the name');
    expect(() => readBytes(folder)).toThrow('is not a file');
    expect(() => readIdx(file('a-idx3-ubyte', plain), 1)).toThrow(
      'has 3 dimensions (2 x 2 x 3) where 1 are needed',
    );
  });
});

describe('idxDataset', () => {
  const labels = (n: number) =>
    encodeIdx({ shape: [n], data: Uint8Array.from({ length: n }, (_, i) => 3 * i) });

  it('finds labels and test files beside the images by name, zipped or not', () => {
    const path = file('train-images-idx3-ubyte', plain);
    expect([labelsBeside(path), testBeside(path)]).toEqual([undefined, undefined]);
    const beside = file('train-labels-idx1-ubyte.gz', gzipSync(labels(2)));
    const test = file('t10k-images-idx3-ubyte', plain);
    expect([labelsBeside(path), testBeside(path)]).toEqual([beside, test]);
    const data = idxDataset({ name: 'x', images: path, labels: beside, source: 's', maximum: 200 });
    const out = new Float32Array(6);
    data.read([1], out);
    expect([...out]).toEqual([0.6, 0.7, 0.8, 0.9, 1, 1.1].map(Math.fround));
    expect(data.shape).toEqual([1, 2, 3]);
    expect([...data.labels!]).toEqual([0, 3]);
    expect(data.classNames).toEqual(['0', '1', '2', '3']);
  });

  it('refuses labels of another length, labels beyond the classes, and a labels file as images', () => {
    const path = file('x-images-idx3', plain);
    const three = file('x-labels-idx1', labels(3));
    expect(() => idxDataset({ name: 'x', images: path, labels: three, source: 's' })).toThrow(
      `${three} has 3 labels but ${path} has 2 samples`,
    );
    const two = file('y-labels-idx1', labels(2));
    expect(() =>
      idxDataset({ name: 'x', images: path, labels: two, source: 's', classNames: ['a', 'b'] }),
    ).toThrow('has label 3 at row 2, beyond the 2 classes');
    expect(() => idxDataset({ name: 'x', images: two, source: 's' })).toThrow('give the images file (idx3)');
  });
});
