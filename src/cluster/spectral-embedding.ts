/** @file The spectral embedding of a graph: the leading eigenvectors of its normalised adjacency. */
import { type KnownSpace, largestEigen } from '../math/lanczos.js';
import type { Stream } from '../math/random.js';
import { connectedComponents, type NeighbourGraph } from './neighbour-graph.js';

/** Rows of a graph in the coordinates of its eigenvectors. */
export interface SpectralEmbedding {
  readonly count: number;
  /** Number of eigenvectors m. */
  readonly width: number;
  /** Eigenvalues of D^-1/2 W D^-1/2, descending, at most 1. */
  readonly values: Float64Array;
  /** n x m: row i holds entry i of each eigenvector. */
  readonly rows: Float64Array;
  /** Connected component of each row. */
  readonly component: Int32Array;
  readonly converged: boolean;
}

/** What {@link spectralEmbedding} leaves out, and how exact it is. */
export interface EmbeddingOptions {
  /** Rows of connected components that are smaller have coordinates 0 (default 20). */
  readonly smallest?: number;
  /** That of the eigenvectors (default 1e-4). */
  readonly tolerance?: number;
}

/**
 * The `width` leading eigenvectors of D^-1/2 W D^-1/2, W the graph and D its degrees.
 *
 * The eigenvalue 1 is there once for each connected component C, with the vector D^1/2 1_C: these are written down, and
 * the others are searched for in the orthogonal complement.
 *
 * Source: Ng, Jordan and Weiss 2001; von Luxburg, "A tutorial on spectral clustering", 2007.
 */
export function spectralEmbedding(
  graph: NeighbourGraph,
  width: number,
  stream: Stream,
  { smallest = 20, tolerance = 1e-4 }: EmbeddingOptions = {},
): SpectralEmbedding {
  const { component, sizes } = connectedComponents(graph);
  const most = Math.max(...sizes);
  const large = [...sizes.keys()]
    .filter((c) => sizes[c]! >= Math.min(smallest, most))
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const part = subgraph(graph, component, large);
  const { members } = part;
  const indicators = Math.min(width, large.length);
  const further = Math.min(width, members.length) - large.length;
  const found =
    further > 0
      ? largestEigen({
          ...{ size: members.length, count: further, stream, tolerance },
          apply: part.apply,
          known: part.indicators,
        })
      : undefined;
  const m = indicators + Math.max(0, further);
  const rows = new Float64Array(graph.count * m);
  members.forEach((row, i) => {
    const own = part.place[i]!;
    if (own < indicators) rows[row * m + own] = part.root[i]! / part.length[own]!;
    found?.vectors.forEach((vector, j) => {
      rows[row * m + indicators + j] = vector[i]!;
    });
  });
  const ones = new Array<number>(indicators).fill(1);
  return {
    count: graph.count,
    width: m,
    values: Float64Array.of(...ones, ...(found?.values ?? [])),
    rows,
    component,
    converged: found?.converged ?? true,
  };
}

/** The rows of some components with the operator on them. Components are closed, so no edge is lost. */
function subgraph({ count, start, to }: NeighbourGraph, component: Int32Array, large: readonly number[]) {
  const placeOf = new Map(large.map((c, at) => [c, at]));
  const members = Int32Array.from([...Array(count).keys()].filter((i) => placeOf.has(component[i]!)));
  const at = new Int32Array(count);
  members.forEach((row, i) => {
    at[row] = i;
  });
  const place = members.map((row) => placeOf.get(component[row]!)!);
  const root = Float64Array.from(members, (row) => Math.sqrt(start[row + 1]! - start[row]!));
  const squares = new Float64Array(large.length);
  root.forEach((r, i) => {
    squares[place[i]!]! += r * r;
  });
  const scaled = new Float64Array(members.length);
  const apply = (x: Float64Array, out: Float64Array) => {
    for (let i = 0; i < x.length; i++) scaled[i] = x[i]! / root[i]!;
    members.forEach((row, i) => {
      let sum = 0;
      for (let e = start[row]!; e < start[row + 1]!; e++) sum += scaled[at[to[e]!]!]!;
      out[i] = sum / root[i]!;
    });
  };
  const inner = new Float64Array(large.length);
  const indicators: KnownSpace = {
    dimensions: large.length,
    remove(x) {
      inner.fill(0);
      for (let i = 0; i < x.length; i++) inner[place[i]!]! += root[i]! * x[i]!;
      for (let i = 0; i < x.length; i++) x[i]! -= (inner[place[i]!]! / squares[place[i]!]!) * root[i]!;
    },
  };
  return { members, place, root, length: squares.map(Math.sqrt), apply, indicators };
}

/** Rows of length 1 in the first `used` coordinates; rows of zeros stay. */
export function unitCoordinates({ rows, width, count }: SpectralEmbedding, used = width): Float64Array {
  const out = new Float64Array(count * used);
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let j = 0; j < used; j++) squares += rows[i * width + j]! ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let j = 0; j < used; j++) out[i * used + j] = rows[i * width + j]! * scale;
  }
  return out;
}
