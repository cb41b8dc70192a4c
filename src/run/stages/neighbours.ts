/** @file The nearest rows of every row, for stages that learn from them. */
import { type NearestRows, nearestRows } from '../../cluster/nearest-rows.js';
import { type Dataset, sampleSize } from '../../data/dataset.js';
import { type StageOptions, trainStage } from './train-stage.js';

/**
 * The k nearest rows of every row of the data, or all others where these are fewer: nearest in the features of a stage that
 * has been trained, else in the values of the data.
 */
export async function neighboursOf(k: number, dataset: Dataset, before?: StageOptions): Promise<NearestRows> {
  const features = before && (await trainStage(before, true)).features;
  const rows = dataset.count;
  const values = features ?? valuesOf(dataset);
  return nearestRows({ rows, columns: values.length / rows, values }, Math.min(k, rows - 1));
}

function valuesOf(dataset: Dataset): Float32Array {
  const values = new Float32Array(dataset.count * sampleSize(dataset.shape));
  dataset.read(
    Uint32Array.from({ length: dataset.count }, (_, i) => i),
    values,
  );
  return values;
}
