/** @file Text tables that say which rows are of which class. */
import { didYouMean } from '../../did-you-mean.js';
import { MixturaError } from '../../errors.js';
import { once } from '../../once.js';
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

/** Why a row that a file labels is no sample of the data. */
export type Apart = 'unselected' | 'held out' | 'left out';

/** The labels of files. */
export interface FoundLabels {
  /** The label of every row, as a word; empty where it has none. */
  readonly words: readonly string[];
  /** Labelled rows of the files that are no samples, by the reason. */
  readonly apart: ReadonlyMap<Apart, number>;
  /** Words that are read as no label, but for an empty cell, with their rows. */
  readonly unread: ReadonlyMap<string, number>;
}

/** The words of {@link labelsOfFiles} of one file. */
export function readLabelFile(path: string, dataset: Dataset): string[] {
  return [...labelsOfFiles([path], dataset).words];
}

/**
 * The labels of one or more files. A row is known by its place from 0 (a column `index`), or by its name (a column of the
 * name of that of the data); it may come twice with the same label. Without a header the first column says the row and the
 * second its class. Rows that were not selected, are held out, or are left out are counted apart.
 *
 * @throws a MixturaError that names the line where a row does not exist, or has two labels
 */
export function labelsOfFiles(paths: readonly string[], dataset: Dataset): FoundLabels {
  const found = {
    words: new Array<string>(dataset.count).fill(''),
    apart: new Map<Apart, number>(),
    unread: new Map<string, number>(),
    places: new Map<number, string>(),
  };
  for (const path of paths) addLabels(path, dataset, found);
  return found;
}

interface Adding {
  readonly words: string[];
  readonly apart: Map<Apart, number>;
  readonly unread: Map<string, number>;
  /** Where the label of a row was found, for the sentence about another one. */
  readonly places: Map<number, string>;
}

function addLabels(path: string, dataset: Dataset, { words, apart, unread, places }: Adding): void {
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
    if (isUnlabelled(word, dataset)) {
      if (word !== '') unread.set(word, (unread.get(word) ?? 0) + 1);
      continue;
    }
    const row = rowOf(key);
    if (row === undefined) throw noSuchRow({ path, line, key, columns, dataset });
    if (typeof row === 'string') {
      apart.set(row, (apart.get(row) ?? 0) + 1);
      continue;
    }
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

/** Whether a word says that a row has no label. `None` is a class: that of parts without a defect, for instance. */
export function isUnlabelled(word: string, { classNames }: Pick<Dataset, 'classNames'>): boolean {
  return isMissing(word) && !/^none$/i.test(word) && !classNames?.includes(word);
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

/** Names are the same in either form in which Unicode writes letters with marks. */
const sameForm = (name: string) => name.normalize('NFC');

type RowOf = (key: string) => number | Apart | undefined;

function namedRows({ rows, test }: Dataset): RowOf {
  const places = new Map(rows!.id!.values.map((name, row) => [sameForm(name), row]));
  const setOf = (names: Iterable<string> = []) => new Set(Array.from(names, sameForm));
  const unselected = once(() => setOf(rows!.others));
  const leftOut = once(() => setOf(rows!.leftOut?.map(({ id }) => id)));
  const heldOut = once(() => setOf(test?.().rows?.id?.values));
  return (key) => {
    const name = sameForm(key);
    const row = places.get(name);
    if (row !== undefined) return row;
    if (unselected().has(name)) return 'unselected';
    if (leftOut().has(name)) return 'left out';
    return heldOut().has(name) ? 'held out' : undefined;
  };
}

function numberedRows(dataset: Dataset): RowOf {
  const { rows, count } = dataset;
  const samples = new Map(Array.from(placesOf(rows, count), (place, row) => [place, row]));
  const leftOut = new Set(rows?.leftOut?.map(({ index }) => index));
  const whole = wholeOf(dataset);
  return (key) => {
    const place = /^\d+$/.test(key) ? Number(key) : Number.NaN;
    const row = samples.get(place);
    if (row !== undefined) return row;
    if (leftOut.has(place)) return 'left out';
    return place < whole ? 'unselected' : undefined;
  };
}

/** Rows of the whole of the data, those that are no samples among them. */
function wholeOf({ rows, count }: Pick<Dataset, 'rows' | 'count'>): number {
  return rows?.whole ?? count + (rows?.leftOut?.length ?? 0);
}

function noSuchRow(where: {
  readonly path: string;
  readonly line: Line;
  readonly key: string;
  readonly columns: Columns;
  readonly dataset: Dataset;
}): MixturaError {
  const { path, line, key, columns, dataset } = where;
  const { name, rows } = dataset;
  if (columns.byName) {
    // Names that differ in a digit are those of other rows.
    const digits = key.replace(/\D+/g, '');
    const alike = rows!.id!.values.filter((name) => name.replace(/\D+/g, '') === digits);
    const near = didYouMean(key, alike);
    return new MixturaError(
      `${path}, line ${line.number}: no row of ${name} is called ${key}${near}; rows are known by their ${rows!.id!.name}.`,
    );
  }
  const range = `whose rows are 0 to ${wholeOf(dataset) - 1}`;
  return new MixturaError(`${path}, line ${line.number}: there is no row ${key} in ${name}, ${range}.`);
}
