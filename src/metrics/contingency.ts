/** @file The contingency table of two labellings: what every label metric is computed from. */
import { MixturaError } from '../errors.js';

/** One non-empty cell: how many samples have this class (row) and this cluster (column). */
export interface ContingencyCell {
  readonly row: number;
  readonly column: number;
  readonly count: number;
}

/**
 * Counts n_ij of samples with class i and cluster j, kept sparse (all-singleton labellings stay small).
 *
 * Rows and columns are the distinct values that occur, ascending.
 */
export interface Contingency {
  /** Number of samples n. */
  readonly total: number;
  readonly classes: readonly number[];
  readonly clusters: readonly number[];
  /** Row sums a_i. */
  readonly classTotals: readonly number[];
  /** Column sums b_j. */
  readonly clusterTotals: readonly number[];
  /** Cells with n_ij > 0, in row-major order: sums over them do not depend on the order of the samples. */
  readonly cells: readonly ContingencyCell[];
}

/**
 * Counts how often each class meets each cluster.
 *
 * @param labels true classes, n integers (any values)
 * @param predicted clusters, n integers (any values)
 * @throws MixturaError when the lengths differ or a label is not an integer
 */
export function contingency(labels: ArrayLike<number>, predicted: ArrayLike<number>): Contingency {
  if (labels.length !== predicted.length) {
    throw new MixturaError(
      `Cannot compare ${labels.length} labels with ${predicted.length} predictions: give one of each per sample.`,
    );
  }
  const classes = distinct(labels, 'label');
  const clusters = distinct(predicted, 'predicted label');
  const rowOf = positions(classes);
  const columnOf = positions(clusters);
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    const key = rowOf.get(labels[i]!)! * clusters.length + columnOf.get(predicted[i]!)!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const cells = [...counts]
    .sort((a, b) => a[0] - b[0])
    .map(([key, count]) => ({
      row: Math.floor(key / clusters.length),
      column: key % clusters.length,
      count,
    }));
  const classTotals = new Array<number>(classes.length).fill(0);
  const clusterTotals = new Array<number>(clusters.length).fill(0);
  for (const { row, column, count } of cells) {
    classTotals[row]! += count;
    clusterTotals[column]! += count;
  }
  return { total: labels.length, classes, clusters, classTotals, clusterTotals, cells };
}

/** The table with its zeros: counts (classes x clusters, row-major). */
export function denseCounts(table: Contingency): Float64Array {
  const columns = table.clusters.length;
  const counts = new Float64Array(table.classes.length * columns);
  for (const { row, column, count } of table.cells) counts[row * columns + column] = count;
  return counts;
}

function distinct(values: ArrayLike<number>, what: string): number[] {
  const seen = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isSafeInteger(value)) {
      throw new MixturaError(
        `The ${what} of sample ${i} is ${value}: labels must be integers, one per sample.`,
      );
    }
    seen.add(value);
  }
  return [...seen].sort((a, b) => a - b);
}

function positions(values: readonly number[]): Map<number, number> {
  return new Map(values.map((value, index) => [value, index]));
}
