import { describe, expect, it } from 'vitest';
import { clearParts } from '../groups/count.js';
import { Stream } from '../math/random.js';
import { ballReference } from './ball-reference.js';
import { graphCells } from './cells.js';
import { groupsOfCurve, type MergeCurve, mergeCurve, partsOf, sizesOf } from './merge-curve.js';
import { nearestRows } from './nearest-rows.js';
import { graphOfNearest, type NeighbourGraph } from './neighbour-graph.js';
import { spectralEmbedding } from './spectral-embedding.js';

interface Found {
  readonly graph: NeighbourGraph;
  readonly curve: MergeCurve;
}

/** The curve of Gaussian clouds of deviation 1 around points of the plane. */
function curveOf(centres: readonly (readonly [number, number, number])[], seed = 0): Found {
  const stream = Stream.root(seed);
  const values = Float64Array.from(
    centres.flatMap(([x, y, n]) =>
      Array.from({ length: n }, () => [x + stream.normal(), y + stream.normal()]).flat(),
    ),
  );
  const rows = { rows: values.length / 2, columns: 2, values };
  const graph = graphOfNearest(nearestRows(rows, 10));
  const cells = graphCells(spectralEmbedding(graph, 16, stream.fork('e')), 30, stream.fork('c'));
  return { graph, curve: mergeCurve(graph, cells, ballReference(graph, rows, stream.fork('m'))) };
}

const descending = (sizes: number[]) => sizes.sort((a, b) => b - a);

describe('the merge curve', () => {
  it.each([0, 1, 2])('finds three touching clouds of unequal size, seed %d', (seed) => {
    const { curve } = curveOf(
      [
        [0, 0, 900],
        [6, 0, 300],
        [0, 6, 100],
      ],
      seed,
    );
    expect(clearParts(curve)).toBe(3);
    const sizes = descending(sizesOf(partsOf(curve, 3)));
    for (const [i, size] of [900, 300, 100].entries()) expect(Math.abs(sizes[i]! - size)).toBeLessThan(6);
  });

  it.each([0, 1, 2])('finds one group in one cloud, seed %d', (seed) => {
    const { curve } = curveOf([[0, 0, 1500]], seed);
    expect(clearParts(curve)).toBe(1);
    // Cells are cut where their group is thinnest, so they are linked less than balls and shells are.
    const strengths = curve.merges.map(({ strength }) => strength).sort((a, b) => a - b);
    expect(strengths[strengths.length >> 1]!).toBeGreaterThan(0.2);
    expect(strengths[strengths.length >> 1]!).toBeLessThan(0.7);
  });

  it('never merges what no edge joins', () => {
    const { curve } = curveOf([
      [0, 0, 300],
      [100, 0, 200],
    ]);
    expect(partsOf(curve, 1).parts).toBe(2);
    expect(partsOf(curve, 0).parts).toBe(2);
  });

  it('counts parts of fewer than the least rows as no groups', () => {
    const { curve, graph } = curveOf([
      [0, 0, 600],
      [6, 0, 300],
      [100, 100, 12],
    ]);
    expect(descending(sizesOf(partsOf(curve, 3)))).toEqual([600, 300, 12]);
    // Two groups are wanted; the twelve rows are joined to nothing, and stay a part of their own.
    expect(descending(sizesOf(groupsOfCurve(curve, graph, 2, 20)))).toEqual([600, 300, 12]);
    expect(descending(sizesOf(groupsOfCurve(curve, graph, 2, 5)))).toEqual([900, 12]);
  });
});
