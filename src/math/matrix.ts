/** @file Matrices as plain data: row-major values with their sizes. */
import { MixturaError } from '../errors.js';

/** A matrix of `rows` x `columns` values, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

/**
 * Checks that a matrix has rows and columns, as many values as they say, and finite ones only.
 *
 * @param what how the message calls it, in the plural: 'real features'
 * @throws a MixturaError that names the row and column of the first value that is not finite
 */
export function checkMatrix({ rows, columns, values }: Matrix, what: string): void {
  if (rows === 0 || columns === 0) {
    throw new MixturaError(
      `The ${what} are empty (${rows} rows of ${columns} columns): give at least one row of one column.`,
    );
  }
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || values.length !== rows * columns) {
    throw new MixturaError(
      `The ${what} hold ${values.length} numbers, not ${rows} rows of ${columns} columns; give one for each cell.`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) continue;
    const where = `row ${Math.floor(i / columns)}, column ${i % columns}`;
    throw new MixturaError(
      `The ${what} hold ${values[i]} at ${where} (both from 0): look at what gave this row, all must be finite.`,
    );
  }
}

/** Checks two matrices of one kind ({@link checkMatrix}), and that both have the same columns. */
export function checkMatrices(a: Matrix, whatA: string, b: Matrix, whatB: string): void {
  checkMatrix(a, whatA);
  checkMatrix(b, whatB);
  if (a.columns !== b.columns) {
    throw new MixturaError(
      `The ${whatA} have ${a.columns} columns but the ${whatB} ${b.columns}: compute both with one network.`,
    );
  }
}

/** Mean of every column, float64; the matrix has at least one row. */
export function columnMeans({ rows, columns, values }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    for (let j = 0; j < columns; j++) mean[j]! += values[start + j]!;
  }
  for (let j = 0; j < columns; j++) mean[j]! /= rows;
  return mean;
}

/** Mean of the variances of the columns (divisor n); the matrix has at least one row. */
export function meanVariance(x: Matrix): number {
  const mean = columnMeans(x);
  let squares = 0;
  for (let at = 0; at < x.values.length; at++) squares += (x.values[at]! - mean[at % x.columns]!) ** 2;
  return squares / x.values.length;
}

/** The rows of the given indices, in their order. */
export function selectRows({ columns, values }: Matrix, indices: ArrayLike<number>): Matrix {
  const out =
    values instanceof Float32Array
      ? new Float32Array(indices.length * columns)
      : new Float64Array(indices.length * columns);
  for (let i = 0; i < indices.length; i++) {
    const start = indices[i]! * columns;
    out.set(values.subarray(start, start + columns), i * columns);
  }
  return { rows: indices.length, columns, values: out };
}
