/** @file What a run keeps of its training data to tell what is unlike them, and how unlike other data are. */
import { type KnownRows, knownRows, MOST_KNOWN, unlikeness } from '../cluster/unlike.js';
import { type Samples, sampleSize } from '../data/dataset.js';
import type { Stream } from '../math/random.js';

/** Values that are read at a time, and that known rows are chosen from, at most: 128 MiB in float64. */
const MOST_VALUES = 2 ** 24;
const ROWS_AT_A_TIME = 1000;

/** Random rows of the data, at most {@link MOST_KNOWN}, as known rows; nothing where they are too few or all equal. */
export function knownRowsOf(data: Samples, stream: Stream): KnownRows | undefined {
  const most = Math.min(data.count, MOST_KNOWN, Math.floor(MOST_VALUES / sampleSize(data.shape)));
  return knownRows(matrixOf(data, stream.fork('known rows').choice(data.count, most)));
}

/** How unlike each of the data is to known rows, n: {@link unlikeness}. */
export function unlikenessOf(data: Samples, known: KnownRows): Float32Array {
  const out = new Float32Array(data.count);
  for (let start = 0; start < data.count; start += ROWS_AT_A_TIME) {
    const rows = Math.min(ROWS_AT_A_TIME, data.count - start);
    const part = matrixOf(
      data,
      Uint32Array.from({ length: rows }, (_, i) => start + i),
    );
    out.set(unlikeness(part, known), start);
  }
  return out;
}

function matrixOf(data: Samples, rows: Uint32Array) {
  const columns = sampleSize(data.shape);
  const values = new Float32Array(rows.length * columns);
  data.read(rows, values);
  return { rows: rows.length, columns, values };
}
