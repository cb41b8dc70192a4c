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
  /** Whether the dates have times of day. */
  readonly times?: boolean;
}

/** A column of categories, which becomes a column of 1 and 0 for each level. */
export interface CategoryCoding {
  readonly kind: 'category';
  readonly name: string;
  /** The words that have a column, the most frequent first; the empty word, which is the last, is a missing value. */
  readonly levels: readonly string[];
  /** Whether a further column stands for all other words. */
  readonly other?: boolean;
}

/** How one column of a file is coded. */
export type ColumnCoding = NumberCoding | CategoryCoding;

/** The word that a sample has where it is of none of the levels. */
export const OTHER = '(other)';
const DAY = 86_400_000;

/** How many columns of numbers the coded column gives. */
export function codedWidth(coding: ColumnCoding): number {
  return coding.kind === 'category'
    ? coding.levels.length + (coding.other ? 1 : 0)
    : 1 + (coding.indicator ? 1 : 0);
}

/**
 * Names of the coded columns in their order: `age`, `age is missing`, `city=Rome`, `city=(other)`. No two are alike: one
 * that is also the name of another column of the file gets a number, as in `age is missing.1`.
 *
 * @example
 * codedNames([{ kind: 'category', name: 'city', levels: ['Rome', ''] }]); // => ['city=Rome', 'city is missing']
 */
export function codedNames(coding: readonly ColumnCoding[]): string[] {
  const taken = new Set(coding.flatMap(({ kind, name }) => (kind === 'category' ? [] : [name])));
  const unique = (name: string): string => {
    let free = name;
    for (let n = 1; taken.has(free); n++) free = `${name}.${n}`;
    taken.add(free);
    return free;
  };
  return coding.flatMap((column) => {
    const { name } = column;
    const missing = `${name} is missing`;
    if (column.kind !== 'category') return column.indicator ? [name, unique(missing)] : [name];
    const words = column.levels.map((word) => unique(word === '' ? missing : `${name}=${word}`));
    return column.other ? [...words, unique(`${name}=${OTHER}`)] : words;
  });
}

/**
 * Raw rows [n, C] as coded rows [n, W], W being the sum of the coded widths. A number or date is itself, or its `fill`
 * where it is NaN, followed by 1 or 0 where it has an indicator; a category is 1 in the column of its level (for NaN in
 * that of the other words, if there is one) and 0 in the others.
 *
 * @param raw rows as the file of this module defines them, by the order of `coding`.
 * @throws RangeError if the numbers do not make rows of C (a programming error).
 *
 * @example
 * const coding = [{ kind: 'number', name: 'age', fill: 40, indicator: true }];
 * Array.from(codeRows(Float64Array.of(7, NaN), coding)); // => [7, 0, 40, 1]
 */
export function codeRows(raw: Float64Array, coding: readonly ColumnCoding[]): Float64Array {
  const columns = coding.length;
  const rows = raw.length / columns;
  if (!Number.isInteger(rows)) throw new RangeError(`${raw.length} numbers do not make rows of ${columns}`);
  const width = coding.reduce((sum, column) => sum + codedWidth(column), 0);
  const out = new Float64Array(rows * width);
  let to = 0;
  coding.forEach((column, j) => {
    codeColumn(raw, columns, j, column, out, width, to);
    to += codedWidth(column);
  });
  return out;
}

function codeColumn(
  raw: Float64Array,
  columns: number,
  j: number,
  column: ColumnCoding,
  out: Float64Array,
  width: number,
  to: number,
): void {
  if (column.kind === 'category') {
    const none = column.other ? column.levels.length : -1;
    for (let at = j, place = to; at < raw.length; at += columns, place += width) {
      const level = Number.isNaN(raw[at]!) ? none : raw[at]!;
      if (level >= 0) out[place + level] = 1;
    }
    return;
  }
  const { fill = Number.NaN, indicator } = column;
  for (let at = j, place = to; at < raw.length; at += columns, place += width) {
    const missing = Number.isNaN(raw[at]!);
    out[place] = missing ? fill : raw[at]!;
    if (indicator && missing) out[place + 1] = 1;
  }
}

/**
 * A coded row, or a generated one like it, as the cells of the file: the word whose column is the largest, nothing where
 * an indicator is above 1/2, a date as ISO 8601, a number as it is.
 *
 * @param row W numbers in the units of the file.
 *
 * @example
 * const coding = [{ kind: 'number', name: 'x' }, { kind: 'date', name: 'when' }];
 * decodeRow([3.5, 19000], coding); // => [3.5, '2022-01-08']
 */
export function decodeRow(row: ArrayLike<number>, coding: readonly ColumnCoding[]): (number | string)[] {
  let at = 0;
  return coding.map((column) => {
    const start = at;
    at += codedWidth(column);
    if (column.kind === 'category') {
      let best = start;
      for (let k = start; k < at; k++) if (row[k]! > row[best]!) best = k;
      return column.levels[best - start] ?? OTHER;
    }
    if (column.indicator && row[start + 1]! > 0.5) return '';
    return column.kind === 'date' ? isoDate(row[start]!, column.times) : row[start]!;
  });
}

/** The day that days since 1970-01-01 are nearest to, or the second, still in days. */
export function wholeDays(days: number, times = false): number {
  return times ? (Math.round((days * DAY) / 1000) * 1000) / DAY : Math.round(days);
}

/** Days since 1970-01-01 UTC as ISO 8601: the day, or the second of it. */
export function isoDate(days: number, times = false): string {
  const date = new Date(times ? Math.round((days * DAY) / 1000) * 1000 : Math.round(days) * DAY);
  if (Number.isNaN(date.getTime())) return '';
  const text = date.toISOString();
  return times ? text.replace('.000Z', 'Z') : text.slice(0, text.indexOf('T'));
}
