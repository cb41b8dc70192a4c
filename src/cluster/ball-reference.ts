/** @file How strongly two parts of a graph are linked, beside parts of the same sizes within the data. */
import type { Matrix } from '../math/matrix.js';
import type { Stream } from '../math/random.js';
import type { Partition } from './cells.js';
import { type NeighbourGraph, partLinks } from './neighbour-graph.js';

/** The link that parts of these numbers of rows have within one group. */
export type SizeReference = (a: number, b: number) => number;

/** Random rows around which the reference is measured. */
const BALLS = 24;

/**
 * The normalised cut of part a against part b inside their union,
 *
 *   r(a, b) = L_ab (I_a + I_b) / (I_a I_b),   I_a = L_aa + L_ab,
 *
 * L (parts x parts) the numbers of edges within and between parts: 0 without an edge between them.
 */
export function linkOf(links: Float64Array, parts: number, a: number, b: number): number {
  const between = links[a * parts + b]!;
  if (between === 0) return 0;
  const [inA, inB] = [links[a * parts + a]! + between, links[b * parts + b]! + between];
  return (between * (inA + inB)) / (inA * inB);
}

/** Two parts and the strength of their link. */
export interface LinkedPair {
  readonly a: number;
  readonly b: number;
  /** Link over reference: about 0.3 within one group, 0 between far ones. */
  readonly strength: number;
}

/** All pairs of parts that an edge joins, the most strongly linked first. */
export function linkedPairs(
  graph: NeighbourGraph,
  { part, parts }: Partition,
  reference: SizeReference,
): LinkedPair[] {
  const { links } = partLinks(graph, part, parts);
  const sizes = new Array<number>(parts).fill(0);
  for (const p of part) sizes[p]! += 1;
  const pairs: LinkedPair[] = [];
  for (let a = 0; a < parts; a++) {
    for (let b = a + 1; b < parts; b++) {
      const link = linkOf(links, parts, a, b);
      if (link > 0) pairs.push({ a, b, strength: link / reference(sizes[a]!, sizes[b]!) });
    }
  }
  return pairs.sort((x, y) => y.strength - x.strength);
}

/**
 * The link that parts of two sizes have within the data: around random rows the nearest n_a against the shell of the next
 * n_b; the median of 24 balls (sizes rounded to powers of the square root of 2).
 */
export function ballReference(graph: NeighbourGraph, rows: Matrix, stream: Stream): SizeReference {
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
  return linkOf(Float64Array.of(within, between, between, outside), 2, 0, 1);
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
