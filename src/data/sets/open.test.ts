import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nearest } from '../../did-you-mean.js';
import { classCounts } from '../dataset.js';
import { encodeIdx } from '../formats/idx.js';
import { encodeNpy } from '../formats/npy.js';
import { examples, formatSummary, summarize } from '../inspect/inspect.js';
import { openDataset } from './open.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-open-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: Uint8Array | string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe('openDataset', () => {
  it('opens built-in sets by name, whole, selected, and held out', async () => {
    expect((await openDataset('digits')).count).toBe(3823);
    expect((await openDataset('ring-0.10')).name).toBe('ring-0.10');
    const options = { classes: '0,1', ratio: '2:1' };
    expect([...classCounts(await openDataset('digits', options))!]).toEqual([376, 188]);
    const test = await openDataset('digits', { ...options, split: 'test' });
    expect([...classCounts(test)!]).toEqual([178, 89]);
  });

  it('opens files by content and by name', async () => {
    const images = encodeIdx({ shape: [2, 2, 2], data: new Uint8Array(8) }, { gzip: true });
    const idx = await openDataset(file('train-images-idx3-ubyte.gz', images));
    expect([idx.kind, idx.count, idx.name]).toEqual(['image', 2, 'train-images-idx3-ubyte.gz']);
    const npy = await openDataset(file('x.npy', encodeNpy({ shape: [4, 3], data: new Float32Array(12) })));
    expect([npy.kind, npy.count]).toEqual(['table', 4]);
    const csv = await openDataset(file('x.csv', 'a,b,kind\n1,2,u\n3,4,v\n5,6,v\n'), {
      label: 'kind',
      classes: 'v',
    });
    expect([csv.kind, csv.count, csv.classNames]).toEqual(['points', 2, ['v']]);
    expect((await openDataset(file('x.tsv', '1\t2\t3\n'))).shape).toEqual([3]);
  });

  it('finds labels and the held-out part beside an IDX file', async () => {
    for (const [split, n] of [
      ['train', 3],
      ['test', 2],
    ] as const) {
      file(`${split}-images-idx3-ubyte`, encodeIdx({ shape: [n, 1, 1], data: new Uint8Array(n) }));
      file(
        `${split}-labels-idx1-ubyte`,
        encodeIdx({ shape: [n], data: Uint8Array.from([0, 1, 1].slice(0, n)) }),
      );
    }
    const path = join(folder, 'train-images-idx3-ubyte');
    expect([...(await openDataset(path)).labels!]).toEqual([0, 1, 1]);
    expect([...(await openDataset(path, { split: 'test' })).labels!]).toEqual([0, 1]);
  });

  it.each([
    [
      'digit',
      {},
      'digit is neither a known data set nor a file (did you mean digits?): give digits, ring,',
      2,
    ],
    [
      'nonsense',
      {},
      'neither a known data set nor a file: give digits, ring, ring-0.05, ring-0.10, grid, blobs, mnist,',
      2,
    ],
    ['constructor', {}, 'neither a known data set nor a file', 2],
    ['./none.csv', {}, './none.csv does not exist', 1],
    [folder, {}, 'holds IDX files: give that of the images,', 1],
    ['digits', { label: 'x' }, '--label names a column', 2],
    ['digits', { classes: '0,11' }, '"11" is not a class of digits', 2],
  ])('refuses %s %o', async (name, options, message, exitCode) => {
    await expect(openDataset(name, options)).rejects.toThrow(message);
    await expect(openDataset(name, options)).rejects.toMatchObject({ exitCode });
  });

  it('refuses a file of another kind, and a held-out part that is not there', async () => {
    await expect(openDataset(file('x.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47)))).rejects.toThrow(
      'x.png is one image: give the folder that holds the images.',
    );
    await expect(openDataset(file('x.what', Uint8Array.of(0x80, 0x50, 0x4e, 0x47)))).rejects.toThrow(
      'x.what is not a data file of a known kind: give a folder of images, an IDX file',
    );
    await expect(openDataset(file('empty-idx3-ubyte', ''))).rejects.toThrow('is empty');
    await expect(openDataset(file('y.csv', '1,2\n'), { split: 'test' })).rejects.toThrow(
      'has no held-out split',
    );
    await expect(openDataset(file('not.gz', 'plain text'))).rejects.toThrow('is named .gz but is not gzip');
  });
});

describe('summarize', () => {
  it('tells sizes, values and classes', async () => {
    const summary = summarize(await openDataset(file('s.csv', 'x,y,label\n1,2,a\n3,4,b\n5,6,b\n7,8,b\n')));
    expect(summary).toMatchObject({ kind: 'points', shape: [2], range: 'real', count: 4 });
    expect(summary.values).toMatchObject({ min: 1, max: 8, mean: 4.5 });
    expect(summary.values.deviation).toBeCloseTo(Math.sqrt(5.25), 12);
    expect(summary.classes).toEqual([
      { name: 'a', count: 1, share: 0.25 },
      { name: 'b', count: 3, share: 0.75 },
    ]);
    expect(formatSummary(summary)).toContain('    b       3   75.0 %');
  });

  it('joins statistics over pieces: the mean and deviation of digits (NumPy)', async () => {
    const { values, testCount } = summarize(await openDataset('digits'));
    expect(testCount).toBe(1797);
    expect([values.min, values.max]).toEqual([0, 1]);
    expect(values.mean).toBeCloseTo(0.30774823, 7);
    expect(values.deviation).toBeCloseTo(0.377280349, 7);
  });

  it('gives evenly spaced rows of every class as examples', async () => {
    const spaced = examples(await openDataset(file('e.csv', '1\n2\n3\n4\n5\n6\n7\n')), 3);
    expect(spaced.map((rows) => [...rows])).toEqual([[0, 2, 4]]);
    const found = examples(await openDataset('digits', { classes: '3,0' }), 2);
    expect(found.map((rows) => rows.length)).toEqual([2, 2]);
    const { labels } = await openDataset('digits', { classes: '3,0' });
    expect(found.map((rows) => [...rows].map((i) => labels![i]))).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe('nearest', () => {
  it('finds a word with few edits, and nothing otherwise', () => {
    expect(nearest('mnits', ['digits', 'mnist'])).toBe('mnist');
    expect(nearest('fashon-mnist', ['mnist', 'fashion-mnist'])).toBe('fashion-mnist');
    expect(nearest('Digit', ['digits', 'ring'])).toBe('digits');
    expect(nearest('xyz', ['digits', 'ring'])).toBeUndefined();
  });
});
