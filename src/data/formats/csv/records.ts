/** @file The records of a text table: cells apart by one character, perhaps in quotes. */

import { MixturaError } from '../../../errors.js';

/** A record. */
export interface Line {
  readonly cells: string[];
  /** How many of the cells are quoted. */
  quoted: number;
  /** Line of the file, from 1, where the row begins. */
  readonly number: number;
}

/** More cells than this in a row are not a table. */
export const MAX_COLUMNS = 2 ** 20;
const [LF, CR] = [10, 13];

/** Rows of cells; quoted cells may hold delimiters, line ends and doubled quotes; blank lines are left out. */
export function* records(text: string, delimiter: string, path: string): Generator<Line, undefined> {
  let [at, number] = [0, 1];
  while (at < text.length) {
    const line: Line = { cells: [], quoted: 0, number };
    let more = true;
    while (more) {
      const isQuoted = text[at] === '"';
      const [cell, end] = isQuoted ? quoted(text, at, path, line.number) : plain(text, at, delimiter);
      if (isQuoted) {
        line.quoted++;
        number += cell.split('\n').length - 1;
      }
      line.cells.push(cell);
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
  const mark = delimiter.charCodeAt(0);
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === mark || code === LF || code === CR) break;
  }
  return [text.slice(start, end), end];
}

function quoted(text: string, start: number, path: string, line: number): [cell: string, end: number] {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 2)) {
    if (text[end + 1] !== '"') return [text.slice(start + 1, end).replaceAll('""', '"'), end + 1];
  }
  throw new MixturaError(`${path}, line ${line} opens a quote that is never closed: close it.`);
}
