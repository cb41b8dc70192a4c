/** @file The structure of data in one view: the graph of neighbours, its spectral embedding, and the curve of merges. */

import { ballReference, type SizeReference } from '../cluster/ball-reference.js';
import { graphCells } from '../cluster/cells.js';
import { type MergeCurve, mergeCurve } from '../cluster/merge-curve.js';
import { type NearestRows, nearestRows } from '../cluster/nearest-rows.js';
import { graphOfNearest, type NeighbourGraph } from '../cluster/neighbour-graph.js';
import { type SpectralEmbedding, spectralEmbedding } from '../cluster/spectral-embedding.js';
import { type Matrix, meanVariance } from '../math/matrix.js';
import type { Stream } from '../math/random.js';

/** How finely the structure is looked at. */
export interface StructureOptions {
  /** Neighbours of each row (default 10). */
  readonly neighbours?: number | undefined;
  /** Most groups that are looked for: there are three cells for each, at least 30 (default 10). */
  readonly groups?: number | undefined;
  /** Rows that a group has at least (default: 20, or 0.4 % of the rows if that is more). */
  readonly smallest?: number | undefined;
  /** What a mixture adds to the diagonal of covariances (default: a thousandth of the mean variance of the columns). */
  readonly floor?: number | undefined;
}

/** What the graph of neighbours says of a view. */
export interface Structure {
  readonly rows: Matrix;
  readonly nearest: NearestRows;
  readonly graph: NeighbourGraph;
  readonly embedding: SpectralEmbedding;
  /** Link of parts of two sizes within the data. */
  readonly reference: SizeReference;
  /** Merges by strength beside the reference: it tells how many groups there are. */
  readonly curve: MergeCurve;
  /** Merges by the link alone, from several draws of cells: the groups of a given number. */
  readonly cuts: readonly MergeCurve[];
  readonly smallest: number;
  readonly floor: number;
}

/** Share of the mean variance of the columns that a mixture adds to covariances. */
const FLOOR = 1e-3;
/** Eigenvectors and cells that are enough for ten groups. */
const EIGENVECTORS = 16;
const CELLS = 30;
/** Draws of cells, of which the groups of a given number are the best. */
const DRAWS = 3;

/** The least rows of a group in the graph: where rows have ten neighbours, twenty of them are two neighbourhoods. */
export function smallestGroup(rows: number): number {
  return Math.max(20, Math.round(0.004 * rows));
}

/** Graph, embedding and merge curve of the rows of a view. @throws a MixturaError for fewer than three rows */
export function structureOf(rows: Matrix, stream: Stream, options: StructureOptions = {}): Structure {
  const { neighbours = 10, groups = 10, smallest = smallestGroup(rows.rows) } = options;
  const nearest = nearestRows(rows, Math.min(neighbours, rows.rows - 1));
  const graph = graphOfNearest(nearest);
  const width = Math.max(EIGENVECTORS, groups + 2);
  const embedding = spectralEmbedding(graph, width, stream.fork('embedding'), { smallest });
  const draws = Array.from({ length: DRAWS }, (_, draw) =>
    graphCells(embedding, Math.max(CELLS, 3 * groups), stream.fork('cells', draw)),
  );
  const reference = ballReference(graph, rows, stream.fork('curve'));
  return {
    ...{ rows, nearest, graph, embedding, reference, smallest },
    curve: mergeCurve(graph, draws[0]!, reference),
    cuts: draws.map((cells) => mergeCurve(graph, cells)),
    floor: options.floor ?? FLOOR * Math.max(meanVariance(rows), Number.MIN_VALUE),
  };
}
