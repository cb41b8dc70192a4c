/** @file Improves a partition by merging two parts and splitting one, as long as the normalised cut falls. */
import { cutTerm, type NeighbourGraph, normalisedCut, partLinks } from './neighbour-graph.js';
import { splitPart } from './spectral-split.js';

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
 * Corrects the mistake of a partition that gradients do not correct: two parts share one group while another part holds
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
  const terms = Array.from(volumes, (volume, c) => cutTerm(inside(c, c), volume));
  const score = sumOf(terms);
  const unions = pairs(volumes).map(([a, b]) => {
    const term = cutTerm(inside(a, a) + inside(b, b) + 2 * inside(a, b), volumes[a]! + volumes[b]!);
    return { a, b, term, bound: score + term - terms[a]! - terms[b]! - SLACK };
  });
  const worthTrying = ({ bound }: { bound: number }) => bound < (best?.score ?? limit);
  for (let c = 0; c < parts; c++) {
    // An empty part has nothing to merge; it gets its half from the cut of a union below.
    const merges = unions.filter(({ a, b }) => a !== c && b !== c && volumes[b]! > 0);
    if (!merges.some(worthTrying)) continue;
    const half = splitPart(graph, part, c, smallest);
    if (!half) continue;
    const [halfTerm, restTerm] = termsOfHalves(graph, part, c, half);
    for (const { a, b, term } of merges) {
      const changed: Record<number, number> = { [a]: term, [b]: halfTerm, [c]: restTerm };
      const moved = sumOf(terms.map((own, at) => changed[at] ?? own));
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

/** The terms of the normalised cut of the half of part c, and of the rest of c. */
function termsOfHalves(
  graph: NeighbourGraph,
  part: Int32Array,
  c: number,
  half: Uint8Array,
): [number, number] {
  const halves = part.map((own, i) => (own !== c ? 2 : half[i] ? 0 : 1));
  const { links, volumes } = partLinks(graph, halves, 3);
  return [cutTerm(links[0]!, volumes[0]!), cutTerm(links[4]!, volumes[1]!)];
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
