/** @file How far a row lies from others, beside how far those lie from each other: the local outlier factor. */
import type { NearestRows } from '../../cluster/nearest-rows.js';

/** Distances below this share of the mean one count as this: equal rows have no density. */
const LEAST_SHARE = 1e-3;

/** Densities of the rows of a sample. */
export interface LocalDensity {
  /** Distance to the k-th nearest row. */
  readonly reach: Float64Array;
  /** Local reachability density, 1 over a distance. */
  readonly density: Float64Array;
  /** Smallest mean distance that counts. */
  readonly least: number;
}

/** Densities of the rows of a sample by their nearest ones. */
export function localDensity({ k, index, squared }: NearestRows): LocalDensity {
  const count = index.length / k;
  const reach = Float64Array.from({ length: count }, (_, i) => Math.sqrt(squared[i * k + k - 1]!));
  const mean = reach.reduce((sum, distance) => sum + distance, 0) / count;
  // Where all distances are 0 all densities are alike, whatever counts.
  const least = LEAST_SHARE * mean || 1;
  const density = Float64Array.from(
    { length: count },
    (_, i) => 1 / Math.max(meanReach(index, squared, i, k, reach), least),
  );
  return { reach, density, least };
}

/**
 * Local outlier factor of rows by their nearest rows of a sample:
 *
 *   lof(x) = mean_y density(y) / density(x),   1 / density(x) = mean_y max(reach(y), |x - y|),   y the k nearest rows.
 *
 * Source: Breunig, Kriegel, Ng and Sander, "LOF: identifying density-based local outliers", 2000.
 */
export function localOutlierFactor(
  { k, index, squared }: NearestRows,
  { reach, density, least }: LocalDensity,
): Float32Array {
  return Float32Array.from({ length: index.length / k }, (_, i) => {
    let around = 0;
    for (let at = i * k; at < i * k + k; at++) around += density[index[at]!]! / k;
    return around * Math.max(meanReach(index, squared, i, k, reach), least);
  });
}

function meanReach(
  index: Int32Array,
  squared: Float64Array,
  row: number,
  k: number,
  reach: Float64Array,
): number {
  let sum = 0;
  for (let at = row * k; at < row * k + k; at++) {
    sum += Math.max(reach[index[at]!]!, Math.sqrt(squared[at]!)) / k;
  }
  return sum;
}
