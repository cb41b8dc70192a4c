import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { type NeighbourGraph, neighbourGraph, normalisedCut, partLinks } from './neighbour-graph.js';

/** A graph of undirected edges. */
function graphOf(count: number, edges: readonly (readonly [number, number])[]): NeighbourGraph {
  const rows = Array.from({ length: count }, (_, i) =>
    edges.flatMap(([a, b]) => (a === i ? [b] : b === i ? [a] : [])).sort((p, q) => p - q),
  );
  const start = new Int32Array(count + 1);
  rows.forEach((row, i) => {
    start[i + 1] = start[i]! + row.length;
  });
  return { count, start, to: Int32Array.from(rows.flat()) };
}

const neighboursOf = ({ start, to }: NeighbourGraph, i: number) => [...to.subarray(start[i]!, start[i + 1]!)];

const triangles = graphOf(6, [
  [0, 1],
  [0, 2],
  [1, 2],
  [3, 4],
  [3, 5],
  [4, 5],
  [2, 3],
]);
const cutOf = (graph: NeighbourGraph, part: readonly number[], parts: number) =>
  normalisedCut(partLinks(graph, Int32Array.from(part), parts));

describe('the neighbour graph', () => {
  it.each([
    [40, 3, 5],
    [25, 1, 1],
    [12, 4, 11],
  ])('of %i rows in %i dimensions joins each to its %i nearest rows, both ways', (n, dim, k) => {
    const rows = Stream.root(n).normals(new Float32Array(n * dim));
    const distance = (i: number, j: number) =>
      Array.from({ length: dim }, (_, a) => (rows[i * dim + a]! - rows[j * dim + a]!) ** 2).reduce(
        (s, x) => s + x,
        0,
      );
    const nearest = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((p, q) => distance(i, p) - distance(i, q))
        .slice(0, k),
    );
    const graph = neighbourGraph(rows, dim, k);
    expect(graph.count).toBe(n);
    for (let i = 0; i < n; i++) {
      const expected = nearest.flatMap((row, j) =>
        j !== i && (row.includes(i) || nearest[i]!.includes(j)) ? [j] : [],
      );
      expect(neighboursOf(graph, i)).toEqual(expected);
    }
  });

  it('of fewer rows than neighbours is complete, and of one row empty', () => {
    const graph = neighbourGraph(Float32Array.of(0, 1, 5), 1, 10);
    expect([0, 1, 2].map((i) => neighboursOf(graph, i))).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
    ]);
    expect(neighbourGraph(Float32Array.of(3), 1).to.length).toBe(0);
  });
});

describe('the normalised cut', () => {
  it('of two triangles joined by an edge is 2/7 between them and 1/2 + 1/5 beside two corners', () => {
    expect(cutOf(triangles, [0, 0, 0, 1, 1, 1], 2)).toBeCloseTo(2 / 7, 14);
    expect(cutOf(triangles, [0, 0, 1, 1, 1, 1], 2)).toBeCloseTo(0.7, 14);
    const { links, volumes } = partLinks(triangles, Int32Array.of(0, 0, 0, 1, 1, 1), 2);
    expect([...links]).toEqual([6, 1, 1, 6]);
    expect([...volumes]).toEqual([7, 7]);
  });

  it('is 0 for cliques without edges between them, K for parts without edges inside, and 1 for an empty part', () => {
    const cliques = neighbourGraph(Float32Array.of(0, 1, 2, 100, 101, 102), 1, 2);
    expect(cutOf(cliques, [0, 0, 0, 1, 1, 1], 2)).toBe(0);
    const square = graphOf(4, [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ]);
    expect(cutOf(square, [0, 1, 0, 1], 2)).toBe(2);
    expect(cutOf(square, [0, 0, 0, 0], 3)).toBe(2);
  });

  it('does not depend on the names of the parts', () => {
    expect(cutOf(triangles, [2, 2, 0, 1, 1, 0], 3)).toBeCloseTo(cutOf(triangles, [0, 0, 1, 2, 2, 1], 3), 14);
  });
});
