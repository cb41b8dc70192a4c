/** @file Tables as CSV or TSV: measurements of all kinds, with an optional column of labels. */

import { MixturaError } from '../../../errors.js';
import type { NamedColumn } from '../../row-names.js';
import { areTurned, asideColumns, askedNames, planColumns } from '../columns.js';
import type { ReadOptions } from '../content.js';
import { gunzipText } from '../gunzip.js';
import { readFirstLine } from '../header.js';
import { isGzip, readBytes } from '../idx.js';
import { type FoundIndex, findIndex, mayBeIndex } from '../index-columns.js';
import { expectedKinds } from '../kinds/expected.js';
import type { AsideColumn, FoundColumn } from '../kinds/found.js';
import { encodeLabels } from '../labels.js';
import { decodeText } from './decode.js';
import { findDialect, linesIn, requireParted } from './dialect.js';
import { withoutPreface } from './preface.js';
import type { Line } from './records.js';
import { readRows } from './rows.js';

/** A table of numbers, and the names of its columns and rows. */
export interface NumericTable {
  readonly rows: number;
  /** Names of the columns of numbers; their numbers from 1 where the file has none. */
  readonly columns: readonly string[];
  /** Whether the names are the file's own. */
  readonly named: boolean;
  /** rows x columns; raw, where not all columns are numbers; NaN is missing. */
  readonly values: Float64Array;
  /** Kinds of the columns; nothing where all are numbers. */
  readonly found?: readonly FoundColumn[] | undefined;
  /** Columns that are no measurements. */
  readonly aside: readonly AsideColumn[];
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  /** The column of labels. */
  readonly label?: string;
  /** The column that names the rows. */
  readonly id?: NamedColumn;
  readonly kept: readonly NamedColumn[];
  readonly notices: readonly string[];
}

/** Lines by which the first one is judged. */
const JUDGED = 20;
/**
 * Reads a table; the delimiter, the decimal mark, the header and the kinds of the columns are found out.
 *
 * @throws MixturaError naming file, row, and column if a cell is not what its column holds or a row has another length.
 */
export function readCsv(path: string, options: ReadOptions = {}): NumericTable {
  const bytes = readBytes(path);
  return parseCsv(decodeText(isGzip(bytes) ? gunzipText(bytes, path) : bytes, path), path, options);
}

/** {@link readCsv} of text already in memory; `path` names it in errors. */
export function parseCsv(text: string, path: string, options: ReadOptions = {}): NumericTable {
  const whole = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { text: plain, delimiter, notices: preface } = withoutPreface(whole, path, options);
  const dialect = findDialect(plain, path, { ...options, delimiter: options.delimiter ?? delimiter });
  const lines = () => linesIn(plain, dialect, path);
  const heading = readHeading(lines(), path, options);
  const { names, header, width } = heading;
  const rows = () => rowsOf(lines(), header, width, path);
  const found = header && options.reading !== 1 ? indexOf(names, rows, path, options) : NO_INDEX;
  const plan = planColumns({ path, names, header, index: found.index }, options);
  const old = options.reading === 1 ? 'none' : options.coding;
  const expected = expectedKinds(path, plan.features.length, old, areTurned(options));
  const read = readRows({ path, names, rows }, plan, expected);
  if (read.rows === 0)
    throw new MixturaError(`${path} has a header but no rows: give at least one row of numbers.`);
  const { label, id, kept } = plan;
  const named = (at: number): NamedColumn => ({ name: names[at]!, values: read.words.get(at)! });
  const notices = [...preface, ...dialect.notices, ...heading.notices];
  notices.push(...(options.id === undefined ? found.notices : []), ...plan.notices);
  return {
    rows: read.rows,
    columns: read.features.map((i) => names[i]!),
    named: header,
    values: read.values,
    found: read.found,
    aside: asideColumns(names, plan, found.index, read.text),
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
  if (options.reading !== 1) requireParted([first, ...below], path);
  const { header, notice } = readFirstLine(first, below, options, path);
  const cells = first.cells.map((cell) => cell.trim());
  // R leaves out the name over the names of rows.
  const rowNames = haveRowNames(below, cells.length);
  if (header && cells.length === 1 && options.reading !== 1) requireNoDecimals(below, cells[0]!, path);
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

/** Whether each row has one cell more than there are names, the first of which, as R demands, are all different. */
function haveRowNames(below: readonly Line[], names: number): boolean {
  const first = new Set(below.map(({ cells }) => cells[0]!.trim()));
  return (
    first.size > 0 &&
    first.size === below.length &&
    below.every(({ cells }) => cells.length === names + 1 && cells.at(-1)!.trim() !== '')
  );
}

/** Refuses a column of numbers whose decimal commas part its cells. @throws MixturaError with the cure. */
function requireNoDecimals(below: readonly Line[], name: string, path: string): void {
  const decimals = below.every(
    ({ cells, quoted }) =>
      cells.length === 2 && quoted === 0 && cells.every((cell) => /^[+-]?\d+$/.test(cell.trim())),
  );
  if (below.length === 0 || !decimals) return;
  throw new MixturaError(
    `${path} has two cells a row, such as "${below[0]!.cells.join()}", under the one name ${name}: give --delimiter ';' --decimal , if these are decimal commas, or a name for each column.`,
  );
}

/** Names that are there twice get a number, the least that makes a name which is not there, as pandas numbers them. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Map<string, number>();
  return names.map((name) => {
    let number = seen.get(name) ?? 0;
    if (number === 0) {
      seen.set(name, 1);
      return name;
    }
    while (taken.has(`${name}.${number}`)) number++;
    seen.set(name, number + 1);
    taken.add(`${name}.${number}`);
    return `${name}.${number}`;
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
  // The first column of a table that is turned names its samples' measurements, such as genes, whatever it is called.
  const may = (name: string, at: number) => mayBeIndex(name) || (at === 0 && areTurned(options));
  const columns = names.flatMap((name, at) => (may(name, at) && !known.has(name) ? [{ at, name }] : []));
  if (columns.length === 0) return NO_INDEX;
  const candidates = columns.map((column) => ({ ...column, words: [] as string[] }));
  for (const { cells } of rows()) for (const { at, words } of candidates) words.push(cells[at]!.trim());
  return findIndex(path, candidates);
}
