/** @file Drawn samples as a program gets them: in the units of the training data, tables as rows of their file too. */
import type { ResolvedRun } from '../../config/schema.js';
import { sampleSize } from '../../data/dataset.js';
import { restoredRows } from '../../data/tables/restore.js';
import type { DrawnSamples } from '../use/draw.js';
import { sampleRecords } from '../use/sample-file.js';
import type { SampledRows } from './answers.js';

/** Samples in the units of the data; those of tables and points are what the columns of the file may hold. */
export function sampledRows(dataset: ResolvedRun['dataset'], drawn: DrawnSamples): SampledRows {
  const { kind, shape, columns, maximum = 1 } = dataset;
  const { samples, groups } = drawn;
  const table = kind !== 'image';
  const data = table
    ? Float32Array.from(restoredRows(samples, dataset))
    : samples.map((value) => maximum * value);
  const size = sampleSize(shape);
  const sampled = {
    data,
    shape: [groups.length, ...shape],
    rows: Array.from(groups, (_, i) => data.subarray(i * size, (i + 1) * size)),
    groups,
    ...(columns && { columns }),
  };
  if (!table) return sampled;
  return {
    ...sampled,
    // Many samples need no second form unless it is asked for.
    get records() {
      return sampleRecords(dataset, drawn);
    },
  };
}
