/** @file Parquet: flat tables, with an optional column of labels, read by hyparquet. */

import type { FileMetaData, SchemaElement } from 'hyparquet';
import { MixturaError } from '../../../errors.js';
import type { NamedColumn } from '../../row-names.js';
import { areTurned, asideColumns, askedNames, planColumns } from '../columns.js';
import type { Content, ReadOptions } from '../content.js';
import { orDamaged } from '../damaged.js';
import { readBytes } from '../idx.js';
import { type FoundIndex, findIndex, type IndexCandidate, mayBeIndex } from '../index-columns.js';
import { expectedKinds } from '../kinds/expected.js';
import { encodeLabels } from '../labels.js';
import { MAX_BYTES, requirePlausible } from '../limits.js';
import { arrowDurations } from './arrow-durations.js';
import { codecs, parquetPackages } from './codecs.js';
import { type Hyparquet, readWords, type Table } from './columns.js';
import { readMeasurements, requireNumbers } from './measurements.js';
import { readThrift } from './thrift.js';

const MAGIC = 'PAR1';
const FRAME = 12;
/** Index of rows that pandas writes as a column. */
const PANDAS_INDEX = /^__index_level_\d+__$/;

/** Whether the bytes begin as a Parquet file does. */
export function isParquet(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === MAGIC;
}

/**
 * Reads the columns of measurements of a Parquet file, and one column of labels (`label`, else one of a usual name); an
 * index of the rows is left out, and so is text.
 *
 * @throws MixturaError naming the file, row and column where a value is not finite, a column of lists, damage, sizes
 * beyond the file's own; or saying how to add hyparquet where it is missing.
 */
export async function readParquet(path: string, options: ReadOptions = {}): Promise<Content> {
  const bytes = readBytes(path);
  checkFrame(bytes, path);
  const packages = await parquetPackages(path);
  return orDamaged(path, async () => {
    const metadata = readMetadata(bytes, packages[0]);
    const budget = 4 * MAX_BYTES;
    return readTable(
      { path, bytes, metadata, hyparquet: packages[0], unpack: codecs(packages), budget },
      options,
    );
  });
}

function checkFrame(bytes: Uint8Array, path: string): void {
  if (bytes.length === 0) throw new MixturaError(`${path} is empty: get the file again.`);
  if (!isParquet(bytes)) {
    throw new MixturaError(
      `${path} is not a Parquet file (it does not begin with ${MAGIC}): give a Parquet file.`,
    );
  }
  if (bytes.length < FRAME || !isParquet(bytes.subarray(-4))) {
    throw new MixturaError(`${path} is truncated (it does not end with ${MAGIC}): get the file again.`);
  }
}

/** The footer; every size in it is checked before hyparquet uses it. */
function readMetadata(bytes: Uint8Array, { parquetMetadata }: Hyparquet): FileMetaData {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 8, true);
  if (length > bytes.length - FRAME) throw new RangeError(`its footer claims ${length} bytes`);
  const start = bytes.length - 8 - length;
  readThrift(bytes, start, start + length);
  return parquetMetadata(bytes.subarray(start), { geoparquet: false });
}

