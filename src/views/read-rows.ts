/** @file Rows of a data set for views: in the units of the file, read in batches. */
import { type Samples, sampleSize } from '../data/dataset.js';
import type { SparseRows } from '../data/formats/sparse.js';
import { unscaledCount } from '../data/tables/counts.js';
import type { Matrix } from '../math/matrix.js';
import type { View } from './view.js';

/** What views read: values, never labels. */
export type Readable = Pick<Samples, 'shape' | 'read' | 'scaling' | 'maximum' | 'largestCount'>;

/** Values that are read at a time. */
const BATCH = 1 << 21;
/** Relative error of a count that was read as a float32 logarithm, with room. */
const ROUNDING = 1e-4;

/** Calls `take` with the values of the rows at `indices`, batch by batch, and the place of the first. */
export function inBatches(
  samples: Pick<Samples, 'shape' | 'read'>,
  indices: ArrayLike<number>,
  take: (values: Float32Array, rows: number, first: number) => void,
): void {
  const size = sampleSize(samples.shape);
  const step = Math.max(1, Math.floor(BATCH / size));
  const places = Uint32Array.from(indices);
  for (let first = 0; first < places.length; first += step) {
    const part = places.subarray(first, first + step);
    const values = new Float32Array(part.length * size);
    samples.read(part, values);
    take(values, part.length, first);
  }
}

/** Rows of a table as its file has them: columns that were standardised on reading get their units again. */
export function readTable(samples: Readable, indices: ArrayLike<number>): Matrix {
  const columns = sampleSize(samples.shape);
  const out = new Float64Array(indices.length * columns);
  const { shift, scale } = samples.scaling ?? {};
  inBatches(samples, indices, (values, rows, first) => {
    const start = first * columns;
    if (!shift || !scale) out.set(values, start);
    else
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          out[start + i * columns + j] = shift[j]! + scale[j]! * values[i * columns + j]!;
  });
  return { rows: indices.length, columns, values: out };
}

/** What a view makes of the rows, each batch by itself, so that rows of many pixels are never all in memory. */
export function readThrough(samples: Readable, indices: ArrayLike<number>, view: View): Matrix {
  const size = sampleSize(samples.shape);
  const out = new Float32Array(indices.length * view.columns);
  inBatches(samples, indices, (values, rows, first) => {
    out.set(view.apply({ rows, columns: size, values }).values, first * view.columns);
  });
  return { rows: indices.length, columns: view.columns, values: out };
}

/** Rows of counts, as sparse rows: counts that were read as logarithms are counts again. */
export function readCounts(samples: Readable, indices: ArrayLike<number>): SparseRows {
  const { largestCount, scaling } = samples;
  const columns = sampleSize(samples.shape);
  const starts = new Uint32Array(indices.length + 1);
  const parts: { readonly indices: Uint32Array; readonly values: Float32Array }[] = [];
  let count = 0;
  inBatches(samples, indices, (read, rows, first) => {
    const at = new Uint32Array(read.length);
    const values = new Float32Array(read.length);
    let held = 0;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const x = read[i * columns + j]!;
        const value = scaling ? snapped(scaling.shift[j]! + scaling.scale[j]! * x) : counted(x, largestCount);
        if (value === 0) continue;
        at[held] = j;
        values[held++] = value;
      }
      starts[first + i + 1] = count + held;
    }
    parts.push({ indices: at.slice(0, held), values: values.slice(0, held) });
    count += held;
  });
  const entries = { indices: new Uint32Array(count), values: new Float32Array(count) };
  let to = 0;
  for (const part of parts) {
    entries.indices.set(part.indices, to);
    entries.values.set(part.values, to);
    to += part.values.length;
  }
  return { rows: indices.length, columns, starts, ...entries };
}

function counted(x: number, largest: number | undefined): number {
  return largest === undefined || x === 0 ? x : snapped(unscaledCount(x, largest));
}

/** Whole numbers that rounding moved a little are whole again. */
export function snapped(x: number): number {
  const whole = Math.round(x);
  return Math.abs(x - whole) <= ROUNDING * Math.max(1, whole) ? whole : x;
}
