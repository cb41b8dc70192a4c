/** @file How sure the group of a row is, by the groups of its nearest rows. */
import type { Partition } from '../../cluster/cells.js';
import type { NearestRows } from '../../cluster/nearest-rows.js';

/** How probable each part is, a row. */
export interface PartShares {
  /** n x parts, each row sums to about 1. */
  readonly share: Float64Array;
  readonly parts: number;
  /** A share that is no larger says nothing for a part. */
  readonly none: number;
}

/** Decides between parts with equally many of the nearest rows: that of the nearest one comes first. */
const NEAREST = 1e-9;

/**
 * Share of each part among the k nearest rows, smoothed by one row that is spread over all parts:
 *
 *   (n_c + 1 / parts) / (k + 1),   n_c the nearest rows in part c.
 *
 * @param near rows of a sample that are nearest to each row; the row itself is none of them
 * @param division the part of each row of the sample
 */
export function neighbourShares(
  { k, index }: Pick<NearestRows, 'k' | 'index'>,
  { part, parts }: Partition,
): PartShares {
  const rows = index.length / k;
  const none = 1 / (parts * (k + 1));
  const share = new Float64Array(rows * parts).fill(none);
  for (let i = 0; i < rows; i++) {
    for (let at = 0; at < k; at++) share[i * parts + part[index[i * k + at]!]!]! += 1 / (k + 1);
    share[i * parts + part[index[i * k]!]!]! += NEAREST;
  }
  return { share, parts, none: none + 2 * NEAREST };
}
