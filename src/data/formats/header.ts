/** @file Whether the first line of a text table holds the names of its columns. */

import { askedNames } from './columns.js';
import type { ReadOptions } from './content.js';
import { isMissing, NUMBER } from './kinds/words.js';
import { isLabelName } from './label-column.js';

/** A line of a text table. */
export interface TextRow {
  readonly cells: readonly string[];
  /** How many of the cells are quoted. */
  readonly quoted: number;
}

/** How the first line is read, and a sentence on it where that is not plain. */
export interface FirstLine {
  readonly header: boolean;
  readonly notice?: string | undefined;
}

/** What a cell says that holds no value, or none that is finite. */
const NOT_FINITE = /^([+-]?(nan|inf|infinity)|na|null)?$/i;
const isNone = (cell: string) => NOT_FINITE.test(cell) || isMissing(cell);
const WHOLE = /^\d+$/;
const DECIMAL = /^[+-]?\d*\.\d+$/;
/** So many numbers with equal steps are no row of measurements. */
const STEPS = 5;

/** What of the options matters for the first line. */
export type HeaderOptions = Pick<
  ReadOptions,
  'header' | 'label' | 'former' | 'reading' | 'id' | 'drop' | 'keep'
>;

/**
 * Whether the first line is a header: as it is asked for; or its cells are the names of the run's table; or no cell is a
 * number; or a word stands over a column of numbers, or is a usual or given name; or its numbers count the columns
 * (0 to n - 1, 1 to n, n consecutive or evenly spaced ones), as those of unnamed columns do.
 *
 * @param below lines that follow it, some of the first.
 */
export function readFirstLine(
  first: TextRow,
  below: readonly TextRow[],
  options: HeaderOptions,
  path: string,
): FirstLine {
  const cells = first.cells.map((cell) => cell.trim());
  if (options.header !== undefined) return { header: options.header === 'yes' };
  const names = options.former?.names;
  if (names && names.length > 0 && names.every((name) => cells.includes(name))) return { header: true };
  const numbers = cells.filter((cell) => NUMBER.test(cell));
  if (numbers.length === 0) return { header: !cells.every(isNone) };
  if (options.reading === 1) return { header: false };
  if (options.former?.header === 'no') return { header: false };
  if (below.length > 0 && isNumbered(first, cells, numbers, below, options)) {
    return { header: true, notice: told(path, cells, 'as the names of columns', 'no', 'as a row') };
  }
  const doubtful = numbers.length === cells.length && mayCount(numbers, below);
  if (!doubtful) return { header: false };
  return { header: false, notice: told(path, cells, 'as a row', 'yes', 'as the names of columns') };
}

function isNumbered(
  { quoted }: TextRow,
  cells: readonly string[],
  numbers: readonly string[],
  below: readonly TextRow[],
  options: HeaderOptions,
): boolean {
  const given = askedNames(options);
  const isName = (cell: string, i: number) =>
    !NUMBER.test(cell) &&
    !isNone(cell) &&
    (isLabelName(cell, cells) || given.has(cell) || isOfNumbers(below, i));
  if (cells.some(isName)) return true;
  const plainBelow = below.every((row) => row.quoted === 0);
  if (numbers.length === cells.length && quoted === cells.length && plainBelow) return true;
  // A frame that is written with its index has no name over that.
  const unnamedIndex = cells[0] === '' && numbers.length === cells.length - 1;
  if (numbers.length < cells.length - (cells[0] === '' ? 1 : 0) && numbers.length < 3) return false;
  if (steps(numbers) === 1) return numbers.length >= 3 || unnamedIndex || areDecimal(cells, below);
  return numbers.length >= STEPS && (steps(numbers) ?? 0) > 0;
}

/** The distance from each whole number to the next, where it is always the same. */
function steps(numbers: readonly string[]): number | undefined {
  if (!numbers.every((cell) => WHOLE.test(cell))) return undefined;
  const first = numbers.length < 2 ? 1 : Number(numbers[1]) - Number(numbers[0]);
  const even = numbers.every((cell, i) => i === 0 || Number(cell) - Number(numbers[i - 1]) === first);
  const single = numbers.length > 1 || numbers[0] === '0' || numbers[0] === '1';
  return even && single ? first : undefined;
}

/** Whether all columns below hold numbers with a decimal point, which the first line has not. */
function areDecimal(cells: readonly string[], below: readonly TextRow[]): boolean {
  return cells.every((_, i) => below.every((row) => DECIMAL.test(row.cells[i]?.trim() ?? '')));
}

/** Numbers of which it cannot be said whether they are names: they rise, and those of the next line do not. */
function mayCount(numbers: readonly string[], below: readonly TextRow[]): boolean {
  const rising = (cells: readonly string[]) =>
    cells.every((cell, i) => i === 0 || Number(cell) > Number(cells[i - 1]));
  if (!numbers.every((cell) => WHOLE.test(cell)) || below.length === 0) return false;
  if (numbers.length < 3) return steps(numbers) === 1 && ['0', '1'].includes(numbers[0]!);
  return numbers.length >= STEPS && rising(numbers) && !below.every(({ cells }) => rising(cells));
}

/** Whether a column holds numbers, some of which may be missing. */
function isOfNumbers(below: readonly TextRow[], i: number): boolean {
  const cells = below.map((row) => row.cells[i]?.trim());
  return (
    cells.some((cell) => cell !== undefined && NUMBER.test(cell)) &&
    cells.every((cell) => cell !== undefined && (NUMBER.test(cell) || isMissing(cell)))
  );
}

function told(
  path: string,
  cells: readonly string[],
  how: string,
  other: 'yes' | 'no',
  otherwise: string,
): string {
  const shown = cells.slice(0, 3).map((cell) => cell.slice(0, 20));
  const list = shown.join(', ') + (cells.length > 3 ? ', ...' : '');
  return `${path}: the first line (${list}) is read ${how}; --header ${other} reads it ${otherwise}.`;
}
