import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ArraySource, arrayDataset } from '../data/dataset.js';
import { openDataset } from '../data/sets/open.js';
import { Stream } from '../math/random.js';
import { compareOn } from './compare.js';

/** What scikit-learn finds; the file beside it made it. */
interface Golden {
  readonly labels: readonly number[];
  readonly hundredths: readonly number[];
  readonly scores: Readonly<Record<string, Record<'nmi' | 'ari' | 'acc' | 'sizeError', number>>>;
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/compare.json', import.meta.url), 'utf8'),
) as Golden;

const overlapping = (change: Partial<ArraySource> = {}) =>
  arrayDataset({
    ...{ name: 'made', kind: 'table', shape: [4], range: 'real', source: 'Made.' },
    values: Float64Array.from(golden.hundredths, (x) => x / 100),
    labels: Int32Array.from(golden.labels),
    ...change,
  });

describe('plain methods', () => {
  it('have the scores of scikit-learn on overlapping groups', async () => {
    const methods = await compareOn(overlapping(), { seed: 0 });
    expect(methods.map(({ name }) => name)).toEqual(Object.keys(golden.scores));
    for (const { name, groups, cpuSeconds, ...scores } of methods) {
      expect([groups, cpuSeconds > 0]).toEqual([3, true]);
      // The graphs differ by a few edges: here two rows are neighbours if either says so, there by half.
      const digits = name === 'spectral clustering' ? 2 : 9;
      const theirs = golden.scores[name]!;
      expect(scores.nmi).toBeCloseTo(theirs.nmi, digits);
      expect(scores.ari).toBeCloseTo(theirs.ari, digits);
      expect(scores.acc).toBeCloseTo(theirs.acc, digits);
      expect(scores.sizeError).toBeCloseTo(theirs.sizeError, digits === 2 ? 1 : digits);
    }
  });

  it('see of a table with gaps and categories what a person would give them', async () => {
    const stream = Stream.root(4);
    const rows = golden.labels.map((_, i) => [
      ...[0, 1, 2, 3].map((j) => golden.hundredths[4 * i + j]! / 100),
      Number(stream.uniform() < 0.02),
      ...(stream.uniform() < 0.5 ? [1, 0] : [0, 1]),
    ]);
    const number = (name: string, indicator = false) => ({ kind: 'number', name, indicator }) as const;
    const coding = [
      ...['a', 'b', 'c'].map((name) => number(name)),
      number('d', true),
      { kind: 'category', name: 'city', levels: ['Rome', 'Oslo'] } as const,
    ];
    const source = { shape: [7], values: Float64Array.from(rows.flat()), coding };
    const [means, mixture] = await compareOn(overlapping(source), { seed: 0 });
    expect(mixture!.name).toBe('PCA + Gaussian mixture (numbers alone)');
    expect(mixture!.nmi).toBeCloseTo(golden.scores['PCA + Gaussian mixture']!.nmi, 9);
    expect(means!.name).toBe('k-means (numbers, and categories as 0 and 1)');
    expect(means!.nmi).toBeGreaterThan(0.5);
    const marked = { ...source, shape: [5], coding: coding.slice(0, 4) };
    const values = Float64Array.from(rows.flatMap((row) => row.slice(0, 5)));
    const [alone] = await compareOn(overlapping({ ...marked, values }), { seed: 0 });
    expect(alone!.name).toBe('k-means (numbers alone)');
    expect(alone!.nmi).toBeCloseTo(golden.scores['k-means']!.nmi, 9);
  });

  it('have another seed and number of groups where they are given', async () => {
    const methods = await compareOn(overlapping(), { seed: 1, groups: 2 });
    expect(methods.map(({ groups }) => groups)).toEqual([2, 2, 2]);
  });

  it('solve the default digits by the graph of neighbours, seen as pixels', async () => {
    const digits = await openDataset('digits', { classes: '2,0,6,7', ratio: '8:4:2:1' });
    const [means, mixture, spectral] = await compareOn(digits, { seed: 0 });
    // 0.870, 0.916 and 0.985 in scikit-learn (bench/peer/groups.py).
    expect(means!.nmi).toBeCloseTo(0.87, 1);
    expect(mixture!.nmi).toBeCloseTo(0.9158, 2);
    expect(spectral!.nmi).toBeGreaterThan(0.97);
    expect(spectral!.sizeError).toBeLessThan(0.005);
  });
});

describe('a given division', () => {
  const group = golden.labels.map((label, i) => (i === 0 ? 0 : label + 1));

  it('is scored beside them, first, with the time that it took', async () => {
    const [ours] = await compareOn(overlapping(), {
      ...{ seed: 0, ours: [{ name: 'ours', group, cpuSeconds: 3 }] },
    });
    expect(ours).toMatchObject({ name: 'ours', groups: 3, acc: 359 / 360, cpuSeconds: 3 });
    expect(ours!.sizeError).toBeCloseTo(1 / 360, 12);
    expect(ours!.nmi).toBeGreaterThan(0.99);
    expect(ours!.nmi).toBeLessThan(1);
  });

  it('may be of some rows, in their order', async () => {
    const rows = Stream.root(0).choice(360, 120);
    const part = Array.from(rows, (i) => golden.labels[i]! + 1);
    const found = await compareOn(overlapping(), {
      ...{ seed: 0, rows, ours: [{ name: 'ours', group: part, cpuSeconds: 0 }] },
    });
    expect(found[0]).toMatchObject({ nmi: 1, ari: 1, acc: 1 });
    expect(found[0]!.sizeError).toBeCloseTo(0, 12);
    await expect(
      compareOn(overlapping(), { seed: 0, rows, ours: [{ name: 'ours', group, cpuSeconds: 0 }] }),
    ).rejects.toThrow('360 groups of ours for 120 rows');
  });
});

describe('what cannot be compared', () => {
  it('is told', async () => {
    await expect(compareOn(overlapping({ labels: undefined }), { seed: 0 })).rejects.toMatchObject({
      message:
        'made has no labels, so there is nothing to compare groups with: name their column by --label.',
      exitCode: 2,
    });
    await expect(compareOn(overlapping(), { seed: 0, groups: 361 })).rejects.toThrow(
      '361 groups of 360 rows cannot be compared: give at most one a row.',
    );
  });

  it('is so many equal rows that groups stay empty: there are fewer then', async () => {
    const labels = Int32Array.from({ length: 90 }, (_, i) => i % 3);
    const values = Float64Array.from({ length: 180 }, (_, i) => Number((i >> 1) % 3 > 0));
    const methods = await compareOn(overlapping({ shape: [2], values, labels }), { seed: 0 });
    expect(methods.map(({ groups }) => groups)).toEqual([2, 2, expect.any(Number)]);
    expect(methods[0]!.acc).toBeCloseTo(2 / 3, 12);
  });

  it('when the signal says so', async () => {
    await expect(compareOn(overlapping(), { seed: 0, signal: AbortSignal.abort() })).rejects.toThrow(
      'aborted',
    );
  });
});
