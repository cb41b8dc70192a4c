/** @file From cells to groups: the best linked pair of parts is merged, until one is left; the curve tells how many groups. */
import { linkOf, type SizeReference } from './ball-reference.js';
import type { Partition } from './cells.js';
import { renumbered } from './cells.js';
import { type NeighbourGraph, partLinks } from './neighbour-graph.js';

/** One merge. */
export interface Merge {
  /** Parts before it. */
  readonly parts: number;
  /** How well the two are linked beside a ball and its shell: about 0.3 within one group, 0 between far ones. */
  readonly strength: number;
  /** The two parts, by the numbers of their cells. */
  readonly into: number;
  readonly from: number;
}

/** All merges from the cells on. */
export interface MergeCurve {
  readonly cells: Partition;
  readonly merges: readonly Merge[];
}

/**
 * Merges the parts of a graph pair by pair, each time the pair with the largest strength r(a, b) / reference(n_a, n_b),
 * r the link of the two ({@link linkOf}). Parts without an edge between them are never merged.
 *
 * With the reference of {@link ballReference} strengths of parts of all sizes can be compared with each other, which tells
 * how many groups there are. Without one (1 for all sizes) small parts are merged sooner, because more of a small part
 * lies at its border: that is the better order where the number of groups is given.
 *
 * Source: relative interconnectivity (Karypis, Han and Kumar, "Chameleon", 1999), with another reference.
 */
export function mergeCurve(
  graph: NeighbourGraph,
  cells: Partition,
  reference: SizeReference = () => 1,
): MergeCurve {
  const { parts } = cells;
  const links = partLinks(graph, cells.part, parts).links.slice();
  const sizes = Float64Array.from(sizesOf(cells));
  const alive = Array.from({ length: parts }, (_, i) => i);
  const strength = (a: number, b: number): number => {
    const link = linkOf(links, parts, a, b);
    return link === 0 ? 0 : link / reference(sizes[a]!, sizes[b]!);
  };
  const strengths = new Float64Array(parts * parts);
  for (const a of alive) for (const b of alive) if (a < b) strengths[a * parts + b] = strength(a, b);
  const merges: Merge[] = [];
  while (alive.length > 1) {
    let best: { a: number; b: number; q: number } = { a: -1, b: -1, q: 0 };
    for (let i = 0; i < alive.length; i++) {
      for (let j = i + 1; j < alive.length; j++) {
        const q = strengths[alive[i]! * parts + alive[j]!]!;
        if (q > best.q) best = { a: alive[i]!, b: alive[j]!, q };
      }
    }
    const { a, b, q } = best;
    if (q === 0) break;
    merges.push({ parts: alive.length, strength: q, into: a, from: b });
    for (const c of alive) {
      if (c === b) continue;
      const more = links[b * parts + c]! * (c === a ? 2 : 1) + (c === a ? links[b * parts + b]! : 0);
      if (c === a) links[a * parts + a]! += more;
      else {
        links[a * parts + c]! += more;
        links[c * parts + a]! += more;
      }
    }
    sizes[a]! += sizes[b]!;
    alive.splice(alive.indexOf(b), 1);
    for (const c of alive) {
      if (c !== a) strengths[Math.min(a, c) * parts + Math.max(a, c)] = strength(a, c);
    }
  }
  return { cells, merges };
}

/** The parts when `parts` of them are left, or as few as there can be. */
export function partsOf({ cells, merges }: MergeCurve, parts: number): Partition {
  const into = Array.from({ length: cells.parts }, (_, cell) => cell);
  const done = merges.filter((merge) => merge.parts > parts);
  for (const { into: to, from } of done) into[from] = to;
  const last = (cell: number): number => (into[cell] === cell ? cell : last(into[cell]!));
  return renumbered(Array.from(cells.part, (cell) => last(cell)));
}

/**
 * The parts when `groups` of them have at least `smallest` rows, or as few more as there can be; each smaller part then
 * joins the part that it has most edges to. One without edges to others stays, and is a part beyond `groups`.
 */
export function groupsOfCurve(
  curve: MergeCurve,
  graph: NeighbourGraph,
  groups: number,
  smallest: number,
): Partition {
  const fewest = curve.cells.parts - curve.merges.length;
  for (let parts = Math.max(groups, fewest); ; parts++) {
    const found = partsOf(curve, parts);
    const large = sizesOf(found).filter((size) => size >= smallest).length;
    if (large >= groups || parts >= curve.cells.parts) return joined(found, graph, smallest);
  }
}

/** Rows of each part. */
export function sizesOf({ part, parts }: Partition): number[] {
  const sizes = new Array<number>(parts).fill(0);
  for (const p of part) sizes[p]! += 1;
  return sizes;
}

/** Parts of fewer than `smallest` rows given to the large part that they have most edges to, the largest of them first. */
function joined(found: Partition, graph: NeighbourGraph, smallest: number): Partition {
  const { part, parts } = found;
  const sizes = sizesOf(found);
  const { links } = partLinks(graph, part, parts);
  const into = sizes.map((size, a) => {
    if (size >= smallest) return a;
    const to = sizes.map((other, b) => (b !== a && other >= smallest ? links[a * parts + b]! : 0));
    const most = Math.max(...to);
    return most > 0 ? to.indexOf(most) : a;
  });
  return renumbered(part.map((p) => into[p]!));
}
