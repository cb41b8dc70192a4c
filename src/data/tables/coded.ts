/** @file A table as people keep it as columns of numbers: the rule of missing values, then the coding. */

import { MixturaError } from '../../errors.js';
import { type ColumnCoding, codedNames, codedWidth, codeRows } from '../coding.js';
import { listedNames, placeOf, shownName, unnamed } from '../formats/columns.js';
import type { Content, Former } from '../formats/content.js';
import type { FoundColumn } from '../formats/kinds/found.js';
import { isSparse } from '../formats/sparse.js';
import { columnReports } from './column-report.js';
import { fitCoding, inLevels, MOST_CATEGORIES, type UnknownWords } from './fit-coding.js';
import {
  countMissing,
  type Dense,
  listMissing,
  onlyColumns,
  refusedMissing,
  withoutMissing,
} from './missing.js';
import type { TableOptions } from './table-options.js';

/** A table of numbers, none of which is missing, and how it became that. */
export interface CodedTable {
  readonly content: Content;
  readonly coding?: readonly ColumnCoding[] | undefined;
}

/** Values of tables whose columns are reported one by one. */
const MOST_REPORTED = 2 ** 26;

/** Content with its values in memory. */
type Table = Content & { readonly values: Dense };

/**
 * The table as columns of numbers. Without a coding of a run, one is fitted where a column is not of numbers or a value
 * is missing; a table of complete numbers stays as it is.
 *
 * @throws MixturaError for a value that is infinite; for missing values where the rule refuses them; or for other columns
 * than a given coding has.
 */
export function codedTable(content: Content, options: TableOptions, path: string): CodedTable {
  const { values, shape } = content;
  const [rows = 0, columns = 0] = shape;
  if (isSparse(values) || shape.length !== 2 || rows === 0 || columns === 0 || options.reading === 1) {
    return { content };
  }
  const table: Table = { ...content, values };
  const names = namesOf(table);
  if (values.length <= MOST_REPORTED) options.onColumns?.(columnReports(table, foundOf(table, names)));
  const { coding } = options;
  if (coding !== undefined && coding !== 'none') return asCoded(table, coding, names, options, path);
  const missing = countMissing(values, columns, path);
  if (isCounts(options)) return { content: ofCounts(table, names, missing, options, path) };
  if (coding === 'none')
    return { content: missing ? asComplete(table, names, missing, options, path) : table };
  return fitted(table, names, missing, options, path);
}

/** How the columns of a run's data are matched: those of its file, by names or places. */
export function formerColumns(dataset: {
  readonly coding?: readonly ColumnCoding[] | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly shape: readonly number[];
}): Pick<Former, 'columns' | 'names'> {
  const { coding, columns, shape } = dataset;
  if (!coding) return { columns: shape[0]!, names: columns };
  const names = coding.map(({ name }) => name);
  const without = names.every((name) => placeOf(name) !== undefined);
  return { columns: coding.length, names: without ? undefined : names };
}

/** Names of the columns of a table, as the coding has them. */
export function namesOf({ columns, called, shape }: Content): readonly string[] {
  return columns ?? called ?? Array.from({ length: shape[1]! }, (_, j) => unnamed(j));
}

/** Names for sentences; the measurements of a file stand in its order, unless it is that of a run. */
function shownNames(names: readonly string[], { aside = [] }: Content, { former }: TableOptions): string[] {
  const taken = new Set(aside.map(({ at }) => at));
  const all = Array.from({ length: names.length + taken.size }, (_, at) => at);
  const places = former ? [] : all.filter((at) => !taken.has(at));
  return names.map((name, j) => shownName(name, places[j]));
}

function foundOf({ found }: Content, names: readonly string[]): FoundColumn[] {
  return names.map((name, j) => ({ ...(found?.[j] ?? { kind: 'number' }), name }));
}

function ruleOf({ missing, former }: TableOptions) {
  return missing ?? former?.missing ?? 'median';
}

