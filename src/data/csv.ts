/** @file Tables of numbers as CSV or TSV, with an optional column of labels. */

import { MixturaError, usageError } from '../errors.js';
import { readBytes } from './idx.js';
import { didYouMean } from './nearest.js';

export interface NumericTable {
  readonly rows: number;
  readonly columns: readonly string[];
  /** rows x columns. */
  readonly values: Float64Array;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
}

export interface CsvOptions {
  /** Column that holds labels: its name, or its number from 1. A column named `label` or `class` needs no saying. */
  readonly label?: string | undefined;
  /**
   * Label column of the table that a run was trained on, and how many other columns that had: without `label`, it
   * is the label column here too, if there are more columns than those.
   */
  readonly former?: { readonly label: string; readonly columns: number } | undefined;
}

interface Line {
  readonly cells: string[];
  /** Line of the file, from 1, where the row begins. */
  readonly number: number;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE = /^([+-]?(nan|inf|infinity)|na|null)?$/i;
const LABEL_NAMES = new Set(['label', 'class']);

/**
 * Reads a table of numbers; the delimiter (comma, tab, semicolon) and the header are found out.
 *
 * @throws MixturaError naming file, row, and column if a cell is not a finite number or a row has another length.
 */
export function readCsv(path: string, options: CsvOptions = {}): NumericTable {
  return parseCsv(decode(readBytes(path), path), path, options);
}

/** {@link readCsv} of text already in memory; `path` names it in errors. */
export function parseCsv(text: string, path: string, options: CsvOptions = {}): NumericTable {
  const delimiter = findDelimiter(text);
  const lines = [...records(text.startsWith('\uFEFF') ? text.slice(1) : text, delimiter, path)];
  const first = lines[0];
  if (!first) throw new MixturaError(`${path} is empty: give a table of numbers, one row a sample.`);
  const header = isHeader(first.cells);
  const names = first.cells.map((cell, i) => (header ? cell.trim() : String(i + 1)));
  const data = header ? lines.slice(1) : lines;
  if (data.length === 0)
    throw new MixturaError(`${path} has a header but no rows: give at least one row of numbers.`);
  const labelAt = findLabel(names, options, header, path);
  const kept = names.flatMap((_, i) => (i === labelAt ? [] : [i]));
  if (kept.length === 0)
    throw new MixturaError(`${path} has no columns besides the labels: give columns of numbers.`);
  const values = new Float64Array(data.length * kept.length);
  data.forEach((line, row) => {
    if (line.cells.length !== names.length) {
      throw new MixturaError(
        `${path}, row ${row + 1} (line ${line.number}) has ${line.cells.length} cell(s) where ${names.length} are ` +
          'expected: complete it or remove it.',
      );
    }
    kept.forEach((column, k) => {
      values[row * kept.length + k] = toNumber(line, row, column, names[column]!, path);
    });
  });
  return {
    rows: data.length,
    columns: kept.map((i) => names[i]!),
    values,
    ...(labelAt === undefined
      ? {}
      : encodeLabels(
          data.map((line) => line.cells[labelAt]!.trim()),
          path,
        )),
  };
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MixturaError(`${path} is not UTF-8 text: give a CSV or TSV file of numbers.`, { cause });
  }
}

function findDelimiter(text: string): string {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '');
  const counted = ['\t', ';', ','].map((d) => ({ d, n: firstLine.split(d).length }));
  return counted.reduce((best, next) => (next.n > best.n ? next : best), { d: ',', n: 1 }).d;
}

/** Rows of cells; quoted cells may hold delimiters, line ends and doubled quotes; blank lines are left out. */
function* records(text: string, delimiter: string, path: string): Generator<Line> {
  let [at, number] = [0, 1];
  while (at < text.length) {
    const line: Line = { cells: [], number };
    let more = true;
    while (more) {
      const [cell, end] = text[at] === '"' ? quoted(text, at, path, line.number) : plain(text, at, delimiter);
      line.cells.push(cell);
      number += cell.split('\n').length - 1;
      more = text[end] === delimiter;
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

function findLabel(
  names: readonly string[],
  { label: wanted, former }: CsvOptions,
  header: boolean,
  path: string,
): number | undefined {
  if (wanted === undefined) {
    const before =
      former && names.length > former.columns ? columnOf(names, former.label, header) : undefined;
    if (before !== undefined) return before;
    const found = header ? names.findIndex((name) => LABEL_NAMES.has(name.toLowerCase())) : -1;
    return found < 0 ? undefined : found;
  }
  const found = columnOf(names, wanted, header);
  if (found !== undefined) return found;
  throw usageError(
    `${path} has no column ${wanted}${didYouMean(wanted, names)}: its columns are ${names.slice(0, 20).join(', ')}.`,
  );
}

/** Index of a column by its name, or by its number from 1. */
function columnOf(names: readonly string[], wanted: string, header: boolean): number | undefined {
  const named = header ? names.indexOf(wanted) : -1;
  if (named >= 0) return named;
  return /^[1-9]\d*$/.test(wanted) && Number(wanted) <= names.length ? Number(wanted) - 1 : undefined;
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

function encodeLabels(words: readonly string[], path: string): { labels: Int32Array; classNames: string[] } {
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
