/** @file Values as the file had them: the inverse of what reading does to columns of tables, bytes and counts. */

import { type Samples, sampleSize } from '../dataset.js';
import { unscaledCount } from './counts.js';

/** The fields of a data set that say how its values were scaled. */
export type ScaledValues = Pick<Samples, 'kind' | 'shape' | 'scaling' | 'maximum' | 'largestCount'>;

/**
 * Rows of a table or points in the units of the file: shift + scale x, the stored byte, or the count. Images stay as
 * they are.
 *
 * @param values count x prod(shape), as {@link Samples.read} gives them.
 */
export function inFileUnits(
  values: Float32Array,
  { kind, shape, scaling, maximum, largestCount }: ScaledValues,
): Float32Array {
  if (kind === 'image') return values;
  const columns = sampleSize(shape);
  if (scaling) {
    const { shift, scale } = scaling;
    return values.map((x, i) => shift[i % columns]! + scale[i % columns]! * x);
  }
  if (largestCount !== undefined) return values.map((x) => unscaledCount(x, largestCount));
  if (maximum === undefined) return values;
  return values.map((x) => maximum * x);
}
