/** @file The dialect of a text table: which character parts its cells, and which one is the decimal mark. */

import { MixturaError, usageError } from '../../../errors.js';
import type { ReadOptions } from '../content.js';
import { NUMBER } from '../kinds/words.js';
import { type Line, MAX_COLUMNS, records } from './records.js';

/** How the text is taken apart. */
export interface Dialect {
  readonly delimiter: string;
  /** The decimal mark, where it is a comma, or was said: the other mark then parts thousands. */
  readonly decimal: '.' | ',' | undefined;
  readonly notices: readonly string[];
}

const NAMES: Readonly<Record<string, string>> = {
  '\\t': '\t',
  tab: '\t',
  comma: ',',
  semicolon: ';',
  pipe: '|',
  space: ' ',
};
const CALLED = new Map([
  ['\t', 'tabs'],
  [';', 'semicolons'],
  [',', 'commas'],
  ['|', 'vertical bars'],
]);
/** Marks that part the cells of some files, and are not found out. */
const RARE = [' ', ':', '^', '~', '\u0001'];
/** Lines, and cells, by which a dialect is judged. */
const [JUDGED_LINES, JUDGED_ROWS] = [20, 200];
const DECIMAL_COMMA = /^[+-]?\d*,\d+([eE][+-]?\d+)?$/;
/** Three digits after a comma may be thousands. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const WITH_COMMA = /^[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d*)?([eE][+-]?\d+)?$/;
const WITH_POINT = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

/** The character that a delimiter is given by. @throws a usage error for what parts no cells. */
export function delimiterOf(given: string): string {
  const mark = (Object.hasOwn(NAMES, given) ? NAMES[given] : undefined) ?? given;
  if (mark.length === 1 && !/["\r\n\dA-Za-z.+-]/.test(mark)) return mark;
  throw usageError(`--delimiter is '${given}'; give , ; | tab space or another single character.`);
}

/** What is asked for, else what the text shows plainly. */
export function findDialect(text: string, path: string, options: ReadOptions): Dialect {
  const { former, reading } = options;
  const said = options.delimiter ?? usable(former?.delimiter, text);
  const delimiter = said === undefined ? findDelimiter(text, reading === 1) : delimiterOf(said);
  if (reading === 1) return { delimiter, decimal: undefined, notices: [] };
  const decimal = options.decimal ?? findDecimal(text, delimiter, path, former?.decimal);
  const notices: string[] = [];
  const parted = `cells apart by ${CALLED.get(delimiter)}`;
  if (options.decimal === undefined && decimal === ',') {
    notices.push(`${path}: read with ${parted} and decimal commas; --delimiter and --decimal change that.`);
  } else if (said === undefined && delimiter === '|') {
    notices.push(`${path}: read with ${parted}; --delimiter changes that.`);
  }
  return { delimiter, decimal, notices };
}

/** The rows of a text in a dialect; numbers have a decimal point. */
export function* linesIn(
  text: string,
  { delimiter, decimal }: Dialect,
  path: string,
): Generator<Line, undefined> {
  for (const line of records(text, delimiter, path)) {
    if (decimal === undefined && delimiter !== ' ') yield line;
    else {
      // Spaces often stand in rows, so that columns are straight.
      const cells = delimiter === ' ' ? line.cells.filter((cell) => cell !== '') : line.cells;
      yield {
        ...line,
        cells: decimal === undefined ? cells : cells.map((cell) => plainNumber(cell, decimal)),
      };
    }
  }
  return undefined;
}

/** `1.234,5` or `1,234.5` as `1234.5`; other words as they are. */
function plainNumber(cell: string, decimal: '.' | ','): string {
  const word = cell.trim();
  if (!/\d/.test(word)) return cell;
  if (decimal === '.') return WITH_POINT.test(word) ? word.replaceAll(',', '') : cell;
  return WITH_COMMA.test(word) ? word.replaceAll('.', '').replace(',', '.') : cell;
}

/** Refuses a table of one column whose cells hold numbers apart by another mark. @throws MixturaError naming it. */
export function requireParted(lines: readonly Line[], path: string): void {
  const cells = lines.map((line) => line.cells[0]!.trim()).slice(1);
  if (cells.length === 0 || lines.some((line) => line.cells.length > 1)) return;
  for (const mark of RARE) {
    const parts = cells.map((cell) => cell.split(mark).filter((part) => part !== ''));
    const width = parts[0]!.length;
    if (width < 2 || parts.some((row) => row.length !== width || !row.every((part) => NUMBER.test(part))))
      continue;
    const name = mark === ' ' ? 'space' : mark === '\u0001' ? "$'\\x01'" : `'${mark}'`;
    throw new MixturaError(
      `${path} has one column of cells such as "${cells[0]!.slice(0, 30).replace(/\s+/g, ' ')}", which are ${width} numbers: give --delimiter ${name}.`,
    );
  }
}

/** The delimiter of the run's table, where this text has it in its first line. */
function usable(delimiter: string | undefined, text: string): string | undefined {
  if (delimiter === undefined) return undefined;
  return firstLines(text, 1)[0]?.includes(delimiterOf(delimiter)) ? delimiter : undefined;
}

function firstLines(text: string, count: number): string[] {
  return text
    .slice(0, MAX_COLUMNS)
    .split(/\r\n|\r|\n/, count + 1)
    .slice(0, count);
}

/** The mark that the first line has most of; but where all its commas are decimal ones, the other one. */
function findDelimiter(text: string, first: boolean): string {
  const start = text.slice(0, MAX_COLUMNS).replace(/^(?:[ \t]*[\r\n])+/, '');
  const firstLine = start.slice(0, start.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '');
  const marks = first ? ['\t', ';', ','] : ['\t', ';', ',', '|'];
  const counted = marks.map((d) => ({ d, n: firstLine.split(d).length }));
  const most = counted.reduce((best, next) => (next.n > best.n ? next : best), { d: ',', n: 1 }).d;
  if (most !== ',' || first) return most;
  const lines = firstLines(text, JUDGED_LINES).filter((line) => line.trim() !== '');
  const other = ['\t', ';', '|'].find((mark) => {
    const rows = lines.map((line) => line.split(mark));
    const width = rows[0]?.length ?? 1;
    if (width < 2 || rows.some((row) => row.length !== width)) return false;
    return rows.flat().every((cell) => !cell.includes(',') || DECIMAL_COMMA.test(cell.trim()));
  });
  return other ?? most;
}

/** A comma where numbers are written with commas, not all of which can be of thousands, and none with a point. */
function findDecimal(
  text: string,
  delimiter: string,
  path: string,
  former: '.' | ',' | undefined,
): ',' | undefined {
  if (delimiter === ',' && !text.includes('"')) return undefined;
  if (!text.includes(',')) return undefined;
  let [commas, points, rows] = [0, 0, 0];
  for (const { cells } of records(text, delimiter, path)) {
    if (rows++ === JUDGED_ROWS) break;
    for (const cell of cells) {
      const word = cell.trim();
      if (DECIMAL_COMMA.test(word) && (former === ',' || !THOUSANDS.test(word))) commas++;
      else if (NUMBER.test(word) && word.includes('.')) points++;
    }
  }
  return commas > 0 && points === 0 ? ',' : undefined;
}
