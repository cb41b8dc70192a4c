/** @file Rows of very many columns in few, so that their distances are nearly kept. */
import type { Stream } from '../math/random.js';

/** Columns of a sketch, and how many of them each column goes to. */
const COLUMNS = 512;
const COPIES = 4;

/**
 * A sparse embedding of rows: every column is added, with a random sign, to one random column of each quarter of 512,
 *
 *   y = x S / sqrt(s), S_ja = +-1 in s = 4 places a row, so E|y - y'|^2 = |x - x'|^2 with a relative deviation of
 *   sqrt(2 / 512), 6 %, at most.
 *
 * It takes s additions a value. Source: Kane and Nelson 2014 (block construction); that k-means keeps its cost in such
 * embeddings: Makarychev, Makarychev and Razenshteyn 2019.
 *
 * @param points n x dim, row-major
 * @returns n x {@link COLUMNS}, row-major, and its number of columns
 */
export function sketch(
  points: Float64Array,
  dim: number,
  stream: Stream,
): { readonly points: Float64Array; readonly dim: number } {
  const rows = points.length / dim;
  const block = COLUMNS / COPIES;
  const to = Int32Array.from({ length: COPIES * dim }, (_, at) => (at % COPIES) * block + stream.int(block));
  const weight = Float64Array.from(to, () => (stream.int(2) === 0 ? -1 : 1) / Math.sqrt(COPIES));
  const out = new Float64Array(rows * COLUMNS);
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * COLUMNS, (i + 1) * COLUMNS);
    for (let j = 0, at = 0; j < dim; j++) {
      const x = points[i * dim + j]!;
      for (const end = at + COPIES; at < end; at++) row[to[at]!]! += weight[at]! * x;
    }
  }
  return { points: out, dim: COLUMNS };
}
