/** @file Improves a partition by merging two parts and splitting one, as long as the normalised cut falls. */
import { cutShare, type NeighbourGraph, normalisedCut, partLinks } from './neighbour-graph.js';

/** When a move of {@link mergeSplit} is worth making. */
export interface MergeSplitOptions {
  /** A move must lower the normalised cut to less than this share of what it was (default 0.8) ... */
  readonly gain?: number;
  /** ... and by more than this: a partition that is right but for a few rows is left alone (default 0.05). */
  readonly least?: number;
  /** Smallest share of all rows that a half of a split part may have (default 0.02). */
  readonly smallest?: number;
}

/** The partition that {@link mergeSplit} ends with. */
export interface MergeSplit {
  /** The improved part of every row. */
  readonly part: Int32Array;
  /** Parts that a move has changed. */
  readonly changed: ReadonlySet<number>;
  /** Normalised cut before and after. */
  readonly before: number;
  readonly after: number;
}

/**
 * Looks for the partition mistake that gradients do not undo: one group shared by two parts while another part holds
 * two groups. A move merges parts a and b (a keeps all) and gives b one half of part c, cut where the graph of
 * neighbours is thinnest; or it cuts the union of a and b anew. The best move is made while it lowers the normalised
 * cut clearly.
 *
 * In the spirit of Ueda et al. 2000 (split and merge EM), with the normalised cut of Shi and Malik 2000 as criterion.
 */
export function mergeSplit(
  graph: NeighbourGraph,
  start: Int32Array,
  parts: number,
  { gain = 0.8, least = 0.05, smallest = 0.02 }: MergeSplitOptions = {},
): MergeSplit {
  let part: Int32Array = start.slice();
  const changed = new Set<number>();
  const before = normalisedCut(partLinks(graph, part, parts));
  let score = before;
  for (let moves = 0; moves < parts; moves++) {
    const limit = Math.min(gain * score, score - least);
    const best = bestMove(graph, part, parts, Math.max(2, smallest * graph.count), limit);
    if (best === undefined) break;
    part = best.part;
    score = best.score;
    for (const c of best.changed) changed.add(c);
  }
  return { part, changed, before, after: score };
}

interface Move {
  readonly part: Int32Array;
  readonly score: number;
  readonly changed: readonly number[];
}

/** Rounding that a bound on a score allows for. */
const SLACK = 1e-9;

/**
 * The move with the lowest normalised cut, if that is below `limit`.
 *
 * Cutting a part never makes its share of the normalised cut smaller: with edges e_p out of a half p of volume v_p,
 * e_p / v_p + e_q / v_q >= (e_p + e_q) / (v_p + v_q), and the edges between the halves come on top. So no move that
 * merges or cuts the union of a and b gets below the score of merging them, and most need not be tried.
 */
function bestMove(
  graph: NeighbourGraph,
  part: Int32Array,
  parts: number,
  smallest: number,
  limit: number,
): Move | undefined {
  let best: Move | undefined;
  const { links, volumes } = partLinks(graph, part, parts);
  const inside = (a: number, b: number) => links[a * parts + b]!;
  const shares = Array.from(volumes, (volume, c) => cutShare(inside(c, c), volume));
  const score = sumOf(shares);
  const unions = pairs(volumes).map(([a, b]) => {
    const share = cutShare(inside(a, a) + inside(b, b) + 2 * inside(a, b), volumes[a]! + volumes[b]!);
    return { a, b, share, bound: score + share - shares[a]! - shares[b]! - SLACK };
  });
  const worthTrying = ({ bound }: { bound: number }) => bound < (best?.score ?? limit);
  for (let c = 0; c < parts; c++) {
    // An empty part has nothing to merge; it gets its half from the cut of a union below.
    const merges = unions.filter(({ a, b }) => a !== c && b !== c && volumes[b]! > 0);
    if (!merges.some(worthTrying)) continue;
    const half = splitPart(graph, part, c, smallest);
    if (!half) continue;
    const [halfShare, restShare] = sharesOfHalves(graph, part, c, half);
    for (const { a, b, share } of merges) {
      const changed: Record<number, number> = { [a]: share, [b]: halfShare, [c]: restShare };
      const moved = sumOf(shares.map((own, at) => changed[at] ?? own));
      if (moved < (best?.score ?? limit)) {
        best = { part: merged(part, a, b, half), score: moved, changed: [a, b, c] };
      }
    }
  }
  for (const pair of unions) {
    if (!worthTrying(pair)) continue;
    const { a, b } = pair;
    const union = part.map((own) => (own === b ? a : own));
    const half = splitPart(graph, union, a, smallest);
    if (!half) continue;
    const moved = cutAnew(part, union, a, b, half);
    const movedScore = normalisedCut(partLinks(graph, moved, parts));
    if (movedScore < (best?.score ?? limit)) best = { part: moved, score: movedScore, changed: [a, b] };
  }
  return best;
}

/** What the half of part c, and the rest of c, add to the normalised cut. */
function sharesOfHalves(
  graph: NeighbourGraph,
  part: Int32Array,
  c: number,
  half: Uint8Array,
): [number, number] {
  const halves = part.map((own, i) => (own !== c ? 2 : half[i] ? 0 : 1));
  const { links, volumes } = partLinks(graph, halves, 3);
  return [cutShare(links[0]!, volumes[0]!), cutShare(links[4]!, volumes[1]!)];
}

const sumOf = (shares: readonly number[]) => shares.reduce((sum, share) => sum + share, 0);

/** b joins a; the half becomes the new b. */
function merged(part: Int32Array, a: number, b: number, half: Uint8Array): Int32Array {
  return part.map((own, i) => (half[i] ? b : own === b ? a : own));
}

/** The two halves of a union; each keeps the name that most of its rows had. */
function cutAnew(part: Int32Array, union: Int32Array, a: number, b: number, half: Uint8Array): Int32Array {
  let agreement = 0;
  part.forEach((own, i) => {
    if (union[i] === a) agreement += (own === b) === (half[i] === 1) ? 1 : -1;
  });
  const [inside, outside] = agreement >= 0 ? [b, a] : [a, b];
  return union.map((own, i) => (own !== a ? own : half[i] ? inside : outside));
}

/** All pairs of parts, the larger first. */
function pairs(volumes: Float64Array): [number, number][] {
  const all: [number, number][] = [];
  volumes.forEach((va, a) => {
    volumes.forEach((vb, b) => {
      if (a < b) all.push(va >= vb ? [a, b] : [b, a]);
    });
  });
  return all;
}

/** Marks the rows of the smaller half of part c where its graph is thinnest; nothing if it is too small to split. */
function splitPart(
  graph: NeighbourGraph,
  part: Int32Array,
  c: number,
  smallest: number,
): Uint8Array | undefined {
  const members = Int32Array.from([...part.keys()].filter((i) => part[i] === c));
  if (members.length < 2 * smallest) return undefined;
  const order = fiedlerOrder(graph, part, c, members);
  // Sweep: of all cuts along the order, the one with the smallest normalised cut of the two halves.
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
