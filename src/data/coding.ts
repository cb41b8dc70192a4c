/**
 * @file How the columns of a table as people keep it become columns of numbers: missing values, dates, categories.
 *
 * A raw row has one number a column of the file, in the order of the coding: a number as it is, a date in days since
 * 1970-01-01 UTC, a category by its index in `levels`, and NaN for what is missing or is no level.
 */

/** A column of numbers or of dates. */
export interface NumberCoding {
  readonly kind: 'number' | 'date';
  readonly name: string;
  /** What stands in place of a missing value: the median of the data that the run was trained on. */
  readonly fill?: number;
  /** Whether a further column says, by 1 and 0, that the value was missing. */
  readonly indicator?: boolean;
}

/** A column of categories, which becomes a column of 1 and 0 for each level. */
export interface CategoryCoding {
  readonly kind: 'category';
  readonly name: string;
  /** The words that have a column, the most frequent first; the empty word is a missing value. */
  readonly levels: readonly string[];
  /** Whether a further column stands for all other words. */
  readonly other?: boolean;
}

/** How one column of a file is coded. */
export type ColumnCoding = NumberCoding | CategoryCoding;

/** How many columns of numbers the coded column gives. */
export function codedWidth(coding: ColumnCoding): number {
  return coding.kind === 'category'
    ? coding.levels.length + (coding.other ? 1 : 0)
    : 1 + (coding.indicator ? 1 : 0);
}
