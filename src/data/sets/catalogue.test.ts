import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classCounts } from '../dataset.js';
import { encodeIdx } from '../formats/idx.js';
import { CATALOGUE } from './catalogue.js';
import { CONSTRUCTED_SETS, expandSelection, publishedBase } from './constructed.js';
import { ELASTIC_NAMES } from './elastic-splits.js';
import { DATASET_NAMES, openDataset } from './open.js';

const entry = (name: string) => CATALOGUE.find((set) => set.name === name)!;

/** Published numbers: MNIST and its selections, Fashion-MNIST, CIFAR-10, pendigits; training part, then test part. */
const COUNTS: Readonly<Record<string, readonly [readonly number[], (readonly number[])?]>> = {
  mnist: [
    [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  ],
  'mnist-2': [
    [5923, 2538],
    [980, 420],
  ],
  'mnist-rare-8': [
    [5421, 5421, 5421, 5421, 5421, 5421, 5421, 5421, 542, 5421],
    [892, 892, 892, 892, 892, 892, 892, 892, 89, 892],
  ],
  'mnist-rare-8-0.2': [
    [5421, 5421, 5421, 5421, 5421, 5421, 5421, 5421, 1084, 5421],
    [892, 892, 892, 892, 892, 892, 892, 892, 178, 892],
  ],
  'mnist-pool': [[6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958]],
  'mnist-elastic-00': [[6300, 1585, 1407, 6134, 5812, 4882, 2424, 4785, 6125, 3340]],
  'mnist-elastic-49': [[2422, 1588, 4590, 4061, 5445, 1940, 1324, 4621, 1947, 6300]],
  'fashion-mnist': [new Array(10).fill(6000), new Array(10).fill(1000)],
  'fmnist-5': [
    [6000, 6000, 12000, 18000, 18000],
    [1000, 1000, 2000, 3000, 3000],
  ],
  'cifar-10': [new Array(10).fill(5000), new Array(10).fill(1000)],
  'cifar-2': [
    [5000, 2142],
    [1000, 428],
  ],
  'cifar-2-pool': [[6000, 2571]],
  'cifar-10-pool': [new Array(10).fill(6000)],
  pendigits: [
    [780, 779, 780, 719, 780, 720, 720, 778, 719, 719],
    [363, 364, 364, 336, 364, 335, 336, 364, 336, 336],
  ],
};

describe('the catalogue', () => {
  it('tells of every name, once, in one order', () => {
    expect(CATALOGUE.map(({ name }) => name)).toEqual(DATASET_NAMES);
    expect(new Set(DATASET_NAMES).size).toBe(DATASET_NAMES.length);
    expect(CATALOGUE.every(({ title }) => title.length > 10)).toBe(true);
  });

  it.each(Object.keys(COUNTS))('has the counts of %s', (name) => {
    const [train, test] = COUNTS[name]!;
    expect(entry(name).train).toEqual(train);
    expect(entry(name).test).toEqual(test);
  });

  it.each(['digits', 'ring', 'ring-0.05', 'ring-0.10', 'grid'])('is right about %s', async (name) => {
    const dataset = await openDataset(name);
    expect([...classCounts(dataset)!]).toEqual(entry(name).train);
    expect([...classCounts(dataset.test!())!]).toEqual(entry(name).test);
    expect(dataset.shape).toEqual(entry(name).shape);
  });
});

/** MNIST and Fashion-MNIST with their own labels and images of a single pixel, and CIFAR-10 of 60 images. */
function writeFixtures(folder: string): void {
  for (const name of ['mnist', 'fashion-mnist']) {
    mkdirSync(join(folder, name));
    for (const [part, counts] of [
      ['train', entry(name).train!],
      ['t10k', entry(name).test!],
    ] as const) {
      const labels = Uint8Array.from(counts.flatMap((n, k) => new Array<number>(n).fill(k)));
      const path = join(folder, name, part);
      writeFileSync(
        `${path}-images-idx3-ubyte`,
        encodeIdx({ shape: [labels.length, 1, 1], data: labels.map((k) => 20 * k) }),
      );
      writeFileSync(`${path}-labels-idx1-ubyte`, encodeIdx({ shape: [labels.length], data: labels }));
    }
  }
  const cifar = join(folder, 'cifar-10-batches-bin');
  mkdirSync(cifar);
  const batch = new Uint8Array(10 * 3073);
  for (let k = 0; k < 10; k++) batch.fill(k, k * 3073, (k + 1) * 3073);
  for (const name of [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`).concat('test_batch'))
    writeFileSync(join(cifar, `${name}.bin`), batch);
}

describe('constructed sets', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mixtura-constructed-'));
    writeFixtures(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const open = (name: string, options = {}) =>
    openDataset(name, {
      environment: { MIXTURA_DATA: folder, MIXTURA_CACHE: join(folder, 'cache') },
      ...options,
    });

  const mnist = Object.keys(COUNTS).filter((name) => /^f?mnist-/.test(name));
  it.each(mnist)('%s has these counts, and no image of another class', async (name) => {
    const dataset = await open(name);
    expect([...classCounts(dataset)!]).toEqual(COUNTS[name]![0]);
    expect(dataset.test ? [...classCounts(dataset.test())!] : undefined).toEqual(COUNTS[name]![1]);
    const values = new Float32Array(dataset.count);
    dataset.read(
      Uint32Array.from({ length: dataset.count }, (_, i) => i),
      values,
    );
    // The one pixel is 20 times the class of the base.
    const members = dataset.classNames!.map(
      (_, k) =>
        new Set(
          [...values].filter((_, i) => dataset.labels![i] === k).map((x) => Math.round((255 * x) / 20)),
        ),
    );
    const wanted = { 'mnist-2': [[0], [4]], 'fmnist-5': [[1], [8], [0, 3], [2, 4, 6], [5, 7, 9]] }[name];
    expect(members.map((classes) => [...classes].sort())).toEqual(
      wanted ?? dataset.classNames!.map((_, k) => [k]),
    );
  });

  it('take another ratio, seed and part', async () => {
    expect([...classCounts(await open('mnist-2', { ratio: '9:1' }))!]).toEqual([5923, 658]);
    expect([...classCounts(await open('mnist-2', { ratio: '9:1', split: 'test' }))!]).toEqual([980, 108]);
    expect([...classCounts(await open('fmnist-5', { ratio: '1:1:1:1:1' }))!]).toEqual(
      new Array(5).fill(6000),
    );
    const [a, b, c] = [
      await open('mnist-2'),
      await open('mnist-2'),
      await open('mnist-2', { subsetSeed: 1 }),
    ];
    expect(a.fingerprint).toBe(b.fingerprint);
    expect(c.fingerprint).not.toBe(a.fingerprint);
    expect((await open('mnist', { classes: '0,4', ratio: '7:3' })).fingerprint).toBe(a.fingerprint);
  });

  it('of CIFAR-10 put frogs first', async () => {
    const dataset = await open('cifar-2');
    expect([dataset.classNames, dataset.shape]).toEqual([
      ['frog', 'airplane'],
      [3, 32, 32],
    ]);
    expect([...classCounts(dataset)!]).toEqual([5, 2]);
    expect([...classCounts(await open('cifar-2-pool', { ratio: '1:1' }))!]).toEqual([6, 6]);
    const pool = await open('cifar-10-pool');
    expect([pool.count, pool.test]).toEqual([60, undefined]);
  });

  it('refuse a second choice of classes, a held-out part that is not there, and a label', async () => {
    await expect(open('mnist-2', { classes: '3' })).rejects.toThrow(
      'leave out --classes, or give it with mnist.',
    );
    await expect(open('cifar-2', { groups: '3;4' })).rejects.toThrow(
      'leave out --groups, or give it with cifar-10.',
    );
    await expect(open('mnist-elastic-07', { split: 'test' })).rejects.toThrow('has no held-out split');
    await expect(open('mnist-2', { label: 'x' })).rejects.toThrow('--label names a column');
    await expect(open('mnist-elastic-50')).rejects.toThrow('did you mean mnist-elastic-');
  });
});

describe('expandSelection, publishedBase', () => {
  it('leave other names alone', () => {
    expect(expandSelection({ name: 'mnist', classes: '1,2' })).toEqual({ name: 'mnist', classes: '1,2' });
    expect(expandSelection({ name: 'constructor' })).toEqual({ name: 'constructor' });
    expect(['digits', 'rows.csv', 'constructor'].map(publishedBase)).toEqual([
      'digits',
      'rows.csv',
      'constructor',
    ]);
  });

  it('name the files behind every constructed set', () => {
    const bases = CONSTRUCTED_SETS.map(publishedBase);
    expect(bases.filter((base) => base === 'mnist').length).toBe(3 + 1 + ELASTIC_NAMES.length);
    expect(bases.filter((base) => base === 'cifar-10').length).toBe(3);
    expect(bases.filter((base) => base === 'fashion-mnist').length).toBe(1);
  });
});

describe.runIf(
  ['mnist', 'fashion-mnist', 'cifar-10-batches-bin'].every((name) =>
    existsSync(join(process.env.MIXTURA_DATA ?? '', name)),
  ),
)('the real files', () => {
  it.each(Object.keys(COUNTS))('have the counts of %s', async (name) => {
    const dataset = await openDataset(name);
    expect([...classCounts(dataset)!]).toEqual(COUNTS[name]![0]);
    expect(dataset.test ? [...classCounts(dataset.test())!] : undefined).toEqual(COUNTS[name]![1]);
    expect(dataset.shape).toEqual(entry(name).shape);
  });
});
