/** @file Whether a classifier can tell a model's new rows of a table from real ones. */
import { type Dataset, type Samples, sampleSize } from '../data/dataset.js';
import { restoredRows } from '../data/tables/restore.js';
import type { Matrix } from '../math/matrix.js';
import { RAW, type Score, type Split } from '../metrics/metric.js';
import { TWO_SAMPLE_ROWS, twoSampleAuc } from '../metrics/two-sample/two-sample.js';
import type { Inference } from '../train/inference.js';
import { realRows } from './generated.js';
import type { OnFraction, ProgressMeter } from './progress.js';

/** What {@link twoSampleScore} compares. */
export interface TwoSampleComparison {
  readonly inference: Inference;
  readonly dataset: Dataset;
  readonly split: Split;
  /** Rows of either side at most; more than 2,000 are not compared. */
  readonly samples: number;
  readonly onFraction?: OnFraction | undefined;
}

/** Fewer rows of either side say nothing. */
const LEAST_ROWS = 100;

/** Plans the stage of {@link twoSampleScore}. */
export function twoSampleStage(meter: ProgressMeter, split: Split, { count }: Samples): OnFraction {
  return meter.plan(`generated rows beside real ones (${split})`, 1e-3 * Math.min(count, TWO_SAMPLE_ROWS));
}

/**
 * The AUC of a classifier that tells new rows from real ones ({@link twoSampleAuc}), both as the file holds them; nothing
 * for images, and for fewer than 100 rows.
 */
export async function twoSampleScore(comparison: TwoSampleComparison): Promise<Score | undefined> {
  const { inference, dataset, split, samples, onFraction } = comparison;
  const n = Math.min(TWO_SAMPLE_ROWS, samples, dataset.count);
  if (dataset.kind === 'image' || n < LEAST_ROWS) return undefined;
  onFraction?.(0);
  const columns = sampleSize(dataset.shape);
  const values = new Float32Array(n * columns);
  dataset.read(realRows(dataset, n) ?? Uint32Array.from({ length: n }, (_, i) => i), values);
  const drawn = await inference.sampleMixture(n, 'evaluation', 'two-sample');
  // A classifier would else tell new rows by a mark of 0.97 instead of 1, and by 3.2 where there are whole numbers.
  const matrix = (rows: Float32Array): Matrix => ({ rows: n, columns, values: restoredRows(rows, dataset) });
  const value = twoSampleAuc(matrix(values), matrix(drawn.samples), { onFraction });
  return { metric: 'two-sample-auc', count: n, protocol: RAW, split, value };
}
