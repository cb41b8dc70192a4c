/** @file Tables of numbers as CSV or TSV, with an optional column of labels. */

import { MixturaError } from '../../errors.js';
import type { ReadOptions } from './content.js';
import { GrowingNumbers } from './growing.js';
import { gunzipText, MAX_TEXT } from './gunzip.js';
import { isGzip, readBytes } from './idx.js';
import { labelColumn } from './label-column.js';
import { encodeLabels, NUMBER } from './labels.js';

/** A table of numbers, and the names of its columns. */
export interface NumericTable {
  readonly rows: number;
  readonly columns: readonly string[];
  /** rows x columns. */
  readonly values: Float64Array;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
}

/** Which column holds labels, and how a run read its own table. */
export type CsvOptions = Pick<ReadOptions, 'label' | 'former'>;

interface Line {
  readonly cells: string[];
  /** Line of the file, from 1, where the row begins. */
  readonly number: number;
}

/** More cells than this in a row are not a table. */
const MAX_COLUMNS = 2 ** 20;
const NOT_FINITE = /^([+-]?(nan|inf|infinity)|na|null)?$/i;

/**
 * Reads a table of numbers; the delimiter (comma, tab, semicolon) and the header are found out.
 *
 * @throws MixturaError naming file, row, and column if a cell is not a finite number or a row has another length.
 */
export function readCsv(path: string, options: CsvOptions = {}): NumericTable {
  const bytes = readBytes(path);
  return parseCsv(decode(isGzip(bytes) ? gunzipText(bytes, path) : bytes, path), path, options);
}

/** {@link readCsv} of text already in memory; `path` names it in errors. */
export function parseCsv(text: string, path: string, options: CsvOptions = {}): NumericTable {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = records(plain, findDelimiter(plain), path);
  const first = lines.next().value;
  if (!first) throw new MixturaError(`${path} is empty: give a table of numbers, one row a sample.`);
  const header = isHeader(first.cells);
  const names = first.cells.map((cell, i) => (header ? cell.trim() : String(i + 1)));
  const labelAt = labelColumn(names, options, header, path);
  const kept = names.flatMap((_, i) => (i === labelAt ? [] : [i]));
  if (kept.length === 0)
    throw new MixturaError(`${path} has no columns besides the labels: give columns of numbers.`);
  const values = new GrowingNumbers();
  const words: string[] = [];
  let rows = 0;
  const add = (line: Line) => {
    if (line.cells.length !== names.length) {
      throw new MixturaError(
        `${path}, row ${rows + 1} (line ${line.number}) has ${line.cells.length} cell(s) where ${names.length} are ` +
          'expected: complete it or remove it.',
      );
    }
    for (const column of kept) values.push(toNumber(line, rows, column, names[column]!, path));
    if (labelAt !== undefined) words.push(line.cells[labelAt]!.trim());
    rows++;
  };
  if (!header) add(first);
  for (const line of lines) add(line);
  if (rows === 0)
    throw new MixturaError(`${path} has a header but no rows: give at least one row of numbers.`);
  const columns = kept.map((i) => names[i]!);
  const table = { rows, columns, values: values.toArray() };
  return labelAt === undefined ? table : { ...table, ...encodeLabels(words, path) };
}

function decode(bytes: Uint8Array, path: string): string {
  if (bytes.length > MAX_TEXT) {
    throw new MixturaError(
      `${path} has more than ${MAX_TEXT >> 20} MiB of text: save it as .npy or Parquet, or split it.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MixturaError(`${path} is not UTF-8 text: give a CSV or TSV file of numbers.`, { cause });
  }
}

function findDelimiter(text: string): string {
  const start = text.slice(0, MAX_COLUMNS);
  const firstLine = start.slice(0, start.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '');
  const counted = ['\t', ';', ','].map((d) => ({ d, n: firstLine.split(d).length }));
  return counted.reduce((best, next) => (next.n > best.n ? next : best), { d: ',', n: 1 }).d;
}

/** Rows of cells; quoted cells may hold delimiters, line ends and doubled quotes; blank lines are left out. */
function* records(text: string, delimiter: string, path: string): Generator<Line, undefined> {
  let [at, number] = [0, 1];
  while (at < text.length) {
    const line: Line = { cells: [], number };
    let more = true;
    while (more) {
      const [cell, end] = text[at] === '"' ? quoted(text, at, path, line.number) : plain(text, at, delimiter);
      line.cells.push(cell);
      number += cell.split('\n').length - 1;
      more = text[end] === delimiter;
      if (line.cells.length > MAX_COLUMNS) {
        throw new MixturaError(
          `${path}, line ${line.number} has more than ${MAX_COLUMNS} cells: give one row a sample.`,
        );
      }
      if (!more && end < text.length && text[end] !== '\n' && text[end] !== '\r') {
        throw new MixturaError(
          `${path}, line ${number} has text after a closing quote: double quotes within a cell.`,
        );
      }
      at = end + 1;
      if (!more && text[end] === '\r' && text[at] === '\n') at++;
    }
    number++;
    if (line.cells.length > 1 || line.cells[0]!.trim() !== '') yield line;
  }
  return undefined;
}

function plain(text: string, start: number, delimiter: string): [cell: string, end: number] {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return [text.slice(start, end), end];
}

function quoted(text: string, start: number, path: string, line: number): [cell: string, end: number] {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 2)) {
    if (text[end + 1] !== '"') return [text.slice(start + 1, end).replaceAll('""', '"'), end + 1];
  }
  throw new MixturaError(`${path}, line ${line} opens a quote that is never closed: close it.`);
}

/** A first row is a header if no cell is a number, and some cell says more than that a value is missing. */
function isHeader(cells: readonly string[]): boolean {
  const words = cells.map((cell) => cell.trim());
  return !words.some((word) => NUMBER.test(word)) && !words.every((word) => NOT_FINITE.test(word));
}

function toNumber(line: Line, row: number, column: number, name: string, path: string): number {
  const text = line.cells[column]!.trim();
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  // Samples are read as float32: what overflows there is as useless as infinity.
  if (Number.isFinite(Math.fround(value))) return value;
  const where = `row ${row + 1} (line ${line.number}), column ${column + 1}${name === String(column + 1) ? '' : ` (${name})`}`;
  throw new MixturaError(
    `${path}, ${where} is "${text.slice(0, 40)}", not a finite number: correct it, remove the row, or ` +
      'name the column with --label if it holds labels.',
  );
}
