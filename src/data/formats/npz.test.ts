import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type ZipSource, zip } from '../../../test/support/zip.js';
import { openDataset } from '../sets/open.js';
import { encodeNpy } from './npy.js';
import { parseNpz } from './npz.js';
import { unzipEntry, zipEntries } from './zip.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-npz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../test/fixtures/tables', name));

const array = (...shape: number[]) =>
  encodeNpy({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
const x: ZipSource = { name: 'x.npy', content: array(3, 2) };

describe('zipEntries and unzipEntry', () => {
  it('reads what deflate packed', () => {
    const bytes = zip([x, { name: 'a/b.txt', content: Buffer.from('hello') }]);
    const entries = zipEntries(bytes, 'f.zip');
    expect(entries.map(({ name, size }) => [name, size])).toEqual([
      ['x.npy', 152],
      ['a/b.txt', 5],
    ]);
    expect(Buffer.from(unzipEntry(bytes, entries[1]!, 'f.zip')).toString()).toBe('hello');
  });

  it.each([
    [{ size: 2 ** 31 }, 'claims 2147483648 bytes in x.npy, more than a file of'],
    [{ size: 100 }, 'x.npy: holds more than the 100 bytes it claims'],
    [{ size: 200 }, 'x.npy holds less than it claims'],
    [{ packedSize: 10 }, 'f.npz is damaged (x.npy: unexpected end of file'],
    [{ packedSize: 10_000 }, 'f.npz is damaged (x.npy is cut)'],
    [{ crc: 1 }, 'x.npy does not have its checksum'],
    [{ method: 0 }, 'x.npy has another size than it claims'],
    [{ method: 14 }, 'has x.npy compressed by method 14'],
    [{ flags: 1 }, 'has x.npy encrypted'],
  ])('refuses an entry that claims %j', (claims, message) => {
    const bytes = zip([{ ...x, claims }]);
    expect(() => unzipEntry(bytes, zipEntries(bytes, 'f.npz')[0]!, 'f.npz')).toThrow(message);
  });

  it('refuses a bomb by what it claims and by what it holds, before it has grown', () => {
    const zeros = new Uint8Array(2 ** 26);
    const honest = zip([{ name: 'x.npy', content: zeros }]);
    const [entry] = zipEntries(honest, 'f.npz');
    // What deflate can do is not refused.
    expect(unzipEntry(honest, entry!, 'f.npz').length).toBe(2 ** 26);
    expect(() => unzipEntry(honest, { ...entry!, size: 2 ** 27 }, 'f.npz')).toThrow('more than a file of');
    expect(() => unzipEntry(honest, { ...entry!, size: 1000 }, 'f.npz')).toThrow('more than the 1000 bytes');
  });
});

describe('parseNpz', () => {
  it.each([
    [new Uint8Array(0), 'f.npz is empty'],
    [Buffer.from('not a zip at all, but long enough'), 'f.npz is not a zip archive, or is truncated'],
    [zip([x]).subarray(0, 120), 'is not a zip archive, or is truncated'],
    [zip([{ name: 'readme.txt', content: Buffer.from('hi') }]), 'is a zip archive without .npy arrays'],
    [zip([{ name: 'x.npy', content: Buffer.from('hi') }]), 'f.npz (x) is not an .npy file'],
    [
      zip([{ name: 'x.npy', content: array(5) }]),
      'has no array of samples, of two dimensions or more; there is x (5)',
    ],
    [zip([{ name: 'y.npy', content: array(5, 2) }]), 'has no array of samples'],
    [
      zip([
        { name: 'p.npy', content: array(5, 2) },
        { name: 'q.npy', content: array(4, 2) },
      ]),
      'f.npz has several arrays, p (5 x 2), q (4 x 2): say which one to read by --key.',
    ],
  ])('refuses %#', (bytes, message) => {
    expect(() => parseNpz(bytes, 'f.npz')).toThrow(message);
  });

  it('names what there is where the key or the label is not', () => {
    const named = fixture('named.npz');
    expect(() => parseNpz(named, 'f.npz', { key: 'point' })).toThrow(
      'f.npz has no point (did you mean points?); there is points (7 x 4), labels (7), other (3 x 3): ' +
        'give one of them as --key.',
    );
    expect(() => parseNpz(named, 'f.npz', { key: 'points', label: 'kind' })).toThrow('as --label.');
    expect(() => parseNpz(named, 'f.npz', { key: 'points', label: 'points' })).toThrow('not as labels');
    expect(() => parseNpz(named, 'f.npz', { key: 'points', label: 'other' })).toThrow(
      'labels are one number',
    );
  });

  it('refuses arrays that are not of numbers, as samples and as labels', () => {
    const types = fixture('types.npz');
    expect(() => parseNpz(types, 'f.npz', { key: 'complex' })).toThrow(
      'f.npz (complex) holds complex numbers',
    );
    expect(() => parseNpz(types, 'f.npz', { key: 'pickled' })).toThrow('holds Python objects (pickled)');
    const wide: ZipSource = { name: 'y.npy', content: array(2, 2) };
    expect(parseNpz(zip([x, wide]), 'f.npz').labels).toBeUndefined();
  });

  it('takes the key of a former file where it is there, and the usual names else', () => {
    const named = fixture('named.npz');
    expect(parseNpz(named, 'f.npz', { former: { key: 'other', columns: 3 } }).shape).toEqual([3, 3]);
    expect(parseNpz(fixture('plain.npz'), 'f.npz', { former: { key: 'other', columns: 3 } }).shape).toEqual([
      7, 4,
    ]);
  });
});

describe('openDataset', () => {
  it('holds x_test out, with its labels, in the units of x_train', async () => {
    const path = join(folder, 'split.npz');
    writeFileSync(path, fixture('split.npz'));
    const test = await openDataset(path, { split: 'test' });
    expect([test.count, test.shape, [...test.labels!]]).toEqual([2, [1, 2, 3], [0, 1]]);
    const counts = (...values: number[]) => encodeNpy({ shape: [2, 1], data: Float64Array.from(values) });
    writeFileSync(
      path,
      zip([
        { name: 'x_train.npy', content: counts(0, 15) },
        { name: 'x_test.npy', content: counts(3, 255) },
      ]),
    );
    const out = new Float32Array(2);
    (await openDataset(path, { split: 'test', counts: true })).read([0, 1], out);
    expect([...out]).toEqual([0.5, 1]);
    (await openDataset(path, { split: 'test', scaling: 'standardize' })).read([0, 1], out);
    expect([...out]).toEqual([-0.6, 33].map(Math.fround));
  });

  it('refuses labels that are asked for and do not fit, and leaves out those that are not', async () => {
    const path = join(folder, 'labels.npz');
    const label: ZipSource = { name: 'y.npy', content: array(4) };
    writeFileSync(path, zip([x, label]));
    expect((await openDataset(path)).labels).toBeUndefined();
    await expect(openDataset(path, { label: 'y' })).rejects.toThrow('has 4 labels (y) for 3 samples');
  });

  it('reads zipped text up to its end, and refuses what is cut', async () => {
    const bytes = gzipSync('x,y\n1,2\n3,4\n');
    const path = join(folder, 'a.csv.gz');
    writeFileSync(path, bytes);
    expect((await openDataset(path)).count).toBe(2);
    writeFileSync(path, bytes.subarray(0, 20));
    await expect(openDataset(path)).rejects.toThrow('a.csv.gz is truncated');
    bytes[15]! ^= 255;
    writeFileSync(path, bytes);
    await expect(openDataset(path)).rejects.toThrow('a.csv.gz is damaged');
  });
});
