/** @file Rows that no group explains: far from all others, and from what is usual in the group that is nearest. */
import type { Partition } from '../../cluster/cells.js';
import type { NearestRows } from '../../cluster/nearest-rows.js';

/** A local outlier factor from which a row may be unexplained: in Gaussians of 2 to 50 columns none is above 2.7. */
const FACTOR = 4;
/** The distance that is usual in a group is the one that this share of its rows does not exceed, and its multiple is far. */
const USUAL = 0.99;
const FAR = 2;
/** Groups of fewer rows do not tell what is usual. */
const LEAST_ROWS = 30;

/**
 * The squared distance to the k-th nearest row beyond which a row is far from each part: 4 times the 99 % quantile of the
 * part's rows (twice the distance). Infinite for parts of fewer than 30 rows.
 */
export function farLimits({ k, squared }: NearestRows, { part, parts }: Partition): Float64Array {
  const reaches = Array.from({ length: parts }, (): number[] => []);
  part.forEach((p, i) => {
    reaches[p]!.push(squared[i * k + k - 1]!);
  });
  return Float64Array.from(reaches, (reach) => {
    if (reach.length < LEAST_ROWS) return Number.POSITIVE_INFINITY;
    reach.sort((a, b) => a - b);
    return FAR ** 2 * reach[Math.floor(USUAL * (reach.length - 1))]!;
  });
}

/**
 * Whether no group explains a row: its local outlier factor is above 4, and its k-th nearest row is farther than
 * {@link farLimits} of the most probable part. The second condition keeps rows that lie beside copies of one row.
 *
 * @param squared squared distance to the k-th nearest row
 */
export function isUnexplained(factor: number, squared: number, limit: number): boolean {
  return factor > FACTOR && squared > limit;
}