function isCounts({ counts, former }: TableOptions): boolean {
  return (counts ?? former?.largestCount ?? false) !== false;
}

function ofCounts(
  table: Table,
  names: readonly string[],
  missing: Uint32Array | undefined,
  options: TableOptions,
  path: string,
): Content {
  const other = table.found?.findIndex(({ kind }) => kind !== 'number') ?? -1;
  if (other >= 0) {
    const kind = table.found![other]!.kind === 'date' ? 'dates' : 'words';
    throw new MixturaError(
      `${path}, column ${names[other]} holds ${kind}, not counts: leave it out by --drop ${names[other]}, or leave out --counts.`,
    );
  }
  if (!missing) return table;
  if (ruleOf(options) === 'drop-rows') return dropped(table, names, options, path);
  throw refusedMissing(path, table.values, missing, names, '--missing drop-rows');
}

/** Data of a run whose own had nothing missing: what is missing stands at the mean of the run's data. */
function asComplete(
  table: Table,
  names: readonly string[],
  missing: Uint32Array,
  options: TableOptions,
  path: string,
): Content {
  const rule = ruleOf(options);
  if (rule === 'drop-rows') return dropped(table, names, options, path);
  const { scaling } = options;
  const means = typeof scaling === 'object' ? scaling.shift : undefined;
  if (rule === 'refuse' || means?.length !== names.length) {
    throw refusedMissing(path, table.values, missing, names, '--missing drop-rows');
  }
  options.notice?.(
    `${path}: missing values (${listMissing(missing, names)}) stand at the mean of the data that the run was trained on.`,
  );
  const values = Float64Array.from(table.values, (x, at) =>
    Number.isNaN(x) ? means[at % names.length]! : x,
  );
  return { ...table, values };
}

function dropped(table: Table, names: readonly string[], options: TableOptions, path: string): Table {
  const before = table.shape[0]!;
  const kept = withoutMissing(table, names, path);
  options.notice?.(
    `${path}: ${before - kept.shape[0]!} of ${before} rows have a missing value and are left out (--missing drop-rows).`,
  );
  return kept;
}

function asCoded(
  whole: Table,
  coding: readonly ColumnCoding[],
  own: readonly string[],
  options: TableOptions,
  path: string,
): CodedTable {
  const order = codedColumns(own, coding, path);
  const [table, names] = [onlyColumns(whole, order), order.map((j) => own[j]!)];
  const missing = countMissing(table.values, names.length, path);
  const rule = ruleOf(options);
  if (missing && rule === 'refuse') {
    throw refusedMissing(path, table.values, missing, names, '--missing median or --missing drop-rows');
  }
  const rest = missing && rule === 'drop-rows' ? dropped(table, names, options, path) : table;
  if (missing && rest === table) {
    options.notice?.(
      `${path}: missing values (${listMissing(missing, names)}) stand as in the run: at the median of a column of numbers or dates, and as no word.`,
    );
  }
  const { raw, unknown } = inLevels(Float64Array.from(rest.values), foundOf(rest, names), coding);
  for (const words of unknown) options.notice?.(unknownNotice(path, words));
  return withCoding(rest, raw, coding);
}

/** Places of the coded columns; a part that is held out may have others between them, which the run left out. */
function codedColumns(names: readonly string[], coding: readonly ColumnCoding[], path: string): number[] {
  if (names.length === coding.length) return coding.map((_, j) => j);
  const order = coding.map(({ name }) => names.indexOf(name));
  if (!order.includes(-1)) return order;
  throw new MixturaError(
    `${path} has ${names.length} columns of measurements where ${coding.length} are expected: give the same columns.`,
  );
}

function unknownNotice(path: string, { name, count, words, other }: UnknownWords): string {
  const read = other ? `as ${name}=(other)` : 'as none of its words';
  return `${path}: ${count} value${count === 1 ? '' : 's'} of ${name} (${listedNames(words)}) ${count === 1 ? 'is a word' : 'are words'} that the run does not know, read ${read}.`;
}

