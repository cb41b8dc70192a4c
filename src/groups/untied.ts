/** @file Rows of which there are many copies, moved a little: copies that tie would all be joined to the same few of them. */
import { columnMeans, type Matrix } from '../math/matrix.js';
import type { Stream } from '../math/random.js';

/** The move, in root mean variances of a column: far more than rounding, far less than what parts rows. */
const MOVE = 1e-4;

/**
 * The rows, each that has more than `copies` equal ones moved by a normal draw of 1e-4 deviations in every column, so
 * that equal rows are a small cloud; the same matrix where there are none.
 */
export function untied(x: Matrix, copies: number, stream: Stream): Matrix {
  const tied = tiedRows(x, copies);
  if (tied.length === 0) return x;
  const { rows, columns } = x;
  const values = Float64Array.from(x.values);
  const scale = MOVE * rootMeanVariance(x);
  const draw = stream.fork('untied');
  for (const row of tied) {
    for (let j = 0; j < columns; j++) values[row * columns + j]! += scale * draw.normal();
  }
  return { rows, columns, values };
}

/** Rows that have more than `copies` equal ones. */
function tiedRows({ rows, columns, values }: Matrix, copies: number): number[] {
  const width = columns * values.BYTES_PER_ELEMENT;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const keys = Array.from({ length: rows }, (_, i) => bytes.toString('latin1', i * width, (i + 1) * width));
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return keys.flatMap((key, i) => (counts.get(key)! > copies + 1 ? [i] : []));
}

function rootMeanVariance(x: Matrix): number {
  const mean = columnMeans(x);
  let squares = 0;
  for (let at = 0; at < x.values.length; at++) squares += (x.values[at]! - mean[at % x.columns]!) ** 2;
  return Math.sqrt(squares / x.values.length);
}
