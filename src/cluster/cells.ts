/** @file Small parts of a graph, of which groups are made by merging. */
import type { Stream } from '../math/random.js';
import { kmeans } from './kmeans.js';
import { type SpectralEmbedding, unitCoordinates } from './spectral-embedding.js';

/** A division of rows into parts 0..parts-1. */
export interface Partition {
  readonly part: Int32Array;
  readonly parts: number;
}

/**
 * Divides the rows of a graph into about `cells` cells by k-means on the unit rows of its spectral embedding; a cell
 * never reaches across two connected components, and a component of rows that have no coordinates is a cell.
 */
export function graphCells(embedding: SpectralEmbedding, cells: number, stream: Stream): Partition {
  const data = unitCoordinates(embedding);
  const { assignments } = kmeans({
    ...{ data, dim: embedding.width, stream, starts: 3 },
    clusters: Math.min(cells, embedding.count),
  });
  return renumbered(assignments.map((cell, i) => cell + embedding.component[i]! * cells));
}

/** The same parts, numbered 0..parts-1 in the order of their first rows. */
export function renumbered(part: ArrayLike<number>): Partition {
  const numbers = new Map<number, number>();
  const out = new Int32Array(part.length);
  for (let i = 0; i < out.length; i++) {
    const known = numbers.get(part[i]!);
    out[i] = known ?? numbers.size;
    if (known === undefined) numbers.set(part[i]!, numbers.size);
  }
  return { part: out, parts: numbers.size };
}
