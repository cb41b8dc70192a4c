import { describe, expect, it } from 'vitest';
import { arrayDataset, classCounts, type Dataset } from './dataset.js';
import { pooled } from './pool.js';
import { select } from './select.js';

function part(labels: readonly number[], first: number, test?: () => Dataset): Dataset {
  return arrayDataset({
    name: 'made',
    kind: 'table',
    shape: [2],
    range: 'unit',
    maximum: 100,
    values: Uint8Array.from({ length: 2 * labels.length }, (_, i) => first + i),
    labels: Int32Array.from(labels),
    classNames: ['a', 'b'],
    source: test ? 'Made, train part.' : 'Made, test part.',
    test,
  });
}

describe('pooled', () => {
  const base = part([0, 1, 1], 0, () => part([0, 0], 50));
  const both = pooled(base, 'made-pool');

  it('is the training part and then the test part', () => {
    expect([both.name, both.count, both.maximum, both.test]).toEqual(['made-pool', 5, 100, undefined]);
    expect([...both.labels!]).toEqual([0, 1, 1, 0, 0]);
    expect(both.source).toBe('Made, training and test part together.');
    const out = new Float32Array(8);
    both.read([4, 0, 3, 2], out);
    expect([...out].map((x) => Math.round(100 * x))).toEqual([52, 53, 0, 1, 50, 51, 4, 5]);
  });

  it('is fingerprinted by both parts', () => {
    expect(both.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const other = pooled(
      part([0, 1, 1], 0, () => part([0, 0], 51)),
      'made-pool',
    );
    expect(other.fingerprint).not.toBe(both.fingerprint);
  });

  it('refuses rows that are not there, and a set without a test part', () => {
    expect(() => both.read([5], new Float32Array(2))).toThrow(RangeError);
    expect(() => both.read([-1], new Float32Array(2))).toThrow(RangeError);
    expect(() => both.read([0], new Float32Array(3))).toThrow(RangeError);
    expect(() => pooled(part([0], 0), 'x')).toThrow('made has no held-out part');
  });

  it('gives CIFAR-2 the counts of the published code: 8,571 at 7:3, 6,666 at 9:1', () => {
    const labels = (each: number) => Array.from({ length: 2 * each }, (_, i) => i % 2);
    const cifar = (test?: () => Dataset) =>
      arrayDataset({
        ...{ name: 'cifar', kind: 'image', shape: [1, 1, 1], range: 'unit', source: 'Made.' },
        values: new Uint8Array(test ? 10_000 : 2000),
        labels: Int32Array.from(labels(test ? 5000 : 1000)),
        classNames: ['airplane', 'frog'],
        test,
      });
    const pool = pooled(
      cifar(() => cifar()),
      'pool',
    );
    const counts = (ratio: string) => [...classCounts(select(pool, { classes: 'frog,airplane', ratio }))!];
    expect([counts('7:3'), counts('9:1'), counts('1:9'), counts('5:5')]).toEqual([
      [6000, 2571],
      [6000, 666],
      [666, 6000],
      [6000, 6000],
    ]);
  });
});
