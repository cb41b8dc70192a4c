/** @file From cells to groups: the best linked pair of parts is merged, until one is left; the curve tells how many groups. */
import type { Matrix } from '../math/matrix.js';
import type { Stream } from '../math/random.js';
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

/** Random rows around which the reference is measured. */
const BALLS = 24;

/**
 * Merges the parts of a graph pair by pair, each time the pair with the largest strength
 *
 *   q(a, b) = r(a, b) / ref(n_a, n_b),   r(a, b) = L_ab (I_a + I_b) / (I_a I_b),   I_a = L_aa + L_ab,
 *
 * L the numbers of edges within and between parts: r is the normalised cut of a against b inside their union. The
 * reference is the r that parts of the same two sizes have within the data: around random rows the nearest n_a against
 * the shell of the next n_b; the median of 24 (sizes rounded to powers of the square root of 2).
 * Parts without an edge between them are never merged.
 *
 * Source: relative interconnectivity (Karypis, Han and Kumar, "Chameleon", 1999), with another reference.
 */
export function mergeCurve(
  graph: NeighbourGraph,
  rows: Matrix,
  cells: Partition,
  stream: Stream,
): MergeCurve {
  const { parts } = cells;
  const links = partLinks(graph, cells.part, parts).links.slice();
  const sizes = new Float64Array(parts);
  for (const cell of cells.part) sizes[cell]! += 1;
  const reference = ballReference(graph, rows, stream);
  const alive = Array.from({ length: parts }, (_, i) => i);
  const strength = (a: number, b: number): number => {
    const between = links[a * parts + b]!;
    if (between === 0) return 0;
    const [inA, inB] = [links[a * parts + a]! + between, links[b * parts + b]! + between];
    return (between * (inA + inB)) / (inA * inB) / reference(sizes[a]!, sizes[b]!);
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

/** The number of parts where the strength of the next merge first falls below `least`. */
export function clearParts({ cells, merges }: MergeCurve, least: number): number {
  const stop = merges.find(({ strength }) => strength < least);
  return stop ? stop.parts : cells.parts - merges.length;
}

/** How well the inner n_a rows of a ball of n_a + n_b are linked to its shell: the median over balls. */
function ballReference(
  graph: NeighbourGraph,
  rows: Matrix,
  stream: Stream,
): (a: number, b: number) => number {
  const { count } = graph;
  const centres = Array.from({ length: BALLS }, () => stream.int(count));
  const balls = centres.map((row) => nearestFirst(rows, row));
  const known = new Map<string, number>();
  return (a, b) => {
    const [small, big] = [Math.min(a, b), Math.max(a, b)];
    const key = `${Math.floor(2 * Math.log2(small))} ${Math.floor(2 * Math.log2(big))}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = balls
      .map((order) => shellLink(graph, order, small, Math.min(small + big, count)))
      .filter((r) => r > 0)
      .sort((x, y) => x - y);
    const value = found.length === 0 ? 1 : median(found);
    known.set(key, value);
    return value;
  };
}

/** All rows, those near to one of them first. */
function nearestFirst({ rows, columns, values }: Matrix, row: number): Int32Array {
  const squared = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += (values[i * columns + j]! - values[row * columns + j]!) ** 2;
    squared[i] = sum;
  }
  return Int32Array.from({ length: rows }, (_, i) => i).sort((a, b) => squared[a]! - squared[b]! || a - b);
}

function shellLink(
  { start, to, count }: NeighbourGraph,
  order: Int32Array,
  inner: number,
  all: number,
): number {
  const place = new Uint8Array(count);
  for (let i = 0; i < all; i++) place[order[i]!] = i < inner ? 1 : 2;
  const links = [0, 0, 0];
  for (let i = 0; i < all; i++) {
    const row = order[i]!;
    for (let e = start[row]!; e < start[row + 1]!; e++) {
      const other = place[to[e]!]!;
      if (other === 0) continue;
      if (other !== place[row]) links[1]! += 0.5;
      else if (other === 1) links[0]! += 1;
      else links[2]! += 1;
    }
  }
  const [within, between, outside] = links as [number, number, number];
  if (between === 0) return 0;
  const [inA, inB] = [within + between, outside + between];
  return (between * (inA + inB)) / (inA * inB);
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
