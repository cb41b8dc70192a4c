/** @file Spectral bisection of one part of a graph. */
import type { NeighbourGraph } from './neighbour-graph.js';

/**
 * The smaller half of part c, cut where its graph is thinnest: 1 for each of its rows, 0 for all others.
 *
 * The rows are put in order by the second eigenvector of the part's normalised adjacency matrix. Of all cuts along this
 * order, the one with the smallest normalised cut is taken. Source: Shi and Malik 2000, section 3.
 *
 * @param smallest rows that each half must have at least
 * @returns undefined if no cut leaves so many rows on both sides
 */
export function splitPart(
  graph: NeighbourGraph,
  part: Int32Array,
  c: number,
  smallest: number,
): Uint8Array | undefined {
  const members = Int32Array.from([...part.keys()].filter((i) => part[i] === c));
  if (members.length < 2 * smallest) return undefined;
  const order = fiedlerOrder(graph, part, c, members);
  const inFirst = new Uint8Array(graph.count);
  const degree = (i: number) => graph.start[i + 1]! - graph.start[i]!;
  const total = members.reduce((sum, i) => sum + degree(i), 0);
  let [volume, crossing, bestScore, bestSize] = [0, 0, Number.POSITIVE_INFINITY, 0];
  order.forEach((i, n) => {
    for (let e = graph.start[i]!; e < graph.start[i + 1]!; e++) {
      const j = graph.to[e]!;
      if (part[j] === c) crossing += inFirst[j] ? -1 : 1;
    }
    inFirst[i] = 1;
    volume += degree(i);
    const size = n + 1;
    if (size < smallest || members.length - size < smallest) return;
    const score = crossing / volume + crossing / (total - volume);
    if (score < bestScore) [bestScore, bestSize] = [score, size];
  });
  if (bestSize === 0) return undefined;
  const first = bestSize * 2 <= members.length;
  const half = new Uint8Array(graph.count);
  const chosen = first ? order.subarray(0, bestSize) : order.subarray(bestSize);
  for (const i of chosen) half[i] = 1;
  return half;
}

const POWER_ITERATIONS = 300;
/** The power iteration stops when no entry of the unit vector moves by more than this. */
const CONVERGED = 1e-6;

/** The rows of a part along the second eigenvector of its normalised adjacency, by power iteration. */
function fiedlerOrder(graph: NeighbourGraph, part: Int32Array, c: number, members: Int32Array): Int32Array {
  const { start, to, weight, root } = normalisedSubgraph(graph, part, c, members);
  let x = root.map((value, n) => Math.sin(1 + 7.13 * n) * value); // any start not orthogonal to the answer
  let next = new Float64Array(members.length);
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    deflate(x, root);
    let moved = 0;
    for (let i = 0; i < x.length; i++) {
      let sum = x[i]!; // (I + D^-1/2 W D^-1/2) / 2 has no negative eigenvalues
      for (let e = start[i]!; e < start[i + 1]!; e++) sum += weight[e]! * x[to[e]!]!;
      next[i] = 0.5 * sum;
      moved = Math.max(moved, Math.abs(next[i]! - x[i]!));
    }
    [x, next] = [next, x];
    if (moved < CONVERGED) break;
  }
  deflate(x, root);
  const order = Int32Array.from(members.keys()).sort((i, j) => x[i]! / root[i]! - x[j]! / root[j]! || i - j);
  return order.map((i) => members[i]!);
}

/** The graph inside a part, members numbered from 0: weights 1 / sqrt(d_i d_j), and the roots of the degrees d. */
function normalisedSubgraph(graph: NeighbourGraph, part: Int32Array, c: number, members: Int32Array) {
  const index = new Int32Array(graph.count);
  members.forEach((i, n) => {
    index[i] = n;
  });
  const start = new Int32Array(members.length + 1);
  const to: number[] = [];
  members.forEach((i, n) => {
    for (let e = graph.start[i]!; e < graph.start[i + 1]!; e++) {
      const j = graph.to[e]!;
      if (part[j] === c) to.push(index[j]!);
    }
    start[n + 1] = to.length;
  });
  const root = Float64Array.from(members, (_, n) => Math.sqrt(Math.max(start[n + 1]! - start[n]!, 1e-9)));
  const weight = new Float64Array(to.length);
  for (let n = 0; n < members.length; n++) {
    for (let e = start[n]!; e < start[n + 1]!; e++) weight[e] = 1 / (root[n]! * root[to[e]!]!);
  }
  return { start, to: Int32Array.from(to), weight, root };
}

/** Removes the first eigenvector D^1/2 1 and normalises. */
function deflate(x: Float64Array, root: Float64Array): void {
  let [product, norm] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    product += x[i]! * root[i]!;
    norm += root[i]! ** 2;
  }
  let length = 0;
  for (let i = 0; i < x.length; i++) {
    x[i]! -= (product / norm) * root[i]!;
    length += x[i]! ** 2;
  }
  const scale = 1 / Math.sqrt(Math.max(length, 1e-300));
  for (let i = 0; i < x.length; i++) x[i]! *= scale;
}
