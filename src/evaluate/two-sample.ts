/** @file Whether a classifier can tell a model's new rows of a table from real ones. */
import { type ColumnCoding, codedWidth } from '../data/coding.js';
import { type Dataset, type Samples, sampleSize } from '../data/dataset.js';
import { inFileUnits } from '../data/tables/file-units.js';
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
  const matrix = (rows: Float32Array): Matrix => ({ rows: n, columns, values: restoredRows(rows, dataset) });
  const value = twoSampleAuc(matrix(values), matrix(drawn.samples), { onFraction });
  return { metric: 'two-sample-auc', count: n, protocol: RAW, split, value };
}

/**
 * Rows in the units of the file, with words and marks that it may hold: a category is 1 in the column that is largest, and
 * a missing value is its mark and the median. A classifier would else tell new rows by their 0.97 instead of 1.
 */
function restoredRows(values: Float32Array, dataset: Dataset): Float32Array {
  const rows = inFileUnits(values, dataset);
  const { coding } = dataset;
  if (!coding) return rows;
  const restored = rows.slice();
  const columns = sampleSize(dataset.shape);
  for (let start = 0; start < restored.length; start += columns) {
    let at = start;
    for (const column of coding) {
      const width = codedWidth(column);
      restore(restored.subarray(at, at + width), column);
      at += width;
    }
  }
  return restored;
}

/** The coded columns of one cell. */
function restore(cell: Float32Array, column: ColumnCoding): void {
  if (column.kind === 'category') {
    let best = 0;
    for (let k = 1; k < cell.length; k++) if (cell[k]! > cell[best]!) best = k;
    cell.fill(0);
    cell[best] = 1;
  } else if (column.indicator) {
    const missing = cell[1]! > 0.5;
    cell[1] = missing ? 1 : 0;
    if (missing) cell[0] = column.fill ?? 0;
  }
}
