/** @file Rows that a feature network or a classifier can read: data sets, parts of them, generated samples. */
import { type Samples, sampleSize } from '../data/dataset.js';

/** Rows that can be read. */
export type SampleSource = Pick<Samples, 'shape' | 'range' | 'count' | 'read'>;

/** The rows of a source at `rows`, in that order; nothing is copied. */
export function subsetOf({ shape, range, read }: SampleSource, rows: Uint32Array): SampleSource {
  return {
    shape,
    range,
    count: rows.length,
    read: (indices, out) =>
      read(
        Uint32Array.from(indices, (i) => rows[i]!),
        out,
      ),
  };
}

/** Samples [n, ...shape] in memory. */
export function sourceOf(
  values: Float32Array,
  { shape, range }: Pick<SampleSource, 'shape' | 'range'>,
): SampleSource {
  const size = sampleSize(shape);
  return {
    shape,
    range,
    count: values.length / size,
    read(indices, out) {
      for (let i = 0; i < indices.length; i++) {
        out.set(values.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
      }
    },
  };
}
