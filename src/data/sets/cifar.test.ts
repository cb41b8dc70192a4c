import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { MixturaError } from '../../errors.js';
import { Stream } from '../../math/random.js';
import { arrayDataset, classCounts } from '../dataset.js';
import { CIFAR_CLASSES, CIFAR_FILES, cifarDataset, isCifarFolder } from './cifar.js';
import { openDataset } from './open.js';

const RECORD = 3073;
const root = mkdtempSync(join(tmpdir(), 'mixtura-cifar-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
let made = 0;

/** Batches of `rows` records: label (7 * record) mod 10, pixel p of record r (17 r + 3 p) mod 256, r over all files. */
beforeEach(() => {
  folder = join(root, String(made++));
  mkdirSync(folder);
  CIFAR_FILES.slice(0, 6).forEach((file, k) => {
    writeFileSync(join(folder, file), records(4, 4 * k));
  });
});

function records(rows: number, first: number): Uint8Array {
  return Uint8Array.from({ length: rows * RECORD }, (_, i) => {
    const [record, at] = [first + Math.floor(i / RECORD), i % RECORD];
    return at === 0 ? (7 * record) % 10 : 17 * record + 3 * (at - 1);
  });
}

const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

describe('cifarDataset', () => {
  it('reads five batches for training and one that is held out, in their order', () => {
    const data = cifarDataset(folder);
    expect(data).toMatchObject({ kind: 'image', shape: [3, 32, 32], range: 'unit', maximum: 255, count: 20 });
    expect([...data.labels!]).toEqual(Array.from({ length: 20 }, (_, i) => (7 * i) % 10));
    expect(data.classNames).toEqual(CIFAR_CLASSES);
    const out = new Float32Array(3 * 3072);
    data.read([19, 0, 5], out);
    for (const [place, record] of [19, 0, 5].entries()) {
      for (const pixel of [0, 1, 1023, 1024, 3071]) {
        expect(out[place * 3072 + pixel]).toBe(Math.fround(((17 * record + 3 * pixel) % 256) / 255));
      }
    }
    const test = data.test!();
    expect([...test.labels!]).toEqual([20, 21, 22, 23].map((i) => (7 * i) % 10));
    test.read([3], out.subarray(0, 3072));
    expect(out[2]).toBe(Math.fround(((17 * 23 + 6) % 256) / 255));
    expect(test.test).toBeUndefined();
  });

  it('is the same as the same values in memory, down to the fingerprint', () => {
    const data = cifarDataset(folder);
    const bytes = records(20, 0);
    const values = bytes.filter((_, i) => i % RECORD !== 0);
    const { kind, shape, range, maximum, labels, classNames } = data;
    const same = arrayDataset({
      name: '',
      source: '',
      ...{ kind, shape, range, maximum, labels, classNames, values },
    });
    expect(data.fingerprint).toBe(same.fingerprint);
    const order = Stream.root(1).permutation(20);
    const [ours, theirs] = [new Float32Array(20 * 3072), new Float32Array(20 * 3072)];
    data.read(order, ours);
    same.read(order, theirs);
    expect(ours).toEqual(theirs);
  });

  it('takes the names of the folder, and no held-out part where there is none', () => {
    writeFileSync(join(folder, 'batches.meta.txt'), `${'abcdefghij'.split('').join('\r\n')}\r\n\r\n`);
    rmSync(join(folder, 'test_batch.bin'));
    const data = cifarDataset(folder);
    expect(data.classNames).toEqual('abcdefghij'.split(''));
    expect(data.test).toBeUndefined();
  });

  it('is what a folder with such files opens as, with classes to choose', async () => {
    expect(isCifarFolder(folder)).toBe(true);
    expect(isCifarFolder(root)).toBe(false);
    const data = await openDataset(folder, { classes: 'frog,airplane' });
    expect([...classCounts(data)!]).toEqual([2, 2]);
    await expect(openDataset(folder, { size: '16', color: 'grey' })).rejects.toThrow(
      '--size, --grey say how a folder of images is read',
    );
    await expect(openDataset(folder, { label: 'x' })).rejects.toThrow('--label names a column');
  });
});

describe('what is no CIFAR-10 is refused', () => {
  const refusal = (): string => {
    try {
      cifarDataset(folder);
    } catch (error) {
      expect(error).toBeInstanceOf(MixturaError);
      return (error as Error).message.replace(folder, 'F');
    }
    throw new Error('nothing was refused');
  };

  it('missing, truncated, empty batches', () => {
    truncateSync(join(folder, 'data_batch_3.bin'), 5000);
    expect(refusal()).toBe(
      'F/data_batch_3.bin has 5000 bytes, which are no whole records of 3073 (a batch of CIFAR-10 has 30730000): get the file again.',
    );
    truncateSync(join(folder, 'data_batch_3.bin'), 0);
    expect(refusal()).toBe('F/data_batch_3.bin is empty: get the file again.');
    rmSync(join(folder, 'data_batch_3.bin'));
    expect(refusal()).toBe(
      'F has batches of CIFAR-10 but lacks data_batch_3.bin: put the files of cifar-10-binary.tar.gz there.',
    );
  });

  it('a label beyond the classes, with its record', () => {
    const bytes = records(4, 0);
    bytes[2 * RECORD] = 10;
    writeFileSync(join(folder, 'data_batch_2.bin'), bytes);
    expect(refusal()).toContain('F/data_batch_2.bin has label 10 at record 3, beyond the 10 classes');
  });

  it('names that are not ten', () => {
    writeFileSync(join(folder, 'batches.meta.txt'), 'a\nb\n');
    expect(refusal()).toContain('batches.meta.txt in F has 2 names where 10 classes');
    writeFileSync(join(folder, 'batches.meta.txt'), 'x'.repeat(5000));
    expect(refusal()).toContain('batches.meta.txt in F is too long');
  });

  it('a file that changes or goes while it is in use', () => {
    const data = cifarDataset(folder);
    const out = new Float32Array(3072);
    truncateSync(join(folder, 'data_batch_1.bin'), RECORD);
    expect(() => data.read([3], out)).toThrow('data_batch_1.bin has changed while it was in use');
    rmSync(join(folder, 'data_batch_1.bin'));
    expect(() => data.read([3], out)).toThrow('data_batch_1.bin can no longer be read');
    data.read([4], out);
    expect(out[1]).toBe(Math.fround(71 / 255));
  });

  it('random and mutated batches open whole or give a sentence', () => {
    const draw = Stream.root(5);
    let refused = 0;
    for (let trial = 0; trial < 60; trial++) {
      const bytes = records(2, 0).map((byte) => (draw.int(3000) === 0 ? draw.int(256) : byte));
      const length = draw.int(3) === 0 ? draw.int(bytes.length + 1) : bytes.length;
      writeFileSync(join(folder, 'data_batch_5.bin'), bytes.subarray(0, length));
      try {
        const data = cifarDataset(folder);
        const out = new Float32Array(data.count * 3072);
        data.read(all(data.count), out);
        expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(MixturaError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(60);
    copyFileSync(join(folder, 'data_batch_4.bin'), join(folder, 'data_batch_5.bin'));
  });
});

const real = process.env.MIXTURA_DATA && join(process.env.MIXTURA_DATA, 'cifar-10-batches-bin');

describe.skipIf(!real || !isCifarFolder(real))('the real CIFAR-10', () => {
  it('has the published counts, first labels, and channel means', () => {
    const data = cifarDataset(real!);
    expect([...classCounts(data)!]).toEqual(new Array(10).fill(5000));
    expect([...data.labels!.subarray(0, 10)]).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    const test = data.test!();
    expect([...classCounts(test)!]).toEqual(new Array(10).fill(1000));
    expect([...test.labels!.subarray(0, 10)]).toEqual([3, 8, 8, 0, 6, 6, 1, 6, 3, 1]);
    const sums = new Float64Array(3);
    const out = new Float32Array(1000 * 3072);
    for (let start = 0; start < 50_000; start += 1000) {
      data.read(
        all(1000).map((i) => start + i),
        out,
      );
      for (let i = 0; i < out.length; i++) sums[Math.floor(i / 1024) % 3]! += out[i]!;
    }
    const published = [0.49139968, 0.48215841, 0.44653091];
    published.forEach((mean, c) => {
      expect(sums[c]! / (50_000 * 1024)).toBeCloseTo(mean, 6);
    });
  });
});
