/** @file Clustering accuracy under the best one-to-one naming of the clusters. */
import { maximumWeightAssignment } from '../cluster/hungarian.js';
import { type Contingency, contingency, denseCounts } from './contingency.js';

/**
 * Clustering accuracy: the largest fraction of samples that a one-to-one map of clusters to classes gets right.
 *
 * `ACC = max_m (1/n) sum_j n_{m(j), j}` over injective maps m (Hungarian algorithm). With unequal numbers of
 * classes and clusters the smaller side is matched fully, and samples of unmatched groups count as errors.
 * 1 when there are no samples (nothing is misplaced), as the other label metrics.
 *
 * Source: the "ACC" of the deep clustering literature (Yang et al. 2010); not purity, which some papers call ACC.
 *
 * @throws MixturaError when the lengths differ or a label is not an integer
 * @example
 * acc([0, 0, 1, 1], [5, 5, 3, 3]); // => 1
 */
export function acc(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return accFromTable(contingency(labels, predicted));
}

/** {@link acc} of a contingency table. */
export function accFromTable(table: Contingency): number {
  if (table.total === 0) return 1;
  const { classes, clusters, total } = table;
  return maximumWeightAssignment(denseCounts(table), classes.length, clusters.length).total / total;
}
