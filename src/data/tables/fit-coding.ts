/** @file The coding of a table's columns: fitted to the data that a run is trained on, and applied to raw rows. */

import type { CategoryCoding, ColumnCoding, NumberCoding } from '../coding.js';
import type { FoundColumn } from '../formats/kinds/found.js';
import { NUMBER } from '../formats/kinds/words.js';

/** Words of a category that get a column of their own where nothing else is said. */
export const MOST_CATEGORIES = 20;

/**
 * The coding of raw rows: the median of each column of numbers or dates, with an indicator where something is missing;
 * the most frequent words of each category (ties in the order of their characters), all others as one, and the missing
 * value last.
 *
 * @param raw rows x columns, as {@link FoundColumn} says.
 * @param most words of a category that get a column of their own.
 */
export function fitCoding(raw: Float64Array, columns: readonly FoundColumn[], most: number): ColumnCoding[] {
  return columns.map((column, j) => {
    const values = columnOf(raw, columns.length, j);
    return column.kind === 'category'
      ? fitCategory(column.name, column.words, values, most)
      : fitNumber(column, values);
  });
}

/** One column of rows. */
export function columnOf(raw: ArrayLike<number>, columns: number, j: number): Float64Array {
  return Float64Array.from({ length: raw.length / columns }, (_, row) => raw[row * columns + j]!);
}

function fitNumber(column: FoundColumn & { kind: 'number' | 'date' }, values: Float64Array): NumberCoding {
  const present = values.filter((x) => !Number.isNaN(x)).sort();
  const middle = present.length >> 1;
  const fill = present.length % 2 ? present[middle]! : (present[middle - 1]! + present[middle]!) / 2;
  const { kind, name } = column;
  return {
    kind,
    name,
    fill,
    ...(present.length < values.length && { indicator: true }),
    ...(column.kind === 'date' && column.times && { times: true }),
  };
}

function fitCategory(
  name: string,
  words: readonly string[],
  values: Float64Array,
  most: number,
): CategoryCoding {
  const counts = wordCounts(words, values);
  const levels = counts.slice(0, most).map(({ word }) => word);
  const missing = values.some(Number.isNaN);
  return {
    kind: 'category',
    name,
    levels: missing ? [...levels, ''] : levels,
    ...(counts.length > most && { other: true }),
  };
}

/** The words that occur, the most frequent first, ties in the order of their characters. */
export function wordCounts(
  words: readonly string[],
  values: Float64Array,
): { readonly word: string; readonly count: number }[] {
  const counts = new Float64Array(words.length);
  for (const index of values) if (!Number.isNaN(index)) counts[index]! += 1;
  return words
    .map((word, i) => ({ word, count: counts[i]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
}

/** Words that the coding does not know, of one column. */
export interface UnknownWords {
  readonly name: string;
  readonly count: number;
  readonly words: readonly string[];
  /** Whether there is a column for them. */
  readonly other: boolean;
}

/**
 * Raw rows whose categories are indices of the levels of a coding; NaN stands for what is none.
 *
 * @param raw rows as they were read, by the words in `columns`.
 */
export function inLevels(
  raw: Float64Array,
  columns: readonly FoundColumn[],
  coding: readonly ColumnCoding[],
): { readonly raw: Float64Array; readonly unknown: readonly UnknownWords[] } {
  const out = raw.slice();
  const unknown: UnknownWords[] = [];
  coding.forEach((coded, j) => {
    const column = columns[j]!;
    if (coded.kind !== 'category' || column.kind !== 'category') return;
    const none = coded.levels.indexOf('');
    const levelOf = column.words.map((word) => levelIndex(coded.levels, word));
    const strange = new Set<string>();
    let count = 0;
    for (let at = j; at < out.length; at += coding.length) {
      const index = out[at]!;
      if (Number.isNaN(index)) {
        if (none >= 0) out[at] = none;
        continue;
      }
      out[at] = levelOf[index]!;
      if (!Number.isNaN(out[at]!)) continue;
      count++;
      strange.add(column.words[index]!);
    }
    if (count > 0)
      unknown.push({ name: coded.name, count, words: [...strange], other: coded.other ?? false });
  });
  return { raw: out, unknown };
}

/** The level that a word is; else the only one that says the same in another way, as other programs write it. */
function levelIndex(levels: readonly string[], word: string): number {
  const exact = levels.indexOf(word);
  if (exact >= 0) return exact;
  for (const meaning of [truth(levels), spelling, number]) {
    const said = meaning(word);
    const same = levels.flatMap((level, i) => (said !== undefined && meaning(level) === said ? [i] : []));
    if (same.length === 1) return same[0]!;
  }
  return Number.NaN;
}

/** Truth values, if all levels are: `True`, `yes`, `1.0`. */
function truth(levels: readonly string[]): (word: string) => boolean | undefined {
  const words = levels.filter((level) => level !== '');
  return words.every((level) => truthOf(level) !== undefined) ? truthOf : () => undefined;
}

function truthOf(word: string): boolean | undefined {
  if (/^(true|t|yes|y)$/i.test(word) || number(word) === 1) return true;
  return /^(false|f|no|n)$/i.test(word) || number(word) === 0 ? false : undefined;
}

function spelling(word: string): string | undefined {
  return /^(true|false)$/i.test(word) ? word.toLowerCase() : undefined;
}

/** A word that is a number by its value: `1`, `1.0` and `01`. */
function number(word: string): number | undefined {
  return NUMBER.test(word) ? Number(word) : undefined;
}