function withCoding(table: Content, raw: Float64Array, coding: readonly ColumnCoding[]): CodedTable {
  const columns = codedNames(coding);
  const values = codeRows(raw, coding);
  const shape = [table.shape[0]!, columns.length];
  return { content: { ...table, shape, values, columns, found: undefined, called: undefined }, coding };
}

function fitted(
  whole: Table,
  names: readonly string[],
  counts: Uint32Array | undefined,
  options: TableOptions,
  path: string,
): CodedTable {
  const rows = whole.shape[0]!;
  const filled = names.flatMap((_, j) => (counts?.[j] === rows ? [] : [j]));
  const shown = shownNames(names, whole, options);
  const empty = shown.filter((_, j) => counts?.[j] === rows);
  if (filled.length === 0) throw new MixturaError(`${path} has no values at all: every cell is missing.`);
  let table = onlyColumns(whole, filled);
  const kept = filled.map((j) => names[j]!);
  const called = filled.map((j) => shown[j]!);
  const missing = counts && Uint32Array.from(filled, (j) => counts[j]!);
  const some = missing?.some((n) => n > 0) ? missing : undefined;
  const rule = ruleOf(options);
  if (some && rule === 'refuse') {
    throw refusedMissing(path, table.values, some, called, '--missing median or --missing drop-rows');
  }
  if (some && rule === 'drop-rows') table = dropped(table, called, options, path);
  const columns = foundOf(table, kept);
  const plain = columns.every(({ kind }) => kind === 'number') && (!some || rule === 'drop-rows');
  // A coding says which columns of the file are left out when it is opened again.
  const unclear = empty.length > 0 || hasText(whole);
  if (plain && !unclear) {
    tell(options, path, [], undefined, called, whole, empty);
    return { content: { ...table, found: undefined } };
  }
  const raw = Float64Array.from(table.values);
  const coding = fitCoding(raw, columns, options.categories ?? MOST_CATEGORIES);
  tell(options, path, coding, rule === 'median' ? some : undefined, called, whole, empty);
  return withCoding(table, inLevels(raw, columns, coding).raw, coding);
}

function hasText({ aside }: Content): boolean {
  return aside?.some(({ role }) => role === 'text') ?? false;
}

/** One sentence on what became of the columns, where that is not plain. */
function tell(
  { notice }: TableOptions,
  path: string,
  coding: readonly ColumnCoding[],
  missing: Uint32Array | undefined,
  names: readonly string[],
  { aside = [] }: Content,
  empty: readonly string[],
): void {
  const parts: string[] = [];
  const of = (kind: ColumnCoding['kind']) => coding.filter((column) => column.kind === kind);
  const list = (columns: readonly ColumnCoding[]) =>
    listedNames(columns.map((column) => names[coding.indexOf(column)]!));
  const [words, dates] = [of('category'), of('date')];
  if (words.length > 0) {
    const width = words.reduce((sum, column) => sum + codedWidth(column), 0);
    parts.push(
      `${many(words.length, 'column')} of words (${list(words)}) became ${many(width, 'column')} of 0 and 1`,
    );
  }
  if (dates.length > 0) parts.push(`${many(dates.length, 'column')} of dates (${list(dates)}) became days`);
  if (missing) {
    const some = missing.filter((n) => n > 0).length;
    parts.push(
      `${many(some, 'column')} ${some === 1 ? 'has' : 'have'} missing values (${listMissing(missing, names)}), which stand at the median (or as no word) with a column that says so`,
    );
  }
  const text = aside.flatMap(({ name, at, role, reason }) =>
    role === 'text' ? [`${shownName(name, at)} (${reason})`] : [],
  );
  const left = [...text, ...empty.map((name) => `${name} (no value)`)];
  if (left.length > 0) parts.push(`left out: ${listedNames(left)}`);
  if (parts.length > 0) notice?.(`${path}: ${parts.join('; ')}.`);
}

function many(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
