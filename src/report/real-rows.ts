/** @file Real rows as people know them: their names, and their columns and values in the units of the file. */
import { codedWidth } from '../data/coding.js';
import { type Dataset, type Numbers, sampleSize } from '../data/dataset.js';
import { inFileUnits } from '../data/tables/file-units.js';
import { type ReportColumn, USUAL_DIGITS } from './profile.js';

/** What people call a row: the name of its file, its id, or "row 12", its place in the whole of the data, from 0. */
export function rowName({ rows }: Pick<Dataset, 'rows'>, index: number): string {
  const id = rows?.id?.values[index];
  if (id !== undefined && id !== '') return id;
  const number = rows?.numbers?.[index];
  if (number !== undefined) return `row ${number}`;
  let place = index;
  for (const left of rows?.leftOut ?? []) if (left.index <= place) place++;
  return `row ${place}`;
}

/** Values of rows of a data set: images as they are read, else in the units of the file; NaN is missing. */
export function valuesOfRows(dataset: Dataset, rows: ArrayLike<number>): Numbers {
  const values = new Float32Array(rows.length * sampleSize(dataset.shape));
  dataset.read(rows, values);
  return fileValues(values, dataset);
}

/** What float32 leaves of a number that cancels, as a share of what it is the difference of. */
const ROUNDING = 2 ** -22;

/**
 * In the units of the file, without the digits that float32 does not have: a column of 0 and 1 has no value of -1.6e-15.
 * What was missing in the file is NaN, and not the median that stands for it.
 */
function fileValues(values: Float32Array, dataset: Dataset): Numbers {
  const { scaling, shape, coding = [] } = dataset;
  const original = inFileUnits(values, dataset);
  if (!scaling) return original;
  const columns = sampleSize(shape);
  const rounded = original.map((x, i) => {
    const [shift, scale] = [scaling.shift[i % columns]!, scaling.scale[i % columns]!];
    if (Math.abs(x) <= ROUNDING * Math.abs(shift)) return 0;
    return values[i] === 0 ? shift : roundedTo(x, ROUNDING * scale);
  });
  let column = 0;
  for (const one of coding) {
    if (one.kind !== 'category' && one.indicator) {
      for (let at = column; at < rounded.length; at += columns)
        if (rounded[at + 1]! > 0.5) rounded[at] = Number.NaN;
    }
    column += codedWidth(one);
  }
  return rounded;
}

/** Digits that tell values apart which vary by so much around a mean; nothing where the usual ones do. */
function digitsOf(mean: number, deviation: number): number | undefined {
  const common = Math.floor(Math.log10(Math.abs(mean) / deviation));
  return common > 0 ? Math.min(15, USUAL_DIGITS + common) : undefined;
}

/** A number to the decimals that an error leaves. */
function roundedTo(x: number, error: number): number {
  const decimals = -Math.ceil(Math.log10(error));
  const unit = 10 ** Math.abs(decimals);
  if (!Number.isFinite(unit)) return x;
  return decimals >= 0 ? Math.round(x * unit) / unit : Math.round(x / unit) * unit;
}

/** The columns of a table by their names, and how their values are written. */
export function columnsOf({
  shape,
  columns,
  coding = [],
  scaling,
}: Pick<Dataset, 'shape' | 'columns' | 'coding' | 'scaling'>): ReportColumn[] {
  const dates = new Set(coding.filter(({ kind }) => kind === 'date').map(({ name }) => name));
  const plane = sampleSize(shape) === 2;
  return Array.from({ length: sampleSize(shape) }, (_, i): ReportColumn => {
    const name = columns?.[i] ?? (plane ? 'xy'[i]! : `column ${i + 1}`);
    if (dates.has(name)) return { name, kind: 'date' };
    const digits = scaling && digitsOf(scaling.shift[i]!, scaling.scale[i]!);
    return { name, kind: 'number', ...(digits !== undefined && { digits }) };
  });
}
