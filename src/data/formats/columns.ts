/** @file Which columns of a table are measurements, which labels, which name the rows, and which are left out. */

import { didYouMean } from '../../did-you-mean.js';
import { MixturaError, usageError } from '../../errors.js';
import type { ColumnCoding } from '../coding.js';
import type { ReadOptions } from './content.js';
import type { AsideColumn } from './kinds/found.js';
import { columnOf, labelColumn } from './label-column.js';

/** What becomes of each column, by its index. */
export interface ColumnPlan {
  /** Measurements, in the order in which they are read: that of the run where its names are known. */
  readonly features: readonly number[];
  readonly label: number | undefined;
  /** The column that names the rows. */
  readonly id: number | undefined;
  /** Columns that only go with their rows. */
  readonly kept: readonly number[];
  readonly dropped: readonly number[];
  readonly notices: readonly string[];
}

/** The columns of a file. */
export interface ColumnNames {
  readonly path: string;
  readonly names: readonly string[];
  /** Whether the names are the file's own; otherwise they are numbers from 1. */
  readonly header: boolean;
  /** Columns that hold an index of the rows, as far as that could be seen. */
  readonly index: readonly number[];
}

/** Names that fit into a sentence. */
const LISTED = 8;
/** Labels of these names are found without a word. */
const PLAIN_LABEL = /^(label|class)$/i;

/**
 * Divides the columns of a table by what is asked for, what the run's table had, and what an index is.
 *
 * @throws MixturaError naming columns that are asked for, or that the run was trained on, and are not there.
 */
export function planColumns(columns: ColumnNames, options: ReadOptions): ColumnPlan {
  const { names, header, index, path } = columns;
  const { former } = options;
  const one = (wanted: string) => asked(columns, wanted);
  const before = (wanted: string | undefined) =>
    wanted !== undefined && (header || names.length > former!.columns)
      ? columnOf(names, wanted, header)
      : undefined;
  const dropped = listOf(options.drop)?.map(one) ?? present(listOf(former?.drop)?.map(before));
  const kept = listOf(options.keep)?.map(one) ?? present(listOf(former?.keep)?.map(before));
  const id = (options.id === undefined ? before(former?.id) : one(options.id)) ?? index[0];
  // What the run was trained on is read as that, too, where it is to go with the rows.
  const needed = new Set(header ? former?.names : []);
  const beside = [...kept, ...(id === undefined ? [] : [id])].filter((at) => !needed.has(names[at]!));
  const aside = new Set([...dropped, ...index, ...beside]);
  const found = labelColumn(names, options, header, path);
  const label = options.label === undefined && found !== undefined && aside.has(found) ? undefined : found;
  const rest = names.flatMap((_, i) => (aside.has(i) || i === label ? [] : [i]));
  // Names of a transposed table are those of its rows, which are matched when it has been turned.
  const matched = areTurned(options)
    ? { features: rest, notices: [] }
    : matchNames(path, rest, columns, options);
  if (matched.features.length === 0) {
    throw new MixturaError(`${path} has no columns besides the labels: give columns of numbers.`);
  }
  const notices = [...matched.notices];
  if (label !== undefined && options.label === undefined && header && !PLAIN_LABEL.test(names[label]!)) {
    if (names[label] !== former?.label) notices.push(labelNotice(path, names[label]!));
  }
  const going = options.allColumns ? names.flatMap((_, i) => (i === id ? [] : [i])) : kept;
  return { features: matched.features, label, id, kept: going, dropped, notices };
}

