import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { mergeSplit } from './merge-split.js';
import { neighbourGraph, normalisedCut, partLinks } from './neighbour-graph.js';

interface Blobs {
  readonly rows: Float32Array;
  /** The blob of every row. */
  readonly blob: Int32Array;
}

/** Gaussian blobs of given sizes around given points of the plane. */
function blobs(
  sizes: readonly number[],
  centres: readonly (readonly [number, number])[],
  spread = 0.3,
): Blobs {
  const blob = Int32Array.from(sizes.flatMap((size, c) => new Array<number>(size).fill(c)));
  const rows = Stream.root(5).normals(new Float32Array(2 * blob.length));
  for (let i = 0; i < rows.length; i++) rows[i] = spread * rows[i]! + centres[blob[i >> 1]!]![i % 2]!;
  return { rows, blob };
}

/** Whether two partitions are equal up to the names of their parts: an NMI of 1. */
function samePartition(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  const pairs = new Set(Array.from(a, (part, i) => `${part}:${b[i]}`));
  return pairs.size === new Set(Array.from(a)).size && pairs.size === new Set(Array.from(b)).size;
}

const sizesOf = (part: Int32Array, parts: number) =>
  Array.from({ length: parts }, (_, c) => part.filter((own) => own === c).length);

const four = blobs(
  [160, 80, 40, 20],
  [
    [0, 0],
    [6, 0],
    [0, 6],
    [6, 6],
  ],
);
const graph = neighbourGraph(four.rows, 2);
/** The heavy blob in two halves, the two lightest blobs together. */
const planted = four.blob.map((c, i) => [four.rows[2 * i]! < 0 ? 0 : 1, 2, 3, 3][c]!);

const EXHAUSTIVE = [
  0.7732710827234228, 0.6462495313682719, 0.718308328073704, 0.5614545989362495, 0.7086922294759278,
  0.9847733917418834, 0.6439272763140852, 0.8915958171457451, 0.6157413007250312, 0.6514146744448133,
  0.7716338639699453, 0.8062678134289212,
];

describe('merge and split', () => {
  it('repairs a heavy group in two parts and two light groups in one', () => {
    const { part, changed, before, after } = mergeSplit(graph, planted, 4);
    expect(samePartition(part, four.blob)).toBe(true);
    expect(sizesOf(part, 4).sort((a, b) => a - b)).toEqual([20, 40, 80, 160]);
    expect([...changed].sort()).toEqual([0, 1, 3]);
    expect(part.every((c, i) => (c === 2) === (four.blob[i] === 1))).toBe(true);
    expect(before).toBeGreaterThan(0.1);
    expect(after).toBe(0);
  });

  it('leaves the partition that it was given as it was, and repeats itself exactly', () => {
    const copy = planted.slice();
    const [first, second] = [mergeSplit(graph, planted, 4), mergeSplit(graph, planted, 4)];
    expect(planted).toEqual(copy);
    expect(second).toEqual(first);
  });

  it('does not touch a correct partition', () => {
    const { part, changed, before, after } = mergeSplit(graph, four.blob, 4);
    expect(part).toEqual(four.blob);
    expect([...changed]).toEqual([]);
    expect([before, after]).toEqual([0, 0]);
  });

  it('cuts two blobs anew where two parts cut both of them, and keeps the names that most rows had', () => {
    const two = blobs(
      [120, 40],
      [
        [0, 0],
        [5, 0],
      ],
    );
    const near = neighbourGraph(two.rows, 2);
    const bad = two.blob.map((c, i) => (i % 4 === 0 ? 1 - c : c));
    const { part, changed } = mergeSplit(near, bad, 2);
    expect(part).toEqual(two.blob);
    expect([...changed].sort()).toEqual([0, 1]);
    const swapped = mergeSplit(
      near,
      bad.map((c) => 1 - c),
      2,
    );
    expect(swapped.part).toEqual(two.blob.map((c) => 1 - c));
  });

  it('keeps the names also where the larger part loses most of the larger blob', () => {
    const two = blobs(
      [120, 100],
      [
        [0, 0],
        [5, 0],
      ],
    );
    const bad = two.blob.map((c, i) => (i < 40 ? 1 : c)); // 80 rows of the large blob against 140
    expect(mergeSplit(neighbourGraph(two.rows, 2), bad, 2).part).toEqual(two.blob);
  });

  it('gives an empty part one of the groups of another, and concerns no third part', () => {
    const merged = four.blob.map((c) => [0, 1, 2, 2][c]!);
    const { part, changed, before } = mergeSplit(graph, merged, 4);
    expect(before).toBe(1);
    expect(samePartition(part, four.blob)).toBe(true);
    expect([...changed].sort()).toEqual([2, 3]);
    const alone = mergeSplit(graph, new Int32Array(300), 4);
    expect(samePartition(alone.part, four.blob)).toBe(true);
  });
});

