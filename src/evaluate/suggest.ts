/** @file Active learning: the rows whose labels would tell a model most. */
import type { Samples } from '../data/dataset.js';
import { MixturaError } from '../errors.js';
import type { GoldEstimator } from './gold.js';

/** A row of the data, and what its label is worth. */
export interface Suggestion {
  readonly row: number;
  /** D(x) + r H[C(.|x)]. */
  readonly worth: number;
}

/**
 * The `count` rows of `rows` whose labels are worth most, the best first; of equal ones that with the lower number. All of
 * `rows` where they are fewer. Source: GOLD, section 3.3; the published code takes the last rows of an unsorted list.
 */
export async function suggestRows(
  estimator: Pick<GoldEstimator, 'worthOf'>,
  data: Samples,
  rows: Uint32Array,
  count: number,
): Promise<Suggestion[]> {
  const worth = await estimator.worthOf(data, rows);
  return largestPlaces(worth, count).map((place) => ({ row: rows[place]!, worth: worth[place]! }));
}

/**
 * Places of the `count` largest values, the largest first; of equal ones the first.
 * @throws a MixturaError where a value is no number
 */
export function largestPlaces(values: ArrayLike<number>, count: number): number[] {
  const places = Array.from(values, (_, place) => place);
  if (places.some((place) => Number.isNaN(values[place]!))) {
    throw new MixturaError(
      'The model gives values that are no numbers for some rows; go on from an earlier checkpoint.',
    );
  }
  return places.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}
