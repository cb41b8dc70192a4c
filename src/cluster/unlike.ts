/** @file How unlike rows are to those that are known: distances to the nearest, as multiples of the distances among them. */
import type { Matrix } from '../math/matrix.js';
import { alongComponents, principalComponents } from '../math/principal-components.js';
import { nearestAmong } from './nearest-among.js';
import { nearestRows } from './nearest-rows.js';

/** Rows that are known, in the directions along which they vary most, and how far apart they lie. */
export interface KnownRows {
  /** Mean of the rows, d. */
  readonly mean: Float64Array;
  /** Principal directions, k x d. */
  readonly directions: Float32Array;
  /** Coordinates along them, n x k. */
  readonly rows: Float32Array;
  /** Distance of each row to its {@link NEIGHBOURS}th nearest, n. */
  readonly spacing: Float32Array;
  /** What 99 % of these rows do not exceed, each compared with the others. */
  readonly usual: number;
}

/** Rows that are enough to tell. */
export const MOST_KNOWN = 2000;
/** Directions beyond these hold more noise than shape in images. */
const DIRECTIONS = 30;
/** Neighbours whose distances are compared. */
const NEIGHBOURS = 5;
/** A row nearer than this share of the typical spacing to a known one is that row. */
const SAME = 1e-3;
/**
 * Added on both sides, of the typical spacing and of the spread of all rows: rows that occur many times have no distance
 * between them.
 */
const SOFTENING = { spacing: 0.05, spread: 1e-3 };
const USUAL = 0.99;

/**
 * Keeps rows as known ones: their coordinates along at most 30 principal components, and the distance of each to its fifth
 * nearest.
 *
 * @param x at most {@link MOST_KNOWN} rows, at least 7; finite
 * @returns nothing for fewer rows, and for rows that are all equal
 */
export function knownRows(x: Matrix): KnownRows | undefined {
  if (x.rows < NEIGHBOURS + 2) return undefined;
  const { mean, directions, count } = principalComponents(x, DIRECTIONS);
  if (count === 0) return undefined;
  const short = { mean, directions: Float32Array.from(directions) };
  const rows = Float32Array.from(coordinates(x, short).values);
  const { squared } = nearestRows({ rows: x.rows, columns: count, values: rows }, NEIGHBOURS);
  const spacing = Float32Array.from({ length: x.rows }, (_, i) =>
    Math.sqrt(squared[(i + 1) * NEIGHBOURS - 1]!),
  );
  const known = { ...short, rows, spacing, usual: 1 };
  const own = unlikeness(x, known).sort();
  return { ...known, usual: own[Math.ceil(USUAL * own.length) - 1]! };
}

/**
 * How unlike each row is to the known ones: d / sqrt(s t), where d is its distance to the fifth nearest, s the mean such
 * distance of those five, and t that of all known rows. About 1 is as usual; a known row is compared with the others.
 *
 * With s alone it would be the local outlier factor (Breunig et al. 2000) of plain distances, and with t alone the distance;
 * between both it tells unknown classes of images and tables better than either.
 *
 * @param x n x d, finite, as the known rows were
 */
export function unlikeness(x: Matrix, known: KnownRows): Float32Array {
  const { spacing } = known;
  const sample = { rows: spacing.length, columns: known.rows.length / spacing.length, values: known.rows };
  const k = NEIGHBOURS + 1;
  const { index, squared } = nearestAmong(coordinates(x, known), sample, k);
  const typical = spacing.reduce((sum, distance) => sum + distance, 0) / spacing.length;
  const spread = Math.sqrt(known.rows.reduce((sum, value) => sum + value * value, 0) / spacing.length);
  const soft = Math.max(SOFTENING.spacing * typical, SOFTENING.spread * spread);
  return Float32Array.from({ length: x.rows }, (_, i) => {
    // The row itself is not one of its neighbours.
    const first = i * k + (Math.sqrt(squared[i * k]!) < SAME * (typical + soft) ? 1 : 0);
    let around = 0;
    for (let at = first; at < first + NEIGHBOURS; at++) around += spacing[index[at]!]! / NEIGHBOURS;
    const distance = Math.sqrt(squared[first + NEIGHBOURS - 1]!);
    return (distance + soft) / Math.sqrt((around + soft) * (typical + soft));
  });
}

function coordinates(x: Matrix, { mean, directions }: Pick<KnownRows, 'mean' | 'directions'>): Matrix {
  const count = directions.length / mean.length;
  return alongComponents(x, {
    ...{ count, mean, directions: Float64Array.from(directions) },
    ...{ variances: new Float64Array(count), total: 0 },
  });
}
