/** @file Text tables that say which rows are of which class. */
import { didYouMean } from '../../did-you-mean.js';
import { MixturaError } from '../../errors.js';
import type { Dataset } from '../dataset.js';
import { decodeText } from '../formats/csv/decode.js';
import { findDialect, linesIn } from '../formats/csv/dialect.js';
import type { Line } from '../formats/csv/records.js';
import { gunzipText } from '../formats/gunzip.js';
import { isGzip, readBytes } from '../formats/idx.js';
import { isMissing } from '../formats/kinds/words.js';
import { isLabelName } from '../formats/label-column.js';
import { placesOf } from '../row-names.js';

/** The name of the column of places of rows in the whole of their data. */
export const INDEX = 'index';

interface Columns {
  /** Which column says which row it is, and whether by its name. */
  readonly row: number;
  readonly byName: boolean;
  readonly label: number;
  readonly header: boolean;
}

/** {@link readLabelFiles} of one file. */
export const readLabelFile = (path: string, dataset: Dataset): string[] => readLabelFiles([path], dataset);

/**
 * The label of every row by one or more files, as a word; empty where it has none. A row is known by its place from 0 (a
 * column `index`), or by its name (a column of the name of that of the data); it may come twice with the same label. Without
 * a header the first column says the row and the second its class.
 *
 * @throws a MixturaError that names the line where a row does not exist, or has two labels
 */
export function readLabelFiles(paths: readonly string[], dataset: Dataset): string[] {
  const found: Found = { words: new Array<string>(dataset.count).fill(''), places: new Map() };
  for (const path of paths) addLabels(path, dataset, found);
  return found.words;
}

interface Found {
  readonly words: string[];
  /** Where the label of a row was found, for the sentence about another one. */
  readonly places: Map<number, string>;
}

function addLabels(path: string, dataset: Dataset, { words, places }: Found): void {
  const bytes = readBytes(path);
  const text = decodeText(isGzip(bytes) ? gunzipText(bytes, path) : bytes, path).replace(/^\uFEFF/, '');
  const lines = [...linesIn(text, findDialect(text, path, {}), path)];
  if (lines.length === 0)
    throw new MixturaError(`${path} is empty; give a line a row: its place and its class.`);
  const columns = columnsOf(lines[0]!, path, dataset);
  const rowOf = columns.byName ? namedRows(dataset) : numberedRows(dataset);
  for (const line of columns.header ? lines.slice(1) : lines) {
    const [key, word] = [columns.row, columns.label].map((at) => line.cells[at]?.trim() ?? '') as [
      string,
      string,
    ];
    if (isMissing(word) && !dataset.classNames?.includes(word)) continue;
    const row = rowOf(key);
    if (row === undefined) throw noSuchRow({ path, line, key, columns, dataset });
    const before = places.get(row);
    const place = `line ${line.number}`;
    if (before !== undefined && words[row] !== word) {
      throw new MixturaError(
        `${path}, ${place} gives row ${key} the label ${word}, and ${before.replace(`${path}, `, '')} gave it ${words[row]}; keep one of them.`,
      );
    }
    words[row] = word;
    places.set(row, `${path}, ${place}`);
  }
}

/** The first line names columns where it names a label, an index, or the column of names of the data. */
function columnsOf({ cells, number }: Line, path: string, { rows }: Dataset): Columns {
  const names = cells.map((cell) => cell.trim());
  const label = names.findIndex((name) => isLabelName(name, names));
  const [index, id] = [names.indexOf(INDEX), rows?.id ? names.indexOf(rows.id.name) : -1];
  const header = label >= 0 || index >= 0 || id >= 0;
  if (names.length < 2) {
    throw new MixturaError(`${path}, line ${number} has one cell; give two, a row and its class.`);
  }
  const row = index >= 0 ? index : Math.max(id, 0);
  const byName = index < 0 && rows?.id !== undefined;
  return { row, byName, label: label >= 0 ? label : row === 0 ? 1 : 0, header };
}

function namedRows({ rows }: Dataset): (key: string) => number | undefined {
  const places = new Map(rows!.id!.values.map((name, row) => [name, row]));
  return (key) => places.get(key);
}

function numberedRows(dataset: Dataset): (key: string) => number | undefined {
  const rows = new Map(Array.from(placesOf(dataset.rows, dataset.count), (place, row) => [place, row]));
  return (key) => (/^\d+$/.test(key) ? rows.get(Number(key)) : undefined);
}

function noSuchRow(where: {
  readonly path: string;
  readonly line: Line;
  readonly key: string;
  readonly columns: Columns;
  readonly dataset: Dataset;
}): MixturaError {
  const { path, line, key, columns, dataset } = where;
  const { name, count, rows } = dataset;
  if (columns.byName) {
    const near = didYouMean(key, rows!.id!.values);
    return new MixturaError(
      `${path}, line ${line.number}: no row of ${name} is called ${key}${near}; rows are known by their ${rows!.id!.name}.`,
    );
  }
  const range = rows?.numbers ? 'which holds a part of the whole' : `whose rows are 0 to ${count - 1}`;
  return new MixturaError(`${path}, line ${line.number}: there is no row ${key} in ${name}, ${range}.`);
}
