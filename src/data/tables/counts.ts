/** @file Counts, such as those of RNA molecules: log2(x + 1), divided by its largest value over all rows and columns. */

import { MixturaError } from '../../errors.js';
import { rowOfEntry, type SparseRows } from '../formats/sparse.js';

/** Counts below this are looked up. */
const TABLE = 4096;

/** Counts on the scale of the unit interval. */
export interface ScaledCounts {
  readonly values: Float32Array | SparseRows;
  /** The count that became 1. */
  readonly largest: number;
  /** A value that is no whole number, as the logarithms or shares of counts are, if there is one. */
  readonly fraction?: number;
}

/**
 * log2(x + 1) / log2(largest + 1) of every count x, in [0, 1]; sparse rows stay sparse, because 0 stays 0.
 *
 * @param columns numbers in a row, by which an error names its place.
 * @param knownLargest the count that becomes 1, as do all that are larger; by default the largest of these.
 * @throws MixturaError naming row and column of a value that is negative or not finite, or if all are 0.
 */
export function scaleCounts(
  counts: ArrayLike<number> | SparseRows,
  columns: number,
  path: string,
  knownLargest?: number,
): ScaledCounts {
  const sparse = 'starts' in counts ? counts : undefined;
  const values = sparse ? sparse.values : (counts as ArrayLike<number>);
  let found = 0;
  let fraction: number | undefined;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!(x >= 0 && x < Infinity)) throw notACount(x, place(i, columns, sparse), path);
    if (x > found) found = x;
    if (fraction === undefined && !Number.isInteger(x)) fraction = x;
  }
  const largest = knownLargest ?? found;
  if (largest === 0) throw new MixturaError(`${path} has no count above 0: give a table of counts.`);
  const full = Math.log2(largest + 1);
  const read = (x: number) => Math.min(1, Math.log2(x + 1) / full);
  // Most counts are small, and millions of logarithms take long.
  const small = Float32Array.from({ length: TABLE }, (_, x) => read(x));
  const scaled = new Float32Array(values.length);
  for (let i = 0; i < scaled.length; i++) scaled[i] = small[values[i]!] ?? read(values[i]!);
  return {
    values: sparse ? { ...sparse, values: scaled } : scaled,
    largest,
    ...(fraction !== undefined && { fraction }),
  };
}

/** The count that {@link scaleCounts} made x of: 2^(x log2(largest + 1)) - 1. */
export function unscaledCount(x: number, largest: number): number {
  return 2 ** (x * Math.log2(largest + 1)) - 1;
}

function place(i: number, columns: number, sparse: SparseRows | undefined): [row: number, column: number] {
  return sparse ? [rowOfEntry(sparse, i), sparse.indices[i]!] : [Math.floor(i / columns), i % columns];
}

function notACount(x: number, [row, column]: [number, number], path: string): MixturaError {
  return new MixturaError(
    `${path}, row ${row + 1}, column ${column + 1} is ${x}, which is not a count: leave out --counts, or correct it.`,
  );
}
