/** @file Labels of files, words or numbers, as classes 0, 1, ... */

import { MixturaError } from '../../errors.js';
import { NUMBER } from './kinds/words.js';

/** Class of every row, and the name of each class. */
export interface Labels {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

/** A number as the word of a label: 3, 2.5; nothing where it is missing (NaN). */
export function wordOf(value: number | bigint): string {
  return Number.isNaN(value) ? '' : String(value);
}

/**
 * Numbers the distinct words: by value if all of them are numbers, else in the order of their characters.
 *
 * @throws MixturaError naming file and row if a label is missing.
 */
export function encodeLabels(words: readonly string[], path: string): Labels {
  const classNames = [...new Set(words)];
  if (classNames.includes('')) {
    throw new MixturaError(
      `${path}, row ${words.indexOf('') + 1} has no label: fill it in or remove the row.`,
    );
  }
  const numeric = classNames.every((name) => NUMBER.test(name));
  classNames.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  const index = new Map(classNames.map((name, k) => [name, k]));
  return { labels: Int32Array.from(words, (word) => index.get(word)!), classNames };
}
