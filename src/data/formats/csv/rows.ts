/** @file The rows of a text table: numbers of the measurements, words of the other columns. */

import { MixturaError } from '../../../errors.js';
import type { ColumnPlan } from '../columns.js';
import { GrowingNumbers } from '../growing.js';
import { type Decided, decideColumn, notANumber, readAsCoded, type WordColumn } from '../kinds/decide.js';
import { type ExpectedKinds, withColumns } from '../kinds/expected.js';
import type { FoundColumn } from '../kinds/found.js';
import { isMissing, NUMBER, truthValue } from '../kinds/words.js';
import type { Line } from './records.js';

/** The lines of a table below its names, as often as they are wanted. */
export interface Source {
  readonly path: string;
  readonly names: readonly string[];
  rows(): Iterable<Line>;
}

/** What is in the rows. */
export interface ReadRows {
  readonly rows: number;
  /** Raw rows of the columns that are measurements. */
  readonly values: Float64Array;
  /** Kinds of these columns; nothing where all are numbers. */
  readonly found: readonly FoundColumn[] | undefined;
  /** Places of the columns among all of the file, and of those that are text, with the reason. */
  readonly features: readonly number[];
  readonly text: readonly { readonly at: number; readonly reason: string }[];
  /** Words of labels, ids, and columns that go with the rows, by their places. */
  readonly words: ReadonlyMap<number, readonly string[]>;
}

/**
 * Reads all rows once, and again where some columns are no numbers.
 *
 * @throws MixturaError naming the place of a word that is not what its column holds.
 */
export function readRows(source: Source, plan: ColumnPlan, expected: ExpectedKinds): ReadRows {
  const { features, label, id, kept } = plan;
  const wanted = [label, id, ...kept].filter((at) => at !== undefined);
  const words = new Map(wanted.map((at) => [at, [] as string[]]));
  const values = new GrowingNumbers();
  const worded = features.map((_, k) => expected !== 'numbers' && isWorded(expected?.[k]));
  const strict = features.map((_, k) => expected === 'numbers' || expected?.[k] === 'number');
  let rows = 0;
  for (const line of source.rows()) {
    for (let k = 0; k < features.length; k++) {
      const text = line.cells[features[k]!]!.trim();
      const value = NUMBER.test(text) ? Number(text) : strict[k] ? truthValue(text) : Number.NaN;
      // Samples are read as float32: what overflows there is as useless as infinity.
      const finite = Number.isFinite(Math.fround(value));
      values.push(finite ? value : Number.NaN);
      if (finite || isMissing(text)) continue;
      worded[k] = true;
      if (strict[k])
        throw notANumber(
          columnAt(source, features[k]!, () => line.number),
          rows,
          text,
        );
    }
    for (const [at, cells] of words) cells.push(line.cells[at]!.trim());
    rows++;
  }
  const numbers = values.toArray();
  if (!worded.includes(true)) {
    return { rows, values: numbers, found: undefined, features, text: [], words };
  }
  return { rows, words, ...withWords(source, features, worded, numbers, expected) };
}

function isWorded(kind: string | undefined): boolean {
  return kind === 'date' || kind === 'category';
}

function columnAt(
  { path, names }: Pick<Source, 'path' | 'names'>,
  at: number,
  lineOf: (row: number) => number,
): Omit<WordColumn, 'words'> {
  const name = names[at]!;
  const called = name === String(at + 1) ? '' : ` (${name})`;
  return {
    path,
    name,
    place: (row) => `row ${row + 1} (line ${lineOf(row)}), column ${at + 1}${called}`,
  };
}

/** The columns that are not all numbers are read as words, and get the kind that these show, or that the run knows. */
function withWords(
  source: Source,
  features: readonly number[],
  worded: readonly boolean[],
  numbers: Float64Array,
  expected: ExpectedKinds,
): Pick<ReadRows, 'values' | 'found' | 'features' | 'text'> {
  const lines = new GrowingNumbers();
  const words = features.map((): string[] => []);
  for (const { cells, number } of source.rows()) {
    lines.push(number);
    for (let k = 0; k < features.length; k++) if (worded[k]) words[k]!.push(cells[features[k]!]!.trim());
  }
  const lineOf = lines.toArray();
  const decided = features.map((at, k): Decided | undefined => {
    if (!worded[k]) return undefined;
    const column = { ...columnAt(source, at, (row) => lineOf[row]!), words: words[k]! };
    const kind = expected === 'numbers' ? 'number' : expected?.[k];
    return kind === undefined ? decideColumn(column) : readAsCoded(column, { kind });
  });
  const text = decided.flatMap((column, k) =>
    column && 'text' in column ? [{ at: features[k]!, reason: column.text }] : [],
  );
  if (text.length === features.length) {
    const names = text.map(({ at }) => source.names[at]).slice(0, 8);
    throw new MixturaError(
      `${source.path} has no columns of numbers, dates or few words: all are text (${names.join(', ')}), of which every row has its own.`,
    );
  }
  const names = features.map((at) => source.names[at]!);
  const { values, found, kept } = withColumns(numbers, names, decided);
  return { values, found, features: kept.map((k) => features[k]!), text };
}
