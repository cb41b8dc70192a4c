/** @file The kind of a column of words: numbers, dates, categories, or text that is left out. */

import { MixturaError } from '../../../errors.js';
import type { ColumnCoding } from '../../coding.js';
import { dateReader, isDateLike } from './dates.js';
import type { FoundColumn } from './found.js';
import { isMissing, isNumberLike, NUMBER, numberCure, truthValue } from './words.js';

/** A column as the words of a file. */
export interface WordColumn {
  readonly path: string;
  readonly name: string;
  /** Without spaces at their ends; a missing value is any word that {@link isMissing} takes. */
  readonly words: readonly string[];
  /** Where a word is, for an error: `row 3 (line 4), column 2 (city)`. */
  place(row: number): string;
}

/** A column of measurements with its values (raw, as `FoundColumn` says), or why it is none. */
export type Decided =
  | { readonly column: FoundColumn; readonly values: Float64Array }
  | { readonly text: string };

/** More different words than these are text, if most rows have their own. */
const MOST_LEVELS = 20;
/** Words of more characters on average are text, if there are more than {@link MOST_LEVELS} of them. */
const LONG = 60;
const BOOLEAN = /^(true|false)$/i;

/**
 * Decides by the words that are not missing. Where at least half are numbers, or look like numbers that are written in
 * another way, the column is of numbers; where at least half are dates, of dates; and each other word is an error. All
 * other columns are categories, unless every row has a word of its own, or there are more than 20 words and most rows
 * have their own or they are long: that is text.
 *
 * @throws MixturaError naming place, word and cure for a word that does not belong into a column of numbers or dates.
 */
export function decideColumn(column: WordColumn): Decided {
  const present = column.words.filter((word) => !isMissing(word));
  const count = (is: (word: string) => boolean) => present.reduce((n, word) => n + (is(word) ? 1 : 0), 0);
  const numbers = count(isFinite32);
  const dates = count(isDateLike);
  const like = count((word) => !isDateLike(word) && (NUMBER.test(word) || isNumberLike(word)));
  if (2 * like >= present.length) return numberColumn(column, shareOf(numbers, present));
  if (2 * dates >= present.length) return dateColumn(column, shareOf(dates, present));
  const distinct = new Set(present).size;
  if (present.every((word) => BOOLEAN.test(word))) return categoryColumn(column);
  const length = present.reduce((sum, word) => sum + word.length, 0) / present.length;
  const own = distinct === present.length && distinct > 1;
  if (own || (distinct > MOST_LEVELS && (2 * distinct > present.length || length > LONG))) {
    return { text: `${distinct} different words in ${present.length} rows` };
  }
  return categoryColumn(column);
}

/**
 * A column as that of the run was read.
 *
 * @throws MixturaError naming place, word and cure for a word that does not belong into a column of numbers or dates.
 */
export function readAsCoded(
  column: WordColumn,
  { kind }: Pick<ColumnCoding, 'kind'>,
): Exclude<Decided, { readonly text: string }> {
  if (kind === 'number') {
    const words = column.words.map((word) => {
      const truth = truthValue(word);
      return Number.isNaN(truth) ? word : String(truth);
    });
    return numberColumn({ ...column, words });
  }
  if (kind === 'category') return categoryColumn(column);
  const decided = dateColumn(column);
  if ('column' in decided) return decided;
  throw new MixturaError(`${column.path}, column ${column.name}: ${decided.text}.`);
}

/** The error of a word that should be a number. `share` says how many of the column are. */
export function notANumber(
  { path, name, place }: Pick<WordColumn, 'path' | 'name' | 'place'>,
  row: number,
  word: string,
  share?: string,
): MixturaError {
  const among = share === undefined ? '' : `, in a column where ${share} values are numbers`;
  const what = Number.isFinite(Number(word)) ? 'larger than a float32 number can be' : 'not a finite number';
  return new MixturaError(
    `${path}, ${place(row)} is "${shownWord(word)}", ${what}${among}: ${numberCure(word, name)}.`,
  );
}

const LONGEST_SHOWN = 40;

/** A word as a sentence shows it: cut, and in one line. */
function shownWord(word: string): string {
  return word.slice(0, LONGEST_SHOWN).replace(/\s+/g, ' ');
}

function shareOf(count: number, present: readonly string[]): string | undefined {
  return count === 0 ? undefined : `${count} of ${present.length}`;
}

/** Samples are read as float32: what overflows there is as useless as infinity. */
function isFinite32(word: string): boolean {
  return NUMBER.test(word) && Number.isFinite(Math.fround(Number(word)));
}

function numberColumn(column: WordColumn, share?: string): Exclude<Decided, { readonly text: string }> {
  const values = Float64Array.from(column.words, (word, row) => {
    if (isFinite32(word)) return Number(word);
    if (isMissing(word)) return Number.NaN;
    throw notANumber(column, row, word, share);
  });
  return { column: { kind: 'number', name: column.name }, values };
}

function dateColumn(column: WordColumn, share?: string): Decided {
  const { path, name, words, place } = column;
  const reader = dateReader(words);
  if (reader === 'ambiguous') {
    const example = words.find(isDateLike)!;
    return {
      text: `day and month of its dates, such as ${example}, cannot be told apart: write them as 2020-12-31`,
    };
  }
  const values = Float64Array.from(words, (word, row) => {
    if (isMissing(word)) return Number.NaN;
    const days = reader.days(word);
    if (Number.isFinite(days)) return days;
    const among = share === undefined ? '' : `, in a column where ${share} values are dates`;
    throw new MixturaError(
      `${path}, ${place(row)} is "${shownWord(word)}", not a date${among}: write it as 2020-12-31 or ` +
        `2020-12-31T23:59:00, leave the cell empty if it is missing, or leave the column out by --drop ${name}.`,
    );
  });
  return { column: { kind: 'date', name, times: reader.times }, values };
}

function categoryColumn({ name, words }: WordColumn): Exclude<Decided, { readonly text: string }> {
  const boolean = words.every((word) => isMissing(word) || BOOLEAN.test(word));
  const index = new Map<string, number>();
  const values = Float64Array.from(words, (written) => {
    if (isMissing(written)) return Number.NaN;
    // Programs write truth in different cases.
    const word = boolean ? written.toLowerCase() : written;
    const known = index.get(word);
    if (known !== undefined) return known;
    index.set(word, index.size);
    return index.size - 1;
  });
  return { column: { kind: 'category', name, words: [...index.keys()] }, values };
}
