/** @file A CSV that gives rows of the data a class or group: two columns, the row and what it is. */
import type { Dataset } from '../../data/dataset.js';
import { decodeText } from '../../data/formats/csv/decode.js';
import { findDialect, linesIn } from '../../data/formats/csv/dialect.js';
import { gunzipText } from '../../data/formats/gunzip.js';
import { isGzip, readBytes } from '../../data/formats/idx.js';
import { selectedRows } from '../../data/row-names.js';
import { type MixturaError, usageError } from '../../errors.js';

/** Rows of the data with a word for each. */
export interface RowWords {
  /** Places among the samples of the data set, each once, in the order of the file. */
  readonly rows: Uint32Array;
  /** What each of them is. */
  readonly words: readonly string[];
}

/** First words of a line that names the columns. */
const ROW_NAMES = ['row', 'index', 'id', 'file', 'name'];
const WORD_NAMES = ['group', 'class', 'label'];

/**
 * Reads a file of rows and what each of them is: `row,group`, apart by commas, semicolons or tabs, with or without a line
 * of names. A row is known by its name where the rows of the data have names (files of a folder, ids of a table) and the
 * column is not called `index`; else by its number from 0, which `mixtura cluster` writes as `index`. A row may come twice
 * with the same word.
 *
 * @throws a MixturaError for a file that cannot be read, and a usage error for a line that has not two cells, a row that the
 * data do not have, a word that is missing, or two words for a row
 */
export function readRowWords(path: string, dataset: Dataset): RowWords {
  const found = new Map<number, { readonly word: string; readonly line: number }>();
  let rowOf: ((cell: string) => number | undefined) | undefined;
  for (const { cells, number } of linesOf(path)) {
    const [cell = '', word = '', ...others] = cells.map((one) => one.trim());
    if (cells.length < 2 || others.some((other) => other !== '')) {
      throw usageError(
        `${path}, line ${number} has ${cells.length} cell(s) where 2 are expected; give a row and what it is, such as 17,thick.`,
      );
    }
    if (rowOf === undefined) {
      const named = isHeading(cell, word, dataset);
      rowOf = rowFinder(dataset, named && cell.toLowerCase() === 'index');
      if (named) continue;
    }
    const row = rowOf(cell);
    if (row === undefined) throw noRow(path, number, cell, dataset);
    if (word === '') throw usageError(`${path}, line ${number} says nothing of row ${cell}; give its group.`);
    const before = found.get(row);
    if (before && before.word !== word) {
      throw usageError(
        `${path}, line ${number} has row ${cell} as ${word}, and line ${before.line} as ${before.word}; keep one of them.`,
      );
    }
    if (!before) found.set(row, { word, line: number });
  }
  if (found.size === 0) {
    throw usageError(`${path} names no rows; give a line for each, a row and what it is, such as 17,thick.`);
  }
  return { rows: Uint32Array.from(found.keys()), words: [...found.values()].map(({ word }) => word) };
}

function linesOf(path: string): Iterable<{ readonly cells: readonly string[]; readonly number: number }> {
  const bytes = readBytes(path);
  const text = decodeText(isGzip(bytes) ? gunzipText(bytes, path) : bytes, path).replace(/^\uFEFF/, '');
  const { delimiter } = findDialect(text, path, {});
  return linesIn(text, { delimiter, decimal: undefined, notices: [] }, path);
}

function isHeading(cell: string, word: string, { rows }: Dataset): boolean {
  const known = [...ROW_NAMES, ...(rows?.id?.name ? [rows.id.name.toLowerCase()] : [])];
  const isName = known.includes(cell.toLowerCase()) && !rows?.id?.values.includes(cell);
  return isName || (WORD_NAMES.includes(word.toLowerCase()) && !/^\d+$/.test(cell));
}

/** The place of a row among the samples, by its name or its number. */
function rowFinder(dataset: Dataset, byNumber: boolean): (cell: string) => number | undefined {
  const id = byNumber ? undefined : dataset.rows?.id?.values;
  if (id) {
    const places = new Map(id.map((name, row) => [name, row]));
    return (cell) => places.get(cell);
  }
  const all = Uint32Array.from({ length: dataset.count }, (_, row) => row);
  const { numbers = all } = selectedRows(dataset.rows ?? {}, all);
  const places = new Map(Array.from(numbers, (number, row) => [number, row]));
  return (cell) => (/^\d+$/.test(cell) ? places.get(Number(cell)) : undefined);
}

function noRow(path: string, line: number, cell: string, { name, count, rows }: Dataset): MixturaError {
  const known = rows?.id
    ? `its rows have names, such as ${rows.id.values[0]}`
    : rows?.numbers
      ? 'rows are numbered from 0 in the whole, and only some are selected'
      : `rows are numbered 0 to ${count - 1}`;
  return usageError(`${path}, line ${line}: there is no row ${cell} in ${name} (${known}); mend the line.`);
}
