/** @file Labels of rows as a CSV file that people fill in: the name of a row, and its class. */
import { readFileSync } from 'node:fs';
import { decodeText } from '../../data/formats/csv/decode.js';
import { type Line, records } from '../../data/formats/csv/records.js';
import { MixturaError } from '../../errors.js';
import { cell } from './assignment-csv.js';

/** The header of the second column. */
const CLASS = 'class';

/** What people call the rows of a part of the data. */
export interface RowKeys {
  /** What a name is: `file`, the column of ids, or `index`. */
  readonly kind: string;
  /** The name of each row, all different. */
  readonly names: readonly string[];
}

/** Rows as CSV, their classes as they are known: empty cells are to be filled in. */
export function labelCsv(
  { kind, names }: RowKeys,
  rows: readonly number[],
  classes: ReadonlyMap<number, string> = new Map(),
): string {
  const lines = rows.map((row) => `${cell(names[row]!)},${cell(classes.get(row) ?? '')}`);
  return `${[`${cell(kind)},${CLASS}`, ...lines].join('\n')}\n`;
}

/**
 * The classes of rows that such a file holds; rows whose cell is empty are left out.
 *
 * @throws a MixturaError for a file that is not there or no such table, a row that there is not, and two classes of one row
 */
export function readLabelCsv(path: string, { kind, names }: RowKeys): Map<number, string> {
  const places = new Map(names.map((name, row) => [name, row]));
  const [header, ...lines] = linesOf(path);
  const wanted = `a header such as '${kind},${CLASS}', and then a row and its class in each line`;
  const column = header?.cells.findIndex((text) => text.trim().toLowerCase() === CLASS) ?? -1;
  if (column < 1) throw new MixturaError(`${path} holds no labels of rows; it needs ${wanted}.`);
  const classes = new Map<number, string>();
  const lineOf = new Map<number, number>();
  for (const { cells, number } of lines) {
    const [name, label] = [cells[0]!.trim(), (cells[column] ?? '').trim()];
    if (label === '') continue;
    const row = places.get(name);
    if (row === undefined) {
      throw new MixturaError(
        `${path}, line ${number}: there is no row '${name}' in the data, whose rows are named by their ${kind}; correct it.`,
      );
    }
    const former = classes.get(row);
    if (former !== undefined && former !== label) {
      throw new MixturaError(
        `${path}, line ${number}: row '${name}' is of class '${label}' here, and of class '${former}' in line ${lineOf.get(row)}; leave one of them.`,
      );
    }
    classes.set(row, label);
    lineOf.set(row, number);
  }
  return classes;
}

function linesOf(path: string): Line[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new MixturaError(`The labels ${path} cannot be read; give a CSV file that is there.`, { cause });
  }
  const text = decodeText(bytes, path);
  const end = text.indexOf('\n');
  const first = end < 0 ? text : text.slice(0, end);
  const delimiter = first.includes('\t') ? '\t' : first.includes(';') ? ';' : ',';
  return [...records(text, delimiter, path)];
}
