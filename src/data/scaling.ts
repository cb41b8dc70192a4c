/** @file Scaling of columns: mean and deviation, and which columns are constant. */

import type { ColumnScaling } from './value-units.js';

/**
 * A value within this share of a constant is that constant: float32 keeps 24 bits, and the same table may come as text,
 * float64 or float32.
 */
export const ROUNDING = 1e-6;

/** Differences below these shares of the largest magnitude are rounding, by the precision of the values. */
const NOISE = { single: 2 ** -22, double: 1e-12 };
/** Whole numbers below this are exact in float32. */
const EXACT = 2 ** 24;

/**
 * Whether a column says nothing: all values are equal, or differ by no more than rounding, which is that of float32 where
 * both extremes are such numbers. Whole numbers are exact, such as times in seconds: they differ if they are different at
 * all, but for those so large that float32 has them rounded.
 */
export function isConstant(min: number, max: number): boolean {
  if (min === max) return true;
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const single = [min, max].every((x) => Math.fround(x) === x);
  if ([min, max].every(Number.isSafeInteger) && (!single || largest < EXACT)) return false;
  return max - min <= (single ? NOISE.single : NOISE.double) * largest;
}

/**
 * Mean and deviation of every column, so that (x - shift) / scale has mean 0 and variance 1; a constant
 * column has scale 1, and so has one that differs by rounding alone.
 */
export function columnScaling(values: ArrayLike<number>, columns: number): ColumnScaling {
  const rows = values.length / columns;
  const shift = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const min = new Float64Array(columns).fill(Infinity);
  const max = new Float64Array(columns).fill(-Infinity);
  for (let at = 0; at < values.length; at += columns) {
    for (let j = 0; j < columns; j++) {
      const x = values[at + j]!;
      shift[j]! += x / rows;
      if (x < min[j]!) min[j] = x;
      if (x > max[j]!) max[j] = x;
    }
  }
  for (let at = 0; at < values.length; at += columns) {
    for (let j = 0; j < columns; j++) squares[j]! += (values[at + j]! - shift[j]!) ** 2 / rows;
  }
  return scalingOf(shift, squares, min, max);
}

/** The scaling of columns by their mean, variance and extremes. */
export function scalingOf(
  shift: ArrayLike<number>,
  variance: ArrayLike<number>,
  min: ArrayLike<number>,
  max: ArrayLike<number>,
): ColumnScaling {
  const deviation = Array.from(variance, Math.sqrt);
  const constant = deviation.map((_, j) => isConstant(min[j]!, max[j]!));
  return {
    // The sum of rounded shares of a constant is not that constant.
    shift: Array.from(shift, (mean, j) => (min[j] === max[j] ? min[j]! : mean)),
    scale: deviation.map((sigma, j) => (constant[j] ? 1 : sigma)),
  };
}

/**
 * (x - shift) / scale of one value. A scale of exactly 1 is that of a constant column, where what rounds to the constant
 * in float32 is the constant: 0.
 */
export function standardized(x: number, shift: number, scale: number): number {
  const difference = x - shift;
  if (scale === 1 && Math.abs(difference) <= ROUNDING * Math.abs(shift)) return 0;
  return difference / scale;
}
