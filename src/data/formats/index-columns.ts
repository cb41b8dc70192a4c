/** @file Columns that number or name the rows of a text table, as pandas and R write them. */

import { NUMBER } from './kinds/words.js';

/** A column that may be an index, with its words. */
export interface IndexCandidate {
  readonly at: number;
  readonly name: string;
  readonly words: readonly string[];
}

/** Which columns are an index, and what is to be said of them and of those that may be one. */
export interface FoundIndex {
  readonly index: readonly number[];
  readonly notices: readonly string[];
}

/** The name that pandas gives to a column without one. */
const UNNAMED = /^(Unnamed: \d+)?$/;
const USUAL = /^(id|index|idx|row|rownames?|row[_ ]?(names?|number|id))$|[_ .]id$|[a-z]I[dD]$/i;
const WHOLE = /^\d+$/;

/** Whether a column may be an index by its name. */
export function mayBeIndex(name: string): boolean {
  return UNNAMED.test(name) || USUAL.test(name);
}

/**
 * A column without a name is an index where it counts the rows from 0 or 1, holds text, or, being the first, has
 * distinct whole numbers or rises. A column named id, index or the like is one where it holds text that is different in every row; where it is of whole
 * numbers that rise, it is only told, because it may be a measurement.
 */
export function findIndex(path: string, candidates: readonly IndexCandidate[]): FoundIndex {
  const index: number[] = [];
  const notices: string[] = [];
  for (const candidate of candidates) {
    const { at, name, words } = candidate;
    if (words.length < 2 || words.some((word) => word === '')) continue;
    const unnamed = UNNAMED.test(name);
    const text = words.every((word) => !NUMBER.test(word));
    if (unnamed ? text || isIndex(candidate) : text && new Set(words).size === words.length) {
      index.push(at);
      const called = name === '' ? `column ${at + 1}, which has no name,` : `the column ${name}`;
      notices.push(
        `${path}: ${called} (${words[0]!.slice(0, 30)} to ${words.at(-1)!.slice(0, 30)}) names the rows and is left out.`,
      );
    } else if (!unnamed && words.every((word) => WHOLE.test(word)) && rises(words)) {
      notices.push(
        `${path}: the column ${name} (${words[0]} to ${words.at(-1)}) rises like a number of the row and is read as a measurement; --id ${name} or --drop ${name} leaves it out.`,
      );
    }
  }
  return { index, notices };
}

function isIndex({ at, words }: IndexCandidate): boolean {
  if (words.some((word) => !NUMBER.test(word))) return at === 0;
  const start = Number(words[0]);
  if ((start === 0 || start === 1) && words.every((word, i) => Number(word) === start + i)) return true;
  const distinct = words.every((word) => WHOLE.test(word)) && new Set(words).size === words.length;
  return at === 0 && (distinct || rises(words));
}

function rises(words: readonly string[]): boolean {
  return words.every((word, i) => i === 0 || Number(word) > Number(words[i - 1]));
}
