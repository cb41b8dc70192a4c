/** @file Generated rows as rows of the file: words and dates that it may hold, whole numbers where a column has them. */

import { type ColumnCoding, codedWidth, codeRows, OTHER, wholeDays } from '../coding.js';
import { areWhole, type ColumnValues, nearestValue } from '../column-values.js';
import { type Samples, sampleSize } from '../dataset.js';
import type { WrittenColumn } from '../formats/parquet/write.js';
import { fileUnits, type ScaledValues } from './file-units.js';

/** The fields of a data set that say what its rows were in the file. */
export type FileRows = ScaledValues & Pick<Samples, 'coding' | 'columns' | 'columnValues'>;

/** Digits of a generated number that is not of few decimals: those of float32. */
const DIGITS = 7;
/** Most whole numbers of 32 bits. */
const WHOLE = 2 ** 31;
/** Fractions of its multiples spread evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Rows as the networks give them, in the units of the file and as near to them as the file could hold: each value is one
 * that its column may have, a category 1 in one of its columns and 0 in the others, as is the mark of a missing value. A
 * run that does not know the values of its columns restores words, dates and missing values alone.
 *
 * @param values count x prod(shape)
 * @param missing what stands for a missing value beside its mark: `fill`, as networks read it, or NaN
 * @returns float64, of the same size
 */
export function restoredRows(
  values: Float32Array,
  units: FileRows,
  missing: 'fill' | 'NaN' = 'fill',
): Float64Array {
  const { coding } = units;
  const raw = rawRows(values, units);
  if (!coding) return raw;
  const filled = codeRows(raw, coding);
  if (missing === 'NaN') markGaps(filled, raw, coding);
  return filled;
}

/** NaN in place of the median that stands for a missing number. */
function markGaps(coded: Float64Array, raw: Float64Array, coding: readonly ColumnCoding[]): void {
  const width = coding.reduce((sum, column) => sum + codedWidth(column), 0);
  let place = 0;
  coding.forEach((column, j) => {
    if (column.kind !== 'category') {
      for (let at = j, to = place; at < raw.length; at += coding.length, to += width)
        if (Number.isNaN(raw[at]!)) coded[to] = Number.NaN;
    }
    place += codedWidth(column);
  });
}

/**
 * The same rows as columns of the file, in its order and under its names: numbers, dates in days, words; a missing value is
 * undefined. A word that has no column of its own is one of the other words of the data, as often as there.
 *
 * @param values count x prod(shape), as the networks give them
 */
export function restoredColumns(values: Float32Array, units: FileRows): WrittenColumn[] {
  const { coding, columns, shape } = units;
  const raw = rawRows(values, units);
  const width = coding?.length ?? sampleSize(shape);
  return Array.from({ length: width }, (_, j): WrittenColumn => {
    const column = Array.from({ length: raw.length / width }, (__, row) => raw[row * width + j]!);
    const coded = coding?.[j];
    const name = coded?.name ?? columns?.[j] ?? `x${j + 1}`;
    const known = valuesOf(units, j);
    if (coded?.kind === 'category') return { name, kind: 'text', values: words(column, coded.levels, known) };
    if (coded?.kind === 'date') return { name, kind: coded.times ? 'time' : 'date', values: present(column) };
    const whole = areWhole(known) && column.every((x) => Number.isNaN(x) || Math.abs(x) < WHOLE);
    return { name, kind: whole ? 'whole' : 'real', values: present(column.map((x) => written(x, known))) };
  });
}

function valuesOf({ columnValues = [] }: FileRows, column: number): ColumnValues {
  return (columnValues.length === 1 ? columnValues[0] : columnValues[column]) ?? {};
}

function present(values: readonly number[]): (number | undefined)[] {
  return values.map((x) => (Number.isNaN(x) ? undefined : x));
}

/** A number without the digits that a network does not give. */
function written(x: number, { levels, decimals }: ColumnValues): number {
  return levels || decimals !== undefined ? x : Number(x.toPrecision(DIGITS));
}

/** The words of levels; NaN is one of the other words, in turn, each as often as its count says. */
function words(
  column: readonly number[],
  levels: readonly string[],
  { others = [] }: ColumnValues,
): (string | undefined)[] {
  const total = others.reduce((sum, { count }) => sum + count, 0);
  let drawn = 0;
  return column.map((level) => {
    if (!Number.isNaN(level)) return levels[level] || undefined;
    drawn++;
    return wordAt(others, ((drawn * GOLDEN) % 1) * total);
  });
}

/** The word whose counts, one after another, reach beyond a place. */
function wordAt(others: NonNullable<ColumnValues['others']>, place: number): string {
  let end = 0;
  for (const { word, count } of others) {
    end += count;
    if (place < end) return word;
  }
  return OTHER;
}

/** One number a column of the file, as coding.ts defines raw rows. */
function rawRows(values: Float32Array, units: FileRows): Float64Array {
  const { coding, shape, kind } = units;
  const value = fileUnits(units);
  const wide = value ? Float64Array.from(values, value) : Float64Array.from(values);
  if (kind === 'image') return wide;
  const width = sampleSize(shape);
  if (!coding) return wide.map((x, i) => nearestValue(x, valuesOf(units, i % width)));
  const raw = new Float64Array((wide.length / width) * coding.length);
  let from = 0;
  coding.forEach((column, j) => {
    const known = valuesOf(units, j);
    for (let at = from, to = j; at < wide.length; at += width, to += coding.length)
      raw[to] = rawValue(wide, at, column, known);
    from += codedWidth(column);
  });
  return raw;
}

function rawValue(wide: Float64Array, at: number, column: ColumnCoding, known: ColumnValues): number {
  if (column.kind === 'category') {
    let best = 0;
    for (let k = 1; k < codedWidth(column); k++) if (wide[at + k]! > wide[at + best]!) best = k;
    return best < column.levels.length ? best : Number.NaN;
  }
  if (column.indicator && wide[at + 1]! > 0.5) return Number.NaN;
  const x = nearestValue(wide[at]!, known);
  return column.kind === 'date' ? wholeDays(x, column.times) : x;
}
