/** @file The transformation between rows as a file has them and rows as networks read them, as expressions of a graph. */

import { type CategoryCoding, type ColumnCoding, codedWidth } from '../../data/coding.js';
import { ROUNDING } from '../../data/scaling.js';
import type { ColumnScaling, ValueUnits } from '../../data/value-units.js';
import { concat, constant, type Tensor } from '../../graph/tensor.js';

/** How a data set's values relate to those of its file, and the shape of a sample. */
export type FileUnits = ValueUnits & { readonly shape: readonly number[] };

/** The least float32: NaN and what is below it are no values. */
const LEAST = -3.4028234663852886e38;

/** Shape of a row of the file: that of a sample, or one number a column where columns are coded. */
export function fileShape({ coding, shape }: FileUnits): readonly number[] {
  return coding ? [coding.length] : shape;
}

/**
 * Rows of a file, [N, ...fileShape], as rows that networks read, [N, ...shape]: coded, then scaled. Where columns are
 * standardised, NaN becomes the mean.
 */
export function fromFile(rows: Tensor, units: FileUnits): Tensor {
  const { coding, scaling, largestCount, maximum } = units;
  const x = coding ? coded(rows, coding) : rows;
  if (scaling) return standardised(x, scaling);
  if (largestCount !== undefined) return scaledCounts(x, largestCount);
  return maximum === undefined ? x : x.div(maximum);
}

/**
 * Rows that networks read or give, [N, ...shape], in the units of the file: shift + scale x, counts, or stored values.
 * Coded columns stay coded.
 */
export function toFile(x: Tensor, { scaling, largestCount, maximum }: FileUnits): Tensor {
  if (scaling) {
    const [shift, rest] = inTwo(scaling.shift);
    return x.mul(row(scaling.scale)).add(rest).add(shift);
  }
  if (largestCount !== undefined) {
    return x
      .mul(Math.log(largestCount + 1))
      .exp()
      .sub(1);
  }
  return maximum === undefined ? x : x.mul(maximum);
}

/** Columns of [N, C] in the order of these numbers of columns, which may repeat. */
export function columnsOf(x: Tensor, columns: readonly number[]): Tensor {
  if (columns.length === x.shape[1] && columns.every((column, i) => column === i)) return x;
  return x.transpose([1, 0]).gather(row(columns)).transpose([1, 0]);
}

/** One number a column, broadcast over rows. */
const row = (values: readonly number[]): Tensor => constant(values, [values.length]);

/** Numbers as a float32 and what it lacks, also in float32: subtracted one after another they cost no precision. */
function inTwo(values: readonly number[]): [rounded: Tensor, rest: Tensor] {
  const rounded = values.map(Math.fround);
  return [row(rounded), row(values.map((value, j) => value - rounded[j]!))];
}

/** (x - shift) / scale, where what rounds to the constant of a constant column is 0, as `standardized` of scaling.ts has it. */
function standardised(x: Tensor, { shift, scale }: ColumnScaling): Tensor {
  const [rounded, rest] = inTwo(shift);
  const difference = x.sub(rounded).sub(rest);
  // Every distance of a column that is not constant is above -1; none of NaN is.
  const tolerance = row(shift.map((value, j) => (scale[j] === 1 ? ROUNDING * Math.abs(value) : -1)));
  const told = difference.maximum(difference.neg()).greater(tolerance);
  return told.select(difference.div(row(scale)), 0);
}

/** log2(min(x, largest) + 1) / log2(largest + 1). */
function scaledCounts(x: Tensor, largest: number): Tensor {
  const most = x.neg().maximum(-largest).neg();
  return most
    .add(1)
    .log()
    .mul(1 / Math.log(largest + 1));
}

/** A coded column: the column of the file that it comes from, and its place among the coded ones. */
interface Part {
  readonly source: number;
  readonly place: number;
}
interface ValuePart extends Part {
  /** What stands for a missing value. */
  readonly fill: number;
}
interface LevelPart extends Part {
  /** The first and the last level that it stands for. */
  readonly from: number;
  readonly to: number;
}

/** The coded columns by what they hold. */
interface Parts {
  readonly values: ValuePart[];
  readonly missing: Part[];
  readonly levels: LevelPart[];
  /** Those that stand for whatever is not one of these levels. */
  readonly others: LevelPart[];
}

/** Raw rows [N, C], as coding.ts defines them, to the coded columns [N, W]. */
function coded(raw: Tensor, coding: readonly ColumnCoding[]): Tensor {
  const { values, missing, levels, others } = partsOf(coding);
  const of = (parts: readonly Part[]) =>
    columnsOf(
      raw,
      parts.map(({ source }) => source),
    );
  const groups: [readonly Part[], () => Tensor][] = [
    [values, () => present(of(values)).select(of(values), row(values.map(({ fill }) => fill)))],
    [missing, () => present(of(missing)).select(0, 1)],
    [levels, () => within(of(levels), levels, 1, 0)],
    [others, () => within(of(others), others, 0, 1)],
  ];
  const used = groups.filter(([parts]) => parts.length > 0);
  const places = used.flatMap(([parts]) => parts.map(({ place }) => place));
  const joined = concat(
    used.map(([, build]) => build()),
    1,
  );
  return columnsOf(
    joined,
    places.map((_, place) => places.indexOf(place)),
  );
}

const present = (x: Tensor): Tensor => x.greater(LEAST);

/** `yes` where a value is one of the levels of its part and `no` elsewhere, NaN included. */
function within(x: Tensor, parts: readonly LevelPart[], yes: number, no: number): Tensor {
  const middle = row(parts.map(({ from, to }) => (from + to) / 2));
  const reach = row(parts.map(({ from, to }) => (to - from + 1) / 2));
  const difference = x.sub(middle);
  return reach.greater(difference.maximum(difference.neg())).select(yes, no);
}

function partsOf(coding: readonly ColumnCoding[]): Parts {
  const parts: Parts = { values: [], missing: [], levels: [], others: [] };
  let place = 0;
  coding.forEach((column, source) => {
    if (column.kind === 'category') addLevels(parts, column, source, place);
    else {
      parts.values.push({ source, place, fill: column.fill ?? Number.NaN });
      if (column.indicator) parts.missing.push({ source, place: place + 1 });
    }
    place += codedWidth(column);
  });
  return parts;
}

function addLevels(parts: Parts, { levels, other }: CategoryCoding, source: number, first: number): void {
  levels.forEach((_, level) => {
    parts.levels.push({ source, place: first + level, from: level, to: level });
  });
  if (other) parts.others.push({ source, place: first + levels.length, from: 0, to: levels.length - 1 });
}
