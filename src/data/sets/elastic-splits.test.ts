import { describe, expect, it } from 'vitest';
import { arrayDataset, classCounts, type Dataset } from '../dataset.js';
import { ELASTIC_COUNTS, ELASTIC_NAMES, elasticSplit } from './elastic-splits.js';

/** Images of each digit in all of MNIST. */
const MNIST = [6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958];

/** As many samples of each digit as given; the value of a sample is its row. */
function pool(counts: readonly number[]): Dataset {
  const labels = Int32Array.from(counts.flatMap((n, digit) => new Array<number>(n).fill(digit)));
  return arrayDataset({
    name: 'mnist-pool',
    kind: 'image',
    shape: [1, 1, 1],
    range: 'real',
    values: Float32Array.from(labels, (_, row) => row),
    labels,
    classNames: counts.map((_, digit) => String(digit)),
    source: 'Made.',
  });
}

const sum = (values: readonly number[]) => values.reduce((total, n) => total + n, 0);

describe('the table of splits', () => {
  it('has the published statistics', () => {
    expect(ELASTIC_COUNTS.map((counts) => counts.length)).toEqual(new Array(50).fill(10));
    const sums = ELASTIC_COUNTS.map(sum);
    expect([Math.min(...sums), Math.max(...sums)]).toEqual([29640, 48122]);
    expect(ELASTIC_COUNTS.every((counts) => Math.max(...counts) === 6300)).toBe(true);
    // The published statistics are of the table with its fractions, which are cut off here.
    const ratios = ELASTIC_COUNTS.map((counts) => 6300 / Math.min(...counts)).sort((a, b) => a - b);
    expect(Math.abs(ratios[0]! - 2.32)).toBeLessThan(0.005);
    expect(Math.abs(ratios[49]! - 9.2)).toBeLessThan(0.02);
    expect(Math.abs((ratios[24]! + ratios[25]!) / 2 - 4.89)).toBeLessThan(0.005);
    const shares = ELASTIC_COUNTS.map((counts) => counts.map((n) => n / sum(counts)));
    const entropies = shares.map((p) => -sum(p.map((share) => share * Math.log(share))));
    expect(Math.abs(Math.min(...entropies) - 2.064)).toBeLessThan(1e-3);
    expect(Math.abs(Math.max(...entropies) - 2.266)).toBeLessThan(1e-3);
    // The error of sizes of a uniform prior: 0.0438 on average over the splits, from 0.0270 to 0.0678.
    const errors = shares.map((p) => Math.sqrt(sum(p.map((share) => (share - 0.1) ** 2)) / 10));
    expect(Math.abs(sum(errors) / 50 - 0.0438)).toBeLessThan(1e-4);
    expect(Math.abs(Math.min(...errors) - 0.027)).toBeLessThan(1e-4);
    expect(Math.abs(Math.max(...errors) - 0.0678)).toBeLessThan(1e-4);
  });

  it('has names in its order', () => {
    expect([ELASTIC_NAMES[0], ELASTIC_NAMES[7], ELASTIC_NAMES[49], ELASTIC_NAMES.length]).toEqual([
      'mnist-elastic-00',
      'mnist-elastic-07',
      'mnist-elastic-49',
      50,
    ]);
    expect(ELASTIC_COUNTS[7]).toEqual([2135, 2502, 2249, 6300, 3397, 2746, 1731, 5497, 1781, 6111]);
  });
});

describe('elasticSplit', () => {
  const all = pool(MNIST);

  it.each([0, 19, 49])('draws the counts of split %i, no image twice', (index) => {
    const split = elasticSplit(all, index);
    expect([...classCounts(split)!]).toEqual(ELASTIC_COUNTS[index]);
    const values = new Float32Array(split.count);
    split.read(
      Uint32Array.from({ length: split.count }, (_, i) => i),
      values,
    );
    expect(new Set(values).size).toBe(split.count);
    expect(values.every((row, i) => all.labels![row] === split.labels![i])).toBe(true);
    expect(split.test).toBeUndefined();
  });

  it('draws the same images for the same seed, others for another', () => {
    expect(elasticSplit(all, 3).fingerprint).toBe(elasticSplit(all, 3, 0).fingerprint);
    expect(elasticSplit(all, 3, 1).fingerprint).not.toBe(elasticSplit(all, 3).fingerprint);
  });

  it('refuses a pool that is too small', () => {
    expect(() => elasticSplit(pool([6300, 7]), 0)).toThrow(
      'mnist-elastic-00 needs 1585 images of the digit 1, and mnist-pool has 7: put the complete files there.',
    );
  });
});
