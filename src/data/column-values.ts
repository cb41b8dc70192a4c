/** @file What values the columns of a file hold, so that generated rows hold such values too. */

/** What values one column of a file holds; what is absent is not known, or says nothing. */
export interface ColumnValues {
  /** All different values, ascending, where they are few. */
  readonly levels?: readonly number[];
  /** Digits after the decimal point: no value has more. */
  readonly decimals?: number;
  /** No value is smaller, and none should be. */
  readonly least?: number;
  /** No value is larger, and none should be. */
  readonly most?: number;
  /** The words of a category that have no column of their own, the most frequent first. */
  readonly others?: readonly { readonly word: string; readonly count: number }[];
}

/** Different values that are few, where each occurs in {@link OFTEN} rows on average. */
const MOST_LEVELS = 20;
const OFTEN = 10;
/** Numbers with more digits after the point are measured, not written by people. */
const MOST_DECIMALS = 6;
/** What a number may be away from its decimal form, as a share: rounding of float32, and of float64. */
const ROUNDING = { single: 6e-8, double: 1e-12 };

/**
 * What values a column of numbers holds; NaN is missing.
 *
 * Numbers that were never negative stay so: whole ones between the extremes that were seen, others at 0 or above.
 *
 * @param single whether the values are of float32, so that 12.34 is stored as 12.3400002
 */
export function numberValues(values: ArrayLike<number>, single = false): ColumnValues {
  const tolerance = single ? ROUNDING.single : ROUNDING.double;
  const different = new Set<number>();
  let [count, least, most, decimals] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (Number.isNaN(x)) continue;
    count++;
    if (x < least) least = x;
    if (x > most) most = x;
    if (different.size <= MOST_LEVELS) different.add(x);
    while (decimals <= MOST_DECIMALS && !hasDecimals(x, decimals, tolerance)) decimals++;
  }
  if (count === 0) return {};
  if (different.size <= MOST_LEVELS && OFTEN * different.size <= count) {
    return { levels: [...different].sort((a, b) => a - b) };
  }
  return {
    ...(decimals <= MOST_DECIMALS && { decimals }),
    ...(least >= 0 && (decimals === 0 ? { least, most } : { least: 0 })),
  };
}

/** What dates a column holds, in days: they stay between the first and the last. */
export function dateValues(values: ArrayLike<number>): ColumnValues {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < least) least = values[i]!;
    if (values[i]! > most) most = values[i]!;
  }
  return least <= most ? { least, most } : {};
}

function hasDecimals(x: number, decimals: number, tolerance: number): boolean {
  return Math.abs(x - rounded(x, decimals)) <= tolerance * Math.abs(x);
}

function rounded(x: number, decimals: number): number {
  const unit = 10 ** decimals;
  return Math.round(x * unit) / unit;
}

/**
 * The value of such a column that is nearest to a number; NaN stays.
 */
export function nearestValue(x: number, { levels, decimals, least, most }: ColumnValues): number {
  if (Number.isNaN(x)) return x;
  if (levels !== undefined) {
    return levels.reduce((best, level) => (Math.abs(level - x) < Math.abs(best - x) ? level : best));
  }
  const inside = Math.min(most ?? Number.POSITIVE_INFINITY, Math.max(least ?? Number.NEGATIVE_INFINITY, x));
  // A small negative number is rounded to -0.
  return decimals === undefined ? inside : rounded(inside, decimals) + 0;
}

/** Whether all values of such a column are whole numbers. */
export function areWhole({ levels, decimals }: ColumnValues): boolean {
  return decimals === 0 || (levels?.every(Number.isInteger) ?? false);
}
