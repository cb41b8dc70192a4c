/** @file Tables of numbers as CSV or TSV, with an optional column of labels. */

import { MixturaError } from '../../errors.js';
import type { NamedColumn } from '../row-names.js';
import { askedNames, type ColumnPlan, planColumns } from './columns.js';
import type { ReadOptions } from './content.js';
import { GrowingNumbers } from './growing.js';
import { gunzipText, MAX_TEXT } from './gunzip.js';
import { readFirstLine } from './header.js';
import { isGzip, readBytes } from './idx.js';
import { type FoundIndex, findIndex, mayBeIndex } from './index-columns.js';
import { encodeLabels, NUMBER } from './labels.js';

/** A table of numbers, and the names of its columns and rows. */
export interface NumericTable {
  readonly rows: number;
  /** Names of the columns of numbers; their numbers from 1 where the file has none. */
  readonly columns: readonly string[];
  /** Whether the names are the file's own. */
  readonly named: boolean;
  /** rows x columns. */
  readonly values: Float64Array;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  /** The column of labels. */
  readonly label?: string;
  /** The column that names the rows. */
  readonly id?: NamedColumn;
  readonly kept: readonly NamedColumn[];
  readonly notices: readonly string[];
}

interface Line {
  readonly cells: string[];
  /** How many of the cells are quoted. */
  quoted: number;
  /** Line of the file, from 1, where the row begins. */
  readonly number: number;
}

/** Lines by which the first one is judged. */
const JUDGED = 20;
/** More cells than this in a row are not a table. */
const MAX_COLUMNS = 2 ** 20;

/**
 * Reads a table of numbers; the delimiter (comma, tab, semicolon) and the header are found out.
 *
 * @throws MixturaError naming file, row, and column if a cell is not a finite number or a row has another length.
 */
export function readCsv(path: string, options: ReadOptions = {}): NumericTable {
  const bytes = readBytes(path);
  return parseCsv(decode(isGzip(bytes) ? gunzipText(bytes, path) : bytes, path), path, options);
}

/** {@link readCsv} of text already in memory; `path` names it in errors. */
export function parseCsv(text: string, path: string, options: ReadOptions = {}): NumericTable {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = () => records(plain, findDelimiter(plain), path);
  const heading = readHeading(lines(), path, options);
  const { names, header, width } = heading;
  const rows = () => rowsOf(lines(), header, width, path);
  const found = header && options.reading !== 1 ? indexOf(names, rows, path, options) : NO_INDEX;
  const plan = planColumns({ path, names, header, index: found.index }, options);
  const read = readRows(rows(), names, plan, path);
  if (read.rows === 0)
    throw new MixturaError(`${path} has a header but no rows: give at least one row of numbers.`);
  const { label, id, kept } = plan;
  const named = (at: number): NamedColumn => ({ name: names[at]!, values: read.words.get(at)! });
  const notices = [...heading.notices, ...(options.id === undefined ? found.notices : []), ...plan.notices];
  return {
    rows: read.rows,
    columns: plan.features.map((i) => names[i]!),
    named: header,
    values: read.values,
    ...(label !== undefined && { ...encodeLabels(read.words.get(label)!, path), label: names[label]! }),
    ...(id !== undefined && { id: named(id) }),
    kept: kept.map(named),
    notices,
  };
}

const NO_INDEX: FoundIndex = { index: [], notices: [] };

interface Heading {
  /** The names of the columns, no two alike. */
  readonly names: readonly string[];
  readonly header: boolean;
  readonly width: number;
  readonly notices: readonly string[];
}

/** The names of the columns, by the first line and those below it. */
function readHeading(lines: Iterator<Line, undefined>, path: string, options: ReadOptions): Heading {
  const first = lines.next().value;
  if (!first) throw new MixturaError(`${path} is empty: give a table of numbers, one row a sample.`);
  const below: Line[] = [];
  for (let line = lines.next().value; line && below.length < JUDGED; line = lines.next().value)
    below.push(line);
  const { header, notice } = readFirstLine(first, below, options, path);
  const cells = first.cells.map((cell) => cell.trim());
  // R leaves out the name over the names of rows.
  const rowNames =
    below.length > 0 &&
    below.every((row) => row.cells.length === cells.length + 1 && row.cells.at(-1)!.trim() !== '');
  if (header && rowNames && options.reading !== 1) cells.unshift('');
  // NumPy marks the line of names as a comment.
  if (header && options.reading !== 1) cells[0] = cells[0]!.replace(/^#\s*/, '');
  return {
    names: header ? distinct(cells) : cells.map((_, i) => String(i + 1)),
    header,
    width: cells.length,
    notices: notice === undefined ? [] : [notice],
  };
}

/** Names that are there twice get a number, as pandas numbers them. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}.${before}`;
  });
}

/** The rows below the names. @throws MixturaError for a row of another length. */
function* rowsOf(lines: Iterable<Line>, header: boolean, width: number, path: string): Generator<Line> {
  let row = header ? -1 : 0;
  for (const line of lines) {
    row++;
    if (row === 0) continue;
    if (line.cells.length !== width) {
      throw new MixturaError(
        `${path}, row ${row} (line ${line.number}) has ${line.cells.length} cell(s) where ${width} are ` +
          'expected: complete it or remove it.',
      );
    }
    yield line;
  }
}

/** Columns that name the rows; the run's own measurements are none. */
function indexOf(
  names: readonly string[],
  rows: () => Iterable<Line>,
  path: string,
  options: ReadOptions,
): FoundIndex {
  const known = askedNames(options);
  const columns = names.flatMap((name, at) => (mayBeIndex(name) && !known.has(name) ? [{ at, name }] : []));
  if (columns.length === 0) return NO_INDEX;
  const candidates = columns.map((column) => ({ ...column, words: [] as string[] }));
  for (const { cells } of rows()) for (const { at, words } of candidates) words.push(cells[at]!.trim());
  return findIndex(path, candidates);
}

/** Numbers of the measurements, and words of the other columns that are wanted. */
function readRows(lines: Iterable<Line>, names: readonly string[], plan: ColumnPlan, path: string) {
  const { features, label, id, kept } = plan;
  const values = new GrowingNumbers();
  const wanted = [label, id, ...kept].filter((at) => at !== undefined);
  const words = new Map(wanted.map((at) => [at, [] as string[]]));
  let rows = 0;
  for (const line of lines) {
    for (const column of features) values.push(toNumber(line, rows, column, names[column]!, path));
    for (const [at, cells] of words) cells.push(line.cells[at]!.trim());
    rows++;
  }
  return { rows, values: values.toArray(), words };
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
    const line: Line = { cells: [], quoted: 0, number };
    let more = true;
    while (more) {
      const [cell, end] = text[at] === '"' ? quoted(text, at, path, line.number) : plain(text, at, delimiter);
      if (text[at] === '"') line.quoted++;
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