describe('the smallest part', () => {
  const uneven = blobs(
    [100, 3],
    [
      [0, 0],
      [9, 0],
    ],
  );
  const near = neighbourGraph(uneven.rows, 2, 2);

  it.each([
    [0.02, 3],
    [0.05, 6],
    [0.2, 21],
  ])('of a split has a share of at least %f', (smallest, least) => {
    const { part } = mergeSplit(near, new Int32Array(103), 2, { smallest });
    const sizes = sizesOf(part, 2).filter((size) => size > 0);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(least);
    if (smallest === 0.02) expect(samePartition(part, uneven.blob)).toBe(true);
  });

  it('never leaves a part without rows where no cut is allowed', () => {
    // A complete bipartite graph of 20 rows in two parts, and a clique of 5 that halves of 2.5 rows cannot split.
    const edges = (i: number) =>
      Array.from({ length: 25 }, (_, j) => j).filter((j) =>
        i < 20 ? j < 20 && i % 2 !== j % 2 : j >= 20 && j !== i,
      );
    const rows = Array.from({ length: 25 }, (_, i) => edges(i));
    const start = Int32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]);
    const bipartite = { count: 25, start, to: Int32Array.from(rows.flat()) };
    const part = Int32Array.from({ length: 25 }, (_, i) => (i < 20 ? i % 2 : 2));
    const result = mergeSplit(bipartite, part, 3, { smallest: 0.1 });
    expect(result.before).toBe(2);
    expect(Math.min(...sizesOf(result.part, 3))).toBeGreaterThanOrEqual(3);
  });

  it('is not reached by a move that gains too little', () => {
    const { changed } = mergeSplit(
      near,
      uneven.blob.map((c, i) => (i === 0 ? 1 : c)),
      2,
      { gain: 1e-9 },
    );
    expect([...changed]).toEqual([0, 1]); // to a cut of 0: any gain is enough
    const line = neighbourGraph(
      Float32Array.from({ length: 40 }, (_, i) => i),
      1,
      2,
    );
    const start = Int32Array.from({ length: 40 }, (_, i) => (i < 16 ? 0 : 1));
    expect([...mergeSplit(line, start, 2).changed]).toEqual([]);
  });

  it('knows the normalised cut of what it gives back, bit for bit', () => {
    let moved = 0;
    const found: number[] = [];
    for (let seed = 0; seed < 12; seed++) {
      const stream = Stream.root(seed);
      const mixed = planted.map((c) => (stream.int(10) < 8 ? c : stream.int(6)));
      const { part, changed, before, after } = mergeSplit(graph, mixed, 6, { gain: 0.95, least: 0.01 });
      found.push(after);
      expect(before).toBe(normalisedCut(partLinks(graph, mixed, 6)));
      expect(after).toBe(normalisedCut(partLinks(graph, part, 6)));
      if (changed.size > 0) moved++;
    }
    expect(moved).toBeGreaterThan(3);
    // What trying every move, without a bound, ended with.
    expect(found).toEqual(EXHAUSTIVE);
  });
});
