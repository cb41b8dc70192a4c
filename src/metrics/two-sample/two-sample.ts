/** @file Whether a classifier can tell generated rows from real ones. */
import { MixturaError } from '../../errors.js';
import { checkMatrices, type Matrix } from '../../math/matrix.js';
import { Stream } from '../../math/random.js';
import { auc } from './auc.js';
import { boostedLogOdds } from './boosted-trees.js';

/** How {@link twoSampleAuc} compares. */
export interface TwoSampleOptions {
  /** Rows of either side at most (default {@link TWO_SAMPLE_ROWS}). */
  readonly rows?: number;
  /** Parts of the cross-validation (default 5). */
  readonly folds?: number;
  /** Seed of the parts, and of the rows where there are more (default 0). */
  readonly seed?: number;
  /** Called with the fraction that is done. */
  readonly onFraction?: ((fraction: number) => void) | undefined;
}

/** Rows of either side that {@link twoSampleAuc} compares by default. */
export const TWO_SAMPLE_ROWS = 2000;

/**
 * AUC of a classifier that tells generated rows from real ones, on rows that it has not seen: 0.5 where they cannot be
 * told apart, 1 where they always can.
 *
 * The classifier is 200 gradient boosted trees of depth 5 ({@link boostedLogOdds}). Equally many rows of both sides are
 * cut into folds; each fold is scored by a classifier of the others, and the AUC is the mean over the folds. Over 2,000
 * rows of either side its deviation is about 0.01 where both are of one distribution.
 *
 * Source: Lopez-Paz and Oquab 2017 (classifier two-sample tests), with AUC instead of accuracy.
 *
 * @throws a MixturaError when columns differ, a set is not finite, or either has fewer rows than folds
 */
export function twoSampleAuc(real: Matrix, generated: Matrix, options: TwoSampleOptions = {}): number {
  const { rows = TWO_SAMPLE_ROWS, folds = 5, seed = 0, onFraction } = options;
  checkMatrices(real, 'real rows', generated, 'generated rows');
  const n = Math.min(rows, real.rows, generated.rows);
  if (!(folds >= 2 && n >= folds)) {
    throw new MixturaError(
      `A comparison in ${folds} parts needs at least 2 parts and as many rows of both sides; there are ${n}.`,
    );
  }
  const stream = Stream.root(seed).fork('two-sample');
  const x = { rows: 2 * n, columns: real.columns, values: new Float64Array(2 * n * real.columns) };
  const foldOf = new Uint32Array(2 * n);
  const sides = [real, generated] as const;
  sides.forEach((side, y) => {
    const order = stream.fork(y).permutation(side.rows).subarray(0, n);
    order.forEach((row, i) => {
      x.values.set(side.values.subarray(row * x.columns, (row + 1) * x.columns), (y * n + i) * x.columns);
      foldOf[y * n + i] = i % folds;
    });
  });
  const y = Uint8Array.from({ length: 2 * n }, (_, i) => (i < n ? 0 : 1));
  let sum = 0;
  for (let fold = 0; fold < folds; fold++) {
    const scores = boostedLogOdds(
      x,
      y,
      Uint8Array.from(foldOf, (own) => (own === fold ? 0 : 1)),
    );
    const seen = Uint32Array.from(foldOf.keys()).filter((i) => foldOf[i] === fold);
    sum += auc(
      Float64Array.from(seen, (i) => scores[i]!),
      Uint8Array.from(seen, (i) => y[i]!),
    );
    onFraction?.((fold + 1) / folds);
  }
  return sum / folds;
}
