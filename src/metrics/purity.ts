/** @file Purity of a clustering. */
import { type Contingency, contingency } from './contingency.js';

/**
 * Purity: the fraction of samples that belong to the most frequent class of their cluster.
 *
 * `purity = (1/n) sum_j max_i n_ij`. Splitting clusters never lowers it (all singletons give 1), so read it beside
 * {@link acc} and {@link nmi}. 1 when there are no samples. ClusterGAN reports this number as "ACC".
 *
 * Source: Manning, Raghavan, Schütze 2008, section 16.3.
 *
 * @throws MixturaError when the lengths differ or a label is not an integer
 * @example
 * purity([0, 0, 1, 1], [0, 0, 0, 1]); // => 0.75
 */
export function purity(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return purityFromTable(contingency(labels, predicted));
}

/** {@link purity} of a contingency table. */
export function purityFromTable(table: Contingency): number {
  if (table.total === 0) return 1;
  const largest = new Array<number>(table.clusters.length).fill(0);
  for (const { column, count } of table.cells) largest[column] = Math.max(largest[column]!, count);
  return largest.reduce((sum, count) => sum + count, 0) / table.total;
}
