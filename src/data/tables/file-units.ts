/** @file Values as the file had them: the inverse of what reading does to columns of tables, bytes and counts. */

import { type Numbers, type Samples, sampleSize } from '../dataset.js';
import { unscaledCount } from './counts.js';

/** The fields of a data set that say how its values were scaled. */
export type ScaledValues = Pick<Samples, 'kind' | 'shape' | 'scaling' | 'maximum' | 'largestCount'>;

/**
 * Rows of a table or points in the units of the file, in float64: shift + scale x, the stored byte, or the count. Images
 * stay as they are.
 *
 * @param values count x prod(shape), as {@link Samples.read} gives them.
 */
export function inFileUnits(values: Float32Array, units: ScaledValues): Numbers {
  const value = fileUnits(units);
  return value === undefined ? values : Float64Array.from(values, value);
}

/** The value of the file that the i-th value of rows that are read was, in float64; nothing where it is the same. */
export function fileUnits(units: ScaledValues): ((x: number, i: number) => number) | undefined {
  const { kind, shape, scaling, maximum, largestCount } = units;
  if (kind === 'image') return undefined;
  const columns = sampleSize(shape);
  if (scaling) {
    const { shift, scale } = scaling;
    return (x, i) => shift[i % columns]! + scale[i % columns]! * x;
  }
  if (largestCount !== undefined) return (x) => unscaledCount(x, largestCount);
  return maximum === undefined ? undefined : (x) => maximum * x;
}
