import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { acc } from './acc.js';
import { ari } from './ari.js';
import { contingency, denseCounts } from './contingency.js';
import { kmeansScores, labelScores } from './label-scores.js';
import { entropy, nmi } from './nmi.js';
import { purity } from './purity.js';

interface LabelCase {
  readonly name: string;
  readonly labels: number[];
  readonly predicted: number[];
  readonly nmi: number;
  readonly ari: number;
  readonly acc: number;
  readonly purity: number;
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/metrics.json', import.meta.url), 'utf8'),
) as { labels: LabelCase[] };

const pairs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 5 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => ({ labels: rows.map((r) => r[0]), predicted: rows.map((r) => r[1]) }));

describe('label metrics', () => {
  it.each(golden.labels)('agree with scikit-learn: $name', (expected) => {
    const { labels, predicted } = expected;
    expect(nmi(labels, predicted)).toBeCloseTo(expected.nmi, 12);
    expect(ari(labels, predicted)).toBeCloseTo(expected.ari, 12);
    expect(acc(labels, predicted)).toBeCloseTo(expected.acc, 12);
    expect(purity(labels, predicted)).toBeCloseTo(expected.purity, 12);
  });

  it('uses the arithmetic mean of the entropies', () => {
    expect(nmi([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2])).toBeCloseTo(0.5158037429793888, 14);
    expect(entropy([10, 10], 20)).toBeCloseTo(Math.LN2, 15);
  });

  it('do not change when either side is renamed', () => {
    fc.assert(
      fc.property(pairs, ({ labels, predicted }) => {
        const before = labelScores(labels, predicted);
        const after = labelScores(
          labels.map((v) => 7 - 3 * v),
          predicted.map((v) => (v * 5 + 2) % 6),
        );
        for (const key of ['nmi', 'ari', 'acc', 'purity'] as const) {
          expect(after[key]).toBeCloseTo(before[key], 12);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('nmi, ari and acc are symmetric, acc never exceeds purity, all are bounded', () => {
    fc.assert(
      fc.property(pairs, ({ labels, predicted }) => {
        const one = labelScores(labels, predicted);
        const other = labelScores(predicted, labels);
        expect(other.nmi).toBeCloseTo(one.nmi, 12);
        expect(other.ari).toBeCloseTo(one.ari, 12);
        expect(other.acc).toBe(one.acc);
        expect(one.acc).toBeLessThanOrEqual(one.purity);
        for (const value of [one.nmi, one.acc, one.purity]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(one.ari).toBeGreaterThanOrEqual(-0.5 - 1e-12);
        expect(one.ari).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  it('score a partition against itself as 1', () => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => (i * i) % 7);
    expect(labelScores(labels, labels)).toEqual({ nmi: 1, ari: 1, acc: 1, purity: 1 });
  });

  it('stay small for many singletons', () => {
    const each = Int32Array.from({ length: 20_000 }, (_, i) => i);
    expect(nmi(each, each)).toBeCloseTo(1, 12);
    expect(ari(each, each)).toBe(1);
    expect(purity(new Int32Array(20_000), each)).toBe(1);
  });

  it('refuse vectors of different lengths and labels that are not integers', () => {
    expect(() => nmi([0, 1], [0])).toThrow('Cannot compare 2 labels with 1 predictions');
    expect(() => ari([0, 0.5], [0, 1])).toThrow('The label of sample 1 is 0.5');
    expect(() => acc([0, 1], [0, Number.NaN])).toThrow('The predicted label of sample 1 is NaN');
  });
});

describe('contingency', () => {
  it('counts classes in rows and clusters in columns, ascending', () => {
    const table = contingency([4, 4, 0, 4], [9, 2, 2, 9]);
    expect(table.classes).toEqual([0, 4]);
    expect(table.clusters).toEqual([2, 9]);
    expect([...denseCounts(table)]).toEqual([1, 0, 1, 2]);
    expect(table.classTotals).toEqual([1, 3]);
    expect(table.clusterTotals).toEqual([2, 2]);
  });
});

describe('kmeansScores', () => {
  it('clusters features into max(K, classes) groups and scores them', () => {
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
    const noise = Stream.root(1).normals(new Float64Array(120));
    const features = noise.map((v, k) => v * 0.1 + (k % 2 === 0 ? 5 : -3) * labels[k >> 1]!);
    for (const components of [2, 3]) {
      const scores = kmeansScores({ features, dim: 2, labels, components, stream: Stream.root(0) });
      expect(scores).toEqual({ nmi: 1, ari: 1, acc: 1, purity: 1 });
    }
    const split = kmeansScores({ features, dim: 2, labels, components: 5, stream: Stream.root(0) });
    expect(split.purity).toBe(1);
    expect(split.acc).toBeLessThan(1);
  });

  it('gives 0, not NaN, when all features collapse to one point', () => {
    const labels = [0, 1, 0, 1];
    const scores = kmeansScores({
      features: new Float32Array(8).fill(0.3),
      dim: 2,
      labels,
      components: 2,
      stream: Stream.root(0),
    });
    expect(scores).toEqual({ nmi: 0, ari: 0, acc: 0.5, purity: 0.5 });
  });
});
