/** @file Lines that some programs write above a text table: Excel's `sep=;`, and comments. */

import type { ReadOptions } from '../content.js';

const EXCEL = /^sep=(.)(?=\r|\n)/i;
const MARKS = ['\t', ';', ',', '|'];

/** A text without what stands above its table, whose lines keep their numbers. */
export interface Table {
  readonly text: string;
  /** What the first line says parts the cells. */
  readonly delimiter?: string | undefined;
  readonly notices: readonly string[];
}

/**
 * Empties the line `sep=;` and lines that begin with `#`, but for one just above the table that has as many cells as its
 * rows: NumPy marks the names of columns so.
 */
export function withoutPreface(text: string, path: string, { reading }: ReadOptions): Table {
  if (reading === 1) return { text, notices: [] };
  const excel = EXCEL.exec(text);
  if (excel) return { text: text.slice(excel[0].length), delimiter: excel[1], notices: [] };
  const comments = /^(?:#[^\r\n]*(?:\r\n|\r|\n))+/.exec(text)?.[0];
  if (comments === undefined) return { text, notices: [] };
  const lines = comments.split(/(?<=\r\n|\r(?!\n)|\n)/);
  const below = /^[^\r\n]*/.exec(text.slice(comments.length))![0];
  const count = areNames(lines.at(-1)!, below) ? lines.length - 1 : lines.length;
  if (count === 0) return { text, notices: [] };
  const length = lines.slice(0, count).join('').length;
  const blank = text.slice(0, length).replace(/[^\r\n]+/g, '');
  const said = count === 1 ? '1 line that begins with # is' : `${count} lines that begin with # are`;
  return { text: blank + text.slice(length), notices: [`${path}: ${said} left out.`] };
}

/** Whether a comment has as many cells as the line below it, by the mark that that has most of. */
function areNames(comment: string, below: string): boolean {
  const cells = (line: string, mark: string) => line.replace(/"[^"]*"/g, '').split(mark).length;
  const mark = MARKS.reduce((best, next) => (cells(below, next) > cells(below, best) ? next : best));
  return cells(comment, mark) === cells(below, mark);
}
