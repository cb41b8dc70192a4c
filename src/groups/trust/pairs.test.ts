import { describe, expect, it } from 'vitest';
import { ballReference } from '../../cluster/ball-reference.js';
import { nearestRows } from '../../cluster/nearest-rows.js';
import { graphOfNearest } from '../../cluster/neighbour-graph.js';
import { Stream } from '../../math/random.js';
import { matchedRepeat } from './matched-repeats.js';
import { pairFindings } from './pairs.js';

type Rule = (x: number, y: number) => number;

/** Pairs of the groups that `whole` makes of points of the plane, each of `again` dividing a subsample of 80 %. */
function pairsOf(points: Float64Array, groups: number, whole: Rule, again: readonly Rule[]) {
  const rows = { rows: points.length / 2, columns: 2, values: points };
  const graph = graphOfNearest(nearestRows(rows, 10));
  const by = (rule: Rule, i: number) => rule(points[2 * i]!, points[2 * i + 1]!);
  const group = Int32Array.from({ length: rows.rows }, (_, i) => by(whole, i));
  const repeats = again.map((rule, s) => {
    const indices = Stream.root(s)
      .choice(rows.rows, 0.8 * rows.rows)
      .sort();
    const division = { part: Int32Array.from(indices, (i) => by(rule, i) - 1), parts: groups };
    return matchedRepeat({ group, groups }, { indices, division });
  });
  return pairFindings({ group, groups }, graph, ballReference(graph, rows, Stream.root(9)), repeats);
}

const cloud = () => Stream.root(5).normals(new Float64Array(2 * 1500));
const half: Rule = (x) => (x < 0 ? 1 : 2);
const otherHalf: Rule = (x) => (x < 0 ? 2 : 1);

describe('pairs of groups', () => {
  it('that are halves of one Gaussian are a continuum, though the same cut comes back', () => {
    // Which half comes first is no exchange: parts are matched.
    const [pair] = pairsOf(cloud(), 2, half, [half, otherHalf]);
    expect(pair).toMatchObject({ groups: [1, 2], exchanged: 0, continuum: true });
    expect(pair!.strength).toBeGreaterThan(0.3);
  });

  it('exchange the rows that another cut puts on the other side', () => {
    const turned: Rule = (_, y) => (y < 0 ? 1 : 2);
    const [pair] = pairsOf(cloud(), 2, half, [half, turned]);
    // A cut at a right angle moves a half, the same cut nothing.
    expect(pair!.exchanged).toBeGreaterThan(0.22);
    expect(pair!.exchanged).toBeLessThan(0.26);
  });

  it('that lie far apart are none, and come after those that do not', () => {
    const points = cloud();
    // The last third lies far away, the others are two halves.
    for (let i = 1000; i < 1500; i++) points[2 * i]! += 50;
    const rule: Rule = (x) => (x > 20 ? 3 : x < 0 ? 1 : 2);
    const pairs = pairsOf(points, 3, rule, [rule]);
    expect(pairs.map(({ groups }) => groups)).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(pairs.map(({ continuum }) => continuum)).toEqual([true, false, false]);
    expect(pairs[1]).toMatchObject({ strength: 0, exchanged: 0 });
  });

  it('that touch are no continuum', () => {
    const points = cloud();
    for (let i = 0; i < 700; i++) points[2 * i]! += 6;
    const rule: Rule = (x) => (x < 3 ? 1 : 2);
    const [pair] = pairsOf(points, 2, rule, [rule, rule]);
    expect(pair!.strength).toBeGreaterThan(0);
    expect(pair!.strength).toBeLessThan(0.15);
    expect(pair!.continuum).toBe(false);
  });
});

describe('links that are no clear border', () => {
  /** Two groups of ten rows, linked by strength 0.2 where the reference is fitted to that. */
  function linked(exchangedRows: number) {
    const group = Int32Array.from({ length: 20 }, (_, i) => (i < 10 ? 1 : 2));
    // A ring in each group, and one edge between them: link = 1 (21 + 21) / (21 * 21).
    const edges = [0, 10].flatMap((from) =>
      Array.from({ length: 10 }, (_, i) => [from + i, from + ((i + 1) % 10)]),
    );
    edges.push([0, 10]);
    const lists = Array.from({ length: 20 }, (_, i) =>
      edges.flatMap(([a, b]) => (a === i ? [b!] : b === i ? [a!] : [])),
    );
    let at = 0;
    const start = Int32Array.from([0, ...lists.map((list) => (at += list.length))]);
    const graph = { count: 20, start, to: Int32Array.from(lists.flat()) };
    const part = group.map((g, i) => (i < exchangedRows ? 1 : g - 1));
    const indices = Uint32Array.from(group, (_, i) => i);
    const repeat = matchedRepeat({ group, groups: 2 }, { indices, division: { part, parts: 2 } });
    return pairFindings({ group, groups: 2 }, graph, () => 2 / 21 / 0.2, [repeat])[0]!;
  }

  it('make a continuum where many rows are exchanged', () => {
    expect(linked(0).strength).toBeCloseTo(0.2, 12);
    expect(linked(0)).toMatchObject({ exchanged: 0, continuum: false });
    expect(linked(1)).toMatchObject({ exchanged: 0.05, continuum: true });
    expect(linked(2)).toMatchObject({ exchanged: 0.1, continuum: true });
  });
});