async function readTable(table: Table, options: ReadOptions): Promise<Content> {
  const { path, metadata, hyparquet } = table;
  const all = hyparquet.parquetSchema(metadata).children;
  const first = options.reading === 1;
  const columns = first ? all.filter(({ element }) => !PANDAS_INDEX.test(element.name)) : all;
  const names = columns.map(({ element }) => element.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new MixturaError(`${path} has two columns named ${twice}: rename one of them.`);
  const found = first ? { index: [], notices: [] } : await indexOf(table, columns, options);
  const plan = planColumns({ path, names, header: true, index: found.index }, options);
  const { label, id, kept } = plan;
  const expected = expectedKinds(
    path,
    plan.features.length,
    first ? 'none' : options.coding,
    areTurned(options),
  );
  for (const i of [...plan.features, label, id, ...kept]) {
    if (i !== undefined) requireFlat(columns[i]!.element, columns[i]!.children.length, i, path);
  }
  const durations = first ? new Map<string, number>() : durationsOf(metadata);
  const features = plan.features.map((at) => {
    const { element } = columns[at]!;
    return { element, at, divisor: durations.get(element.name) };
  });
  if (expected === 'numbers') for (const feature of features) requireNumbers(feature, path);
  const rows = rowCount(table, features.length);
  const read = await readMeasurements(table, features, rows, expected, !first);
  const named = async (at: number): Promise<NamedColumn> => ({
    name: names[at]!,
    values: await readWords(table, columns[at]!.element),
  });
  const labels = label === undefined ? undefined : await named(label);
  return {
    shape: [rows, read.names.length],
    values: read.values,
    found: read.found,
    columns: read.names,
    aside: asideColumns(names, plan, found.index, read.text),
    matched: !areTurned(options),
    rows: {
      id: id === undefined ? undefined : await named(id),
      kept: await Promise.all(kept.map(named)),
    },
    labels: labels && { ...encodeLabels(labels.values, path), from: labels.name, asked: true },
    notices: [
      ...(options.id === undefined ? found.notices : []),
      ...plan.notices,
      ...features.flatMap(({ element, divisor }) =>
        divisor === undefined
          ? []
          : [`${path}: the column ${element.name} holds durations, read in seconds.`],
      ),
    ],
  };
}

type Column = ReturnType<Hyparquet['parquetSchema']>['children'][number];

/** Columns that name the rows: those that pandas says are its index, and those that look like one. */
async function indexOf(table: Table, columns: readonly Column[], options: ReadOptions): Promise<FoundIndex> {
  const known = askedNames(options);
  const said = pandasIndex(table.metadata);
  const index: number[] = [];
  const candidates: IndexCandidate[] = [];
  for (const [at, { element, children }] of columns.entries()) {
    const { name } = element;
    if (known.has(name) || children.length > 0 || element.repetition_type === 'REPEATED') continue;
    if (PANDAS_INDEX.test(name) || said.includes(name)) index.push(at);
    else if (mayBeIndex(name)) candidates.push({ at, name, words: await readWords(table, element) });
  }
  const found = findIndex(table.path, candidates);
  const own = index.map((at) => columns[at]!.element.name).filter((name) => !PANDAS_INDEX.test(name));
  return {
    index: [...index, ...found.index],
    notices: [
      ...(own.length === 0
        ? []
        : [`${table.path}: ${own.join(', ')} is the index of the rows and is left out.`]),
      ...found.notices,
    ],
  };
}

/** The columns that pandas notes as its index. */
function pandasIndex(metadata: FileMetaData): string[] {
  const { index_columns: columns } = pandasNotes(metadata);
  return Array.isArray(columns) ? columns.filter((name) => typeof name === 'string') : [];
}

/**
 * Columns of durations, which are whole numbers of a unit of time that differs from file to file, and how many of it are a
 * second: as Arrow says, or pandas.
 */
function durationsOf(metadata: FileMetaData): Map<string, number> {
  const { columns } = pandasNotes(metadata);
  const schema = metadata.key_value_metadata?.find(({ key }) => key === 'ARROW:schema')?.value;
  const found = arrowDurations(schema);
  for (const column of Array.isArray(columns) ? (columns as unknown[]) : []) {
    const { field_name: name, numpy_type: type } = (column ?? {}) as Record<string, unknown>;
    const unit = typeof type === 'string' ? /^timedelta64\[(s|ms|us|ns)\]$/.exec(type)?.[1] : undefined;
    if (unit !== undefined && typeof name === 'string') found.set(name, A_SECOND[unit]!);
  }
  return found;
}

const A_SECOND: Readonly<Record<string, number>> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

/** What pandas notes on its columns. */
function pandasNotes({ key_value_metadata: pairs }: FileMetaData): Record<string, unknown> {
  const text = pairs?.find(({ key }) => key === 'pandas')?.value;
  try {
    const notes: unknown = JSON.parse(text ?? '{}');
    return typeof notes === 'object' && notes !== null ? (notes as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Rows of the whole file, compared with its size. */
function rowCount({ path, bytes, metadata }: Table, columns: number): number {
  if (columns === 0)
    throw new MixturaError(`${path} has no columns besides the labels: give columns of numbers.`);
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows !== Number(metadata.num_rows) || rows < 0)
    throw new RangeError('its groups have other rows than it says');
  if (rows === 0) throw new MixturaError(`${path} holds no rows: give at least one row of numbers.`);
  const claim = `${rows} rows of ${columns} columns`;
  // A column that repeats one value takes almost no bytes, so only a bit for each value is required.
  requirePlausible((rows * columns) / 8, bytes.length, path, claim);
  requirePlausible(rows * columns * 8, Infinity, path, claim);
  return rows;
}

function requireFlat(
  { name, repetition_type: kind }: SchemaElement,
  parts: number,
  i: number,
  path: string,
): void {
  if (parts === 0 && kind !== 'REPEATED') return;
  throw new MixturaError(
    `${path}, column ${i + 1} (${name}) holds lists or records, and only numbers are read: make it columns of its own, or leave it out by --drop ${name}.`,
  );
}
