/** @file A map: rows in the plane, so that neighbours in a graph lie near each other. */
import type { Matrix } from '../math/matrix.js';
import { alongComponents, principalComponents } from '../math/principal-components.js';
import type { Stream } from '../math/random.js';
import type { NeighbourGraph } from './neighbour-graph.js';
import { type SpectralEmbedding, unitCoordinates } from './spectral-embedding.js';

/** How a map is drawn. */
export interface NeighbourMapOptions {
  /**
   * The rows that the graph was made of. They say where the parts of a graph lie that no edge joins; without them that
   * is arbitrary.
   */
  readonly rows?: Matrix | undefined;
  /** Passes over all edges (default 200). */
  readonly epochs?: number | undefined;
}

/** 1 / (1 + A d^2) is about 1 up to a distance of 0.1, and falls as exp(-d) beyond (UMAP's `min_dist` 0.1, b = 1). */
const A = 1.6;
/** Weight of an edge in a pass: the ten neighbours of a row then pull as often as UMAP's mean edge is drawn. */
const PULL = 0.35;
/** Random rows that each row is pushed away from in a pass. */
const PUSHES = 18;
/** Longest move along one axis by one force. */
const LONGEST = 4;
/** Side of the square in which the map starts. */
const SIDE = 10;
/** Steps to the mean of the neighbours by which the start gathers each group around its middle. */
const GATHERING = 15;

/**
 * Places of the rows of a graph in the plane, n x 2: near rows are near on it, lengths and angles mean nothing.
 *
 * Places start at the two principal components of the rows, averaged over neighbours (without rows, of the spectral
 * embedding). Edges then pull, and random rows push, down the gradient of
 *
 *   -sum_edges log p_ij - sum_random log (1 - p_ij),   p_ij = 1 / (1 + a |y_i - y_j|^2),
 *
 * in steps that shrink linearly to 0. The same stream gives the same bits.
 *
 * Source: UMAP (McInnes, Healy and Melville 2018); the start, Kobak and Linderman 2021.
 */
export function neighbourMap(
  graph: NeighbourGraph,
  embedding: SpectralEmbedding,
  stream: Stream,
  { rows, epochs = 200 }: NeighbourMapOptions = {},
): Float32Array {
  const places = rows ? gathered(graph, plane(rows)) : plane(coordinatesOf(embedding));
  spread(places, stream.fork('start'));
  const draw = wordsOf(stream.fork('pushes'));
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 1 - epoch / epochs;
    pull(graph, places, rate);
    push(places, rate, draw);
  }
  return Float32Array.from(places);
}

function coordinatesOf(embedding: SpectralEmbedding): Matrix {
  return { rows: embedding.count, columns: embedding.width, values: unitCoordinates(embedding) };
}

/** The two principal components of rows, n x 2; 0 where there are fewer. */
function plane(rows: Matrix): Float64Array<ArrayBuffer> {
  const out = new Float64Array(2 * rows.rows);
  if (rows.rows < 2) return out;
  const { columns, values } = alongComponents(rows, principalComponents(rows, 2));
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < columns; j++) out[2 * i + j] = values[i * columns + j]!;
  }
  return out;
}

/** Moves every row to the mean of itself and its neighbours, again and again. */
function gathered(
  { count, start, to }: NeighbourGraph,
  places: Float64Array<ArrayBuffer>,
): Float64Array<ArrayBuffer> {
  let from = places;
  let next = new Float64Array(places.length);
  for (let step = 0; step < GATHERING; step++) {
    for (let i = 0; i < count; i++) {
      let [x, y] = [from[2 * i]!, from[2 * i + 1]!];
      for (let e = start[i]!; e < start[i + 1]!; e++) {
        x += from[2 * to[e]!]!;
        y += from[2 * to[e]! + 1]!;
      }
      const rows = 1 + start[i + 1]! - start[i]!;
      next[2 * i] = x / rows;
      next[2 * i + 1] = y / rows;
    }
    [from, next] = [next, from];
  }
  return from;
}

/** Scales both axes by one factor to the square of the start; a little noise parts rows that are equal. */
function spread(places: Float64Array, stream: Stream): void {
  const noise = stream.normals(new Float64Array(places.length));
  let [lowX, highX, lowY, highY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < places.length; i += 2) {
    lowX = Math.min(lowX, places[i]!);
    highX = Math.max(highX, places[i]!);
    lowY = Math.min(lowY, places[i + 1]!);
    highY = Math.max(highY, places[i + 1]!);
  }
  const scale = SIDE / (Math.max(highX - lowX, highY - lowY) || 1);
  for (let i = 0; i < places.length; i++) {
    places[i] = (places[i]! - (i % 2 === 0 ? lowX : lowY)) * scale + 0.05 * noise[i]!;
  }
}

/** Every edge pulls its two rows together. */
function pull({ count, start, to }: NeighbourGraph, places: Float64Array, rate: number): void {
  for (let i = 0; i < count; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const j = to[e]!;
      if (j <= i) continue;
      const dx = places[2 * i]! - places[2 * j]!;
      const dy = places[2 * i + 1]! - places[2 * j + 1]!;
      const force = (-2 * A * PULL * rate) / (1 + A * (dx * dx + dy * dy));
      const [x, y] = [limited(force * dx), limited(force * dy)];
      places[2 * i]! += x;
      places[2 * i + 1]! += y;
      places[2 * j]! -= x;
      places[2 * j + 1]! -= y;
    }
  }
}

/** Every row is pushed away from a few random rows. */
function push(places: Float64Array, rate: number, draw: () => number): void {
  const count = places.length / 2;
  for (let i = 0; i < count; i++) {
    let [x, y] = [places[2 * i]!, places[2 * i + 1]!];
    for (let p = 0; p < PUSHES; p++) {
      const j = draw() % count;
      if (j === i) continue;
      const dx = x - places[2 * j]!;
      const dy = y - places[2 * j + 1]!;
      const squared = dx * dx + dy * dy;
      const force = (2 * rate) / ((0.001 + squared) * (1 + A * squared));
      x += limited(force * dx);
      y += limited(force * dy);
    }
    places[2 * i] = x;
    places[2 * i + 1] = y;
  }
}

function limited(move: number): number {
  return move > LONGEST ? LONGEST : move < -LONGEST ? -LONGEST : move;
}

/** Words of 32 bits by xorshift (Marsaglia 2003), ten times as fast as a stream. */
function wordsOf(stream: Stream): () => number {
  let word = stream.uint32() | 1;
  return () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return word >>> 0;
  };
}
