/** @file Normalised mutual information. */
import { type Contingency, contingency } from './contingency.js';

/**
 * Normalised mutual information of two labellings, with the arithmetic mean of the entropies.
 *
 * `NMI = I(Y; C) / ((H(Y) + H(C)) / 2)`, in [0, 1], natural logarithms; invariant to renaming either side.
 * It is 0 when exactly one side has a single group. When both have (or there are no samples) the partitions
 * are identical and it is 1, as in scikit-learn, although 0/0 by the formula.
 *
 * Source: the default of scikit-learn >= 0.22 (`average_method='arithmetic'`); the geometric mean of older
 * versions gives other numbers.
 *
 * @throws MixturaError when the lengths differ or a label is not an integer
 * @example
 * nmi([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]); // => 0.5158037429793888
 */
export function nmi(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return nmiFromTable(contingency(labels, predicted));
}

/** {@link nmi} of a contingency table. */
export function nmiFromTable(table: Contingency): number {
  if (table.classes.length <= 1 && table.clusters.length <= 1) return 1;
  const information = mutualInformation(table);
  // Independent labellings leave rounding only; without this, tiny entropies could magnify it.
  if (information <= Number.EPSILON) return 0;
  const mean = (entropy(table.classTotals, table.total) + entropy(table.clusterTotals, table.total)) / 2;
  return Math.min(1, information / mean);
}

/** `H = -sum_i (a_i / n) ln(a_i / n)` in nats. */
export function entropy(counts: readonly number[], total: number): number {
  let sum = 0;
  for (const count of counts) if (count > 0) sum -= (count / total) * Math.log(count / total);
  return sum;
}

/** `I(Y; C) = sum_ij (n_ij / n) ln(n n_ij / (a_i b_j))` in nats. */
function mutualInformation(table: Contingency): number {
  const { total, classTotals, clusterTotals, cells } = table;
  let sum = 0;
  for (const { row, column, count } of cells) {
    sum += (count / total) * Math.log((total * count) / (classTotals[row]! * clusterTotals[column]!));
  }
  return sum;
}
