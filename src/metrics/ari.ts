/** @file Adjusted Rand index. */
import { type Contingency, contingency } from './contingency.js';

/**
 * Adjusted Rand index: agreement over pairs of samples, corrected for chance.
 *
 * With ordered pairs counted as together in both (tp), in neither (tn), in the prediction only (fp), in the
 * truth only (fn): `ARI = 2 (tp tn - fn fp) / ((tp + fn)(fn + tn) + (tp + fp)(fp + tn))`.
 * 1 for identical partitions (also empty ones), expectation 0 for random ones, at least -0.5.
 *
 * Source: Hubert and Arabie 1985, in the pair form of Steinley 2004.
 *
 * @throws MixturaError when the lengths differ or a label is not an integer
 * @example
 * ari([0, 0, 1, 1], [1, 1, 0, 0]); // => 1
 */
export function ari(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return ariFromTable(contingency(labels, predicted));
}

/** {@link ari} of a contingency table. */
export function ariFromTable(table: Contingency): number {
  const squares = sumOfSquares(table.cells.map((cell) => cell.count));
  const falseNegative = sumOfSquares(table.classTotals) - squares;
  const falsePositive = sumOfSquares(table.clusterTotals) - squares;
  if (falseNegative === 0 && falsePositive === 0) return 1;
  const truePositive = squares - table.total;
  const trueNegative = table.total ** 2 - falsePositive - falseNegative - squares;
  return (
    (2 * (truePositive * trueNegative - falseNegative * falsePositive)) /
    ((truePositive + falseNegative) * (falseNegative + trueNegative) +
      (truePositive + falsePositive) * (falsePositive + trueNegative))
  );
}

function sumOfSquares(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count * count;
  return sum;
}
