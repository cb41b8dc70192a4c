import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellCounts } from '../../test/support/made-data.js';
import { kmeans } from '../cluster/kmeans.js';
import type { SparseRows } from '../data/formats/sparse.js';
import { Stream } from '../math/random.js';
import { nmi } from '../metrics/nmi.js';
import { normalisedCounts } from './counts.js';

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/counts-view.json', import.meta.url), 'utf8'),
) as Record<'cells' | 'genes' | 'kept' | 'count', number> &
  Record<'counts' | 'chosen' | 'coordinates', number[]>;

function sparse(values: readonly number[], columns: number): SparseRows {
  const rows = values.length / columns;
  const entries = [...values.entries()].filter(([, value]) => value !== 0);
  const starts = new Uint32Array(rows + 1);
  for (const [at] of entries) starts[Math.floor(at / columns) + 1]! += 1;
  for (let i = 0; i < rows; i++) starts[i + 1]! += starts[i]!;
  return {
    ...{ rows, columns, starts },
    indices: Uint32Array.from(entries, ([at]) => at % columns),
    values: Float32Array.from(entries, ([, value]) => value),
  };
}

describe('the view of counts', () => {
  it('is that of dense matrices in NumPy and scikit-learn', () => {
    const x = sparse(golden.counts, golden.genes);
    const view = normalisedCounts(x, { most: golden.count, genes: golden.kept });
    expect([...view.genes]).toEqual(golden.chosen);
    const made = view.apply(x);
    expect([made.rows, made.columns]).toEqual([golden.cells, golden.count]);
    golden.coordinates.forEach((value, i) => {
      expect(made.values[i]).toBeCloseTo(value, 4);
    });
  });

  it('of other rows is that of the fit', () => {
    const x = sparse(golden.counts, golden.genes);
    const view = normalisedCounts(x, { most: 3, genes: 40 });
    const all = view.apply(x);
    const part = view.apply(sparse(golden.counts.slice(10 * golden.genes, 12 * golden.genes), golden.genes));
    expect([...part.values]).toEqual([...all.values.subarray(30, 36)]);
    // Twice the counts of a cell are the same shares.
    const twice = golden.counts.slice(0, golden.genes).map((count) => 2 * count);
    view.apply(sparse(twice, golden.genes)).values.forEach((value, k) => {
      expect(value).toBeCloseTo(all.values[k]!, 4);
    });
  });

  it('tells the types of made cells apart, whatever their library size', () => {
    const { counts, labels } = cellCounts(Stream.root(1), { cells: 1200, genes: 600, difference: 0.6 });
    const view = normalisedCounts(counts, { genes: 400, most: 20 });
    expect(view.genes.length).toBe(400);
    const { values, columns } = view.apply(counts);
    const found = kmeans({ data: values, dim: columns, clusters: 8, stream: Stream.root(0), starts: 5 });
    expect(nmi(labels, found.assignments)).toBeGreaterThan(0.8);
    expect(view.sentence).toMatch(
      /of 600 columns the 400 that vary most for their size, along 20 directions/,
    );
  });

  it('of no counts at all has no columns', () => {
    expect(normalisedCounts(sparse(new Array<number>(40).fill(0), 4)).columns).toBe(0);
  });
});
