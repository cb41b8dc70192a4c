/** @file The measurements of a Parquet file: numbers, and columns of words, truth values and dates as their kinds. */

import type { SchemaElement } from 'hyparquet';
import { MixturaError } from '../../../errors.js';
import type { ColumnCoding } from '../../coding.js';
import { type Decided, decideColumn, readAsCoded, type WordColumn } from '../kinds/decide.js';
import { type ExpectedKinds, withColumns } from '../kinds/expected.js';
import type { FoundColumn } from '../kinds/found.js';
import { isMissing } from '../kinds/words.js';
import { readColumn, readWords, type Table } from './columns.js';

const DAY = 86_400_000;
const DATES = new Set(['DATE', 'TIMESTAMP', 'TIMESTAMP_MILLIS', 'TIMESTAMP_MICROS']);
const TIMES = new Set(['TIME', 'TIME_MILLIS', 'TIME_MICROS', 'INTERVAL']);
const NUMBERS = new Set(['INT32', 'INT64', 'FLOAT', 'DOUBLE']);
const TEXTS = new Set(['UTF8', 'ENUM', 'STRING']);

/** A column of measurements, and its place among all of the file. */
export interface Feature {
  readonly element: SchemaElement;
  readonly at: number;
  /** What a number is divided by, so that it has the unit in which it is read. */
  readonly divisor?: number | undefined;
}

/** The measurements of all rows. */
export interface Measurements {
  /** Raw rows. */
  readonly values: Float32Array | Float64Array;
  /** Kinds of the columns; nothing where all are numbers. */
  readonly found: readonly FoundColumn[] | undefined;
  readonly names: readonly string[];
  /** Columns of text, with the reason why they are left out. */
  readonly text: readonly { readonly at: number; readonly reason: string }[];
}

/**
 * Reads the columns of measurements; a missing value is NaN.
 *
 * @param missing whether values may be missing.
 * @throws MixturaError naming row and column of a value that is not what its column holds.
 */
export async function readMeasurements(
  table: Table,
  features: readonly Feature[],
  rows: number,
  expected: ExpectedKinds,
  missing: boolean,
): Promise<Measurements> {
  const single = features.every(({ element }) => element.type === 'FLOAT');
  const values = new (single ? Float32Array : Float64Array)(rows * features.length);
  const decided: (Decided | undefined)[] = [];
  for (const [k, feature] of features.entries()) {
    const kind = expected === 'numbers' ? 'number' : expected?.[k];
    const stored = storedKind(feature.element);
    if (
      stored === 'number' ? kind !== 'category' && kind !== 'date' : kind === 'number' && stored === 'boolean'
    ) {
      await readColumn(table, feature.element, (value, row) => {
        const number = toNumber(value, row, feature, table.path, missing);
        values[row * features.length + k] = feature.divisor === undefined ? number : number / feature.divisor;
      });
      decided.push(undefined);
    } else decided.push(await readOther(table, feature, stored, kind));
  }
  const names = features.map(({ element }) => element.name);
  if (decided.every((column) => column === undefined)) return { values, found: undefined, names, text: [] };
  const text = decided.flatMap((column, k) =>
    column && 'text' in column ? [{ at: features[k]!.at, reason: column.text }] : [],
  );
  if (text.length === features.length) {
    throw new MixturaError(
      `${table.path} has no columns of numbers, dates or few words: all are text (${names.slice(0, 8).join(', ')}), of which every row has its own.`,
    );
  }
  const joined = withColumns(Float64Array.from(values), names, decided);
  return { values: joined.values, found: joined.found, names: joined.kept.map((k) => names[k]!), text };
}

/** How the values of a column are stored: what they are, or the name of what is left out. */
type StoredKind = 'number' | 'boolean' | 'date' | 'words' | 'times of day' | 'bytes';

function storedKind(element: SchemaElement): StoredKind {
  const type: string = element.type ?? '';
  const converted: string = element.converted_type ?? '';
  const told: string = element.logical_type?.type ?? '';
  if (TIMES.has(converted) || TIMES.has(told)) return 'times of day';
  if (DATES.has(converted) || DATES.has(told) || type === 'INT96') return 'date';
  if (NUMBERS.has(type) || converted === 'DECIMAL' || told === 'FLOAT16') return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  return type === 'BYTE_ARRAY' && (TEXTS.has(converted) || TEXTS.has(told)) ? 'words' : 'bytes';
}

/** Refuses a column that is not of numbers, where all must be. @throws MixturaError naming it. */
export function requireNumbers({ element, at }: Feature, path: string): void {
  const stored = storedKind(element);
  if (stored === 'number' || stored === 'boolean') return;
  const dates = stored === 'date' || stored === 'times of day';
  throw new MixturaError(
    `${path}, column ${at + 1} (${element.name}) holds ${dates ? 'dates or times' : 'text'}, not numbers: leave it out, or ` +
      'name it with --label if it holds labels.',
  );
}

async function readOther(
  table: Table,
  feature: Feature,
  stored: StoredKind,
  kind: ColumnCoding['kind'] | undefined,
): Promise<Decided> {
  const { path } = table;
  const { name } = feature.element;
  if (stored === 'times of day' || stored === 'bytes') {
    if (kind === undefined) return { text: `it holds ${stored}` };
    throw new MixturaError(
      `${path}, column ${name} holds ${stored}, not ${KINDS[kind]}: give the same columns.`,
    );
  }
  if (stored === 'date' && (kind === undefined || kind === 'date')) return readDates(table, feature);
  const words = (await readWords(table, feature.element)).map((word) => word.trim());
  const column: WordColumn = {
    path,
    name,
    words,
    place: (row) => `row ${row + 1}, column ${feature.at + 1} (${name})`,
  };
  if (kind !== undefined) return readAsCoded(column, { kind });
  return stored === 'boolean' && words.some((word) => !isMissing(word))
    ? readAsCoded(column, { kind: 'category' })
    : decideColumn(column);
}

const KINDS = { number: 'numbers', date: 'dates', category: 'words' } as const;

async function readDates(table: Table, { element }: Feature): Promise<Decided> {
  const days: number[] = [];
  let times = false;
  await readColumn(table, element, (value, row) => {
    const day = value instanceof Date ? value.getTime() / DAY : Number.NaN;
    if (day % 1 !== 0 && !Number.isNaN(day)) times = true;
    days[row] = day;
  });
  return { column: { kind: 'date', name: element.name, times }, values: Float64Array.from(days) };
}

function toNumber(
  value: unknown,
  row: number,
  { element, at }: Feature,
  path: string,
  missing: boolean,
): number {
  const plain = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  const number = plain ? Number(value) : Number.NaN;
  const none = value === null || value === undefined;
  if (Number.isFinite(Math.fround(number)) || (missing && (none || Number.isNaN(number)))) return number;
  const what = none ? 'is missing' : `is ${String(value)}, not a finite number`;
  throw new MixturaError(
    `${path}, row ${row + 1}, column ${at + 1} (${element.name}) ${what}: correct it or remove the row.`,
  );
}