/** The columns that are no measurements, in the order of the file. */
export function asideColumns(
  names: readonly string[],
  { features, label, id, kept, dropped }: ColumnPlan,
  index: readonly number[],
  text: readonly { readonly at: number; readonly reason: string }[],
): AsideColumn[] {
  const reasons = new Map(text.map(({ at, reason }) => [at, reason]));
  const used = new Set(features);
  return names.flatMap((name, at): AsideColumn[] => {
    const reason = reasons.get(at);
    if (reason !== undefined) return [{ name, at, role: 'text', reason }];
    if (used.has(at)) return [];
    if (at === label) return [{ name, at, role: 'label' }];
    if (at === id) return [{ name, at, role: index.includes(at) ? 'index' : 'id' }];
    if (dropped.includes(at)) return [{ name, at, role: 'dropped' }];
    if (kept.includes(at)) return [{ name, at, role: 'kept' }];
    return [{ name, at, role: index.includes(at) ? 'index' : 'not in the run' }];
  });
}

/** `a,b` as a list; nothing where there is none. */
export function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => name.trim());
}

/** Columns that are asked for by name, and so are no index that is found out. */
export function askedNames({ former, label, id, drop, keep }: ReadOptions): ReadonlySet<string> {
  const lists = [drop, keep, former?.drop, former?.keep].flatMap((text) => listOf(text) ?? []);
  const names = [label, id, former?.label, former?.id, ...(former?.names ?? []), ...lists];
  return new Set(names.filter((name) => name !== undefined));
}

/** Whether the columns of a file are its samples. */
export function areTurned({ transpose, former }: ReadOptions): boolean {
  return transpose ?? former?.transpose ?? false;
}

/** Names as a part of a sentence. */
export function listedNames(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => shownName(name));
  return shown.join(', ') + (names.length > LISTED ? ', ...' : '');
}

function labelNotice(path: string, name: string): string {
  return `${path}: the column ${name} is read as labels, for evaluation only; --label names another one, --drop leaves it out.`;
}

function asked({ names, header, path }: ColumnNames, wanted: string): number {
  const found = columnOf(names, wanted, header);
  if (found !== undefined) return found;
  throw usageError(
    `${path} has no column ${wanted}${didYouMean(wanted, names)}: its columns are ${listedNames(names)}.`,
  );
}

function present(indices: readonly (number | undefined)[] | undefined): number[] {
  return indices?.filter((i) => i !== undefined) ?? [];
}

/** The columns that the run was trained on, in its order; all that are left where there is no run, or no names. */
function matchNames(
  path: string,
  rest: readonly number[],
  { names, header }: Pick<ColumnNames, 'names' | 'header'>,
  { former, reading, coding }: ReadOptions,
): Pick<ColumnPlan, 'features' | 'notices'> {
  if (!former) return { features: ofCoding(path, rest, { names, header }, coding), notices: [] };
  const wanted = former.names;
  if (wanted === undefined || !header) {
    const fits = rest.length === former.columns;
    const placed = fits ? undefined : placesOf(coding, rest);
    if (placed) return { features: placed, notices: [] };
    const silent = reading === 1 || !fits || (wanted === undefined && !header);
    return { features: rest, notices: silent ? [] : [pairedByPlace(path, wanted !== undefined)] };
  }
  const at = placesByName(rest, names, wanted);
  const missing = wanted.filter((name) => !at.has(name));
  if (missing.length === wanted.length && rest.length === wanted.length) {
    return {
      features: rest,
      notices: [
        `${path}: none of its columns has a name of the run's (${listedNames(wanted)}), so they are paired by place.`,
      ],
    };
  }
  if (missing.length > 0) throw lacking(path, missing, rest, names);
  const features = wanted.map((name) => at.get(name)!);
  const extra = rest.filter((i) => !features.includes(i)).map((i) => names[i]!);
  return {
    features,
    notices:
      extra.length === 0
        ? []
        : [
            `${path}: ${extra.length} column(s) that the run was not trained on are left out (${listedNames(extra)}).`,
          ],
  };
}

/**
 * The place of each wanted name among the columns at `rest`. Where names differ in capitals or spaces about them alone, and
 * are still all different, they are the same names.
 */
