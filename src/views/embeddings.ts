/** @file Columns that are an embedding, as text and image networks give them: how to tell, and how to compare rows. */
import type { Matrix } from '../math/matrix.js';
import type { View } from './view.js';

/** Rows of length 1, or rows as a network gave them. */
export type EmbeddingKind = 'unit' | 'raw';

/** Columns that unit rows have at least; with fewer they may be shares or directions. */
const UNIT_COLUMNS = 16;
/** The lengths of unit rows differ from 1 by no more, as float16 has them, for this share of the rows. */
const UNIT = { away: 2e-3, share: 0.99 };
/** Columns that a raw embedding has at least. */
const RAW_COLUMNS = 100;
/** Share of the columns that have to be alike; networks have a few outlying dimensions. */
const MOST_COLUMNS = 0.9;
/** The deviations of the middle four fifths of the columns of a raw embedding differ by at most this factor. */
const ALIKE = 5;
/** The mean of a column is at most this many of its deviations from 0. */
const AROUND_ZERO = 2;
/** The rarer sign of a column has at least this share. */
const SIGN = 0.01;
/** Columns whose deviations differ by less have been standardised. */
const STANDARDISED = 0.005;

/**
 * Whether the columns are an embedding.
 *
 * `unit`: there are at least 16 columns, and 99 % of the rows have a length within 0.002 of 1.
 * `raw`: there are at least 100 columns, of which 90 % have both signs (the rarer in at least 1 % of the rows) and a
 * mean within 2 deviations of 0; the deviations lie within a factor of 5 from the 10th to the 90th percentile, and are
 * not all equal within 0.5 %, as those of standardised columns are.
 */
export function embeddingKind(x: Matrix): EmbeddingKind | undefined {
  if (x.columns >= UNIT_COLUMNS && haveUnitLength(x)) return 'unit';
  if (x.columns >= RAW_COLUMNS && lookRaw(x)) return 'raw';
  return undefined;
}

function haveUnitLength(x: Matrix): boolean {
  const unit = rowLengths(x).filter((length) => Math.abs(length - 1) <= UNIT.away).length;
  return unit >= UNIT.share * x.rows;
}

function lookRaw({ rows, columns, values }: Matrix): boolean {
  const deviations = new Float64Array(columns);
  let alike = 0;
  for (let j = 0; j < columns; j++) {
    let [mean, negative, positive] = [0, 0, 0];
    for (let at = j; at < values.length; at += columns) {
      mean += values[at]! / rows;
      if (values[at]! < 0) negative++;
      if (values[at]! > 0) positive++;
    }
    let variance = 0;
    for (let at = j; at < values.length; at += columns) variance += (values[at]! - mean) ** 2 / rows;
    deviations[j] = Math.sqrt(variance);
    const signs = Math.min(negative, positive) >= SIGN * rows;
    if (signs && Math.abs(mean) <= AROUND_ZERO * deviations[j]!) alike++;
  }
  if (alike < MOST_COLUMNS * columns) return false;
  const sorted = deviations.sort();
  const [low, high] = [0.1, 0.9].map((share) => sorted[Math.floor(share * columns)]!);
  const ratio = high! / low!;
  return ratio <= ALIKE && ratio > 1 + STANDARDISED;
}

/** Rows divided by their length, so that distances depend on angles alone; a row of zeros stays one. */
export function unitRows(x: Matrix): View {
  return {
    name: 'cosine',
    sentence: 'Every row with length 1, so that only directions count, and no column by itself.',
    columns: x.columns,
    apply({ rows, columns, values }) {
      const lengths = rowLengths({ rows, columns, values });
      const out = new Float64Array(values.length);
      for (let i = 0; i < rows; i++) {
        const factor = lengths[i]! > 0 ? 1 / lengths[i]! : 0;
        for (let j = i * columns; j < (i + 1) * columns; j++) out[j] = values[j]! * factor;
      }
      return { rows, columns, values: out };
    },
  };
}

function rowLengths({ rows, columns, values }: Matrix): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let squares = 0;
    for (let j = i * columns; j < (i + 1) * columns; j++) squares += values[j]! ** 2;
    out[i] = Math.sqrt(squares);
  }
  return out;
}