function placesByName(
  rest: readonly number[],
  names: readonly string[],
  wanted: readonly string[],
): ReadonlyMap<string, number> {
  const exact = new Map(rest.map((i) => [names[i]!, i]));
  if (wanted.every((name) => exact.has(name))) return exact;
  const plain = (name: string) => name.trim().toLowerCase();
  const [here, there] = [rest.map((i) => plain(names[i]!)), wanted.map(plain)];
  if ([here, there].some((all) => new Set(all).size < all.length)) return exact;
  const places = there.map((name) => here.indexOf(name));
  return new Map(wanted.flatMap((name, k) => (places[k]! < 0 ? [] : [[name, rest[places[k]!]!] as const])));
}

function lacking(
  path: string,
  missing: readonly string[],
  rest: readonly number[],
  names: readonly string[],
) {
  return new MixturaError(
    `${path} lacks ${missing.length} column(s) that the run was trained on (${listedNames(missing)}): add them, or rename those that it has (${listedNames(rest.map((i) => names[i]!))}).`,
  );
}

/** The columns of a run's own data, which is opened again; what was left out then is so again. */
function ofCoding(
  path: string,
  rest: readonly number[],
  { names, header }: Pick<ColumnNames, 'names' | 'header'>,
  coding: ReadOptions['coding'],
): readonly number[] {
  if (!isCoding(coding)) return rest;
  if (!header) return placesOf(coding, rest) ?? rest;
  const at = new Map(rest.map((i) => [names[i]!, i]));
  const missing = coding.map(({ name }) => name).filter((name) => !at.has(name));
  if (missing.length > 0) throw lacking(path, missing, rest, names);
  return coding.map(({ name }) => at.get(name)!);
}

function isCoding(coding: ReadOptions['coding']): coding is readonly ColumnCoding[] {
  return coding !== undefined && coding !== 'none';
}

/** Where the columns of a run without names were in its file, if this file has columns there that are free. */
function placesOf(coding: ReadOptions['coding'], rest: readonly number[]): number[] | undefined {
  if (!isCoding(coding)) return undefined;
  const places = coding.map(({ name }) => placeOf(name) ?? -1);
  return places.every((at) => rest.includes(at)) ? places : undefined;
}

/** The name of a column of a file without names, by its place from 0. */
export function unnamed(at: number): string {
  return `column ${at + 1}`;
}

/** What a column without a name is called where its place is not known. */
export const NAMELESS = 'a column without a name';

/** A name as a part of a sentence: a column whose name in the file is empty is called by its place from 0, if that is known. */
export function shownName(name: string, at?: number): string {
  const isEmpty = /^\s*(\.\d+)?$/.test(name);
  if (!isEmpty) return name.replace(/\s+/g, ' ');
  return at === undefined ? NAMELESS : unnamed(at);
}

/** The place of a column that {@link unnamed} gave a name. */
export function placeOf(name: string): number | undefined {
  const number = /^column ([1-9]\d*)$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number) - 1;
}

function pairedByPlace(path: string, runHasNames: boolean): string {
  return runHasNames
    ? `${path} has no names of columns, so they are paired with those of the run by place.`
    : `The run knows no names of columns, so those of ${path} are paired with its columns by place.`;
}

/**
 * The order in which the columns of a matrix are to be read, by the names of the run, with what is to be said; nothing
 * where they are read as they are.
 *
 * @throws MixturaError naming columns that the run was trained on and that are not there.
 */
export function matchColumns(
  path: string,
  names: readonly string[] | undefined,
  count: number,
  options: ReadOptions,
): { readonly order: readonly number[] | undefined; readonly notices: readonly string[] } {
  const { former } = options;
  if (!former || (names !== undefined && names.join('\n') === former.names?.join('\n'))) {
    return { order: undefined, notices: [] };
  }
  const all = Array.from({ length: count }, (_, i) => i);
  const found = matchNames(path, all, { names: names ?? [], header: names !== undefined }, options);
  return {
    order:
      found.features.every((at, i) => at === i) && found.features.length === count
        ? undefined
        : found.features,
    notices: found.notices,
  };
}
