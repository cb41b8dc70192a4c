/** @file A summary of a data set, for `mixtura data`. */

import { classCounts, type Dataset, type DatasetKind, sampleSize, type ValueRange } from '../dataset.js';
import type { ColumnReport } from '../tables/column-report.js';
import { columnLines } from './column-table.js';
import { Duplicates, Features, ValueStatistics } from './scan.js';

/** What {@link summarize} finds in a data set. */
export interface DatasetSummary {
  readonly name: string;
  /** Format of its file, where that is known. */
  readonly format?: string;
  /** The matrices of its file that `--key` can name, where there are several. */
  readonly matrices?: readonly { readonly name: string; readonly shape?: readonly number[] | undefined }[];
  readonly source: string;
  readonly kind: DatasetKind;
  readonly shape: readonly number[];
  readonly range: ValueRange;
  readonly count: number;
  /** How each column of the file was read; the names of the columns alone, where that is not known. */
  readonly columns?: readonly (ColumnReport | { readonly name: string })[];
  /** Names of the columns of numbers that they became, where these are others. */
  readonly codedColumns?: readonly string[];
  /** The column that names the rows, or `file`. */
  readonly id?: string;
  /** Size of the held-out split, if there is one. */
  readonly testCount?: number;
  /** Extremes, mean and standard deviation of all finite values, as `read` gives them. */
  readonly values: {
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly deviation: number;
  };
  /** Values that are NaN or infinite. */
  readonly nonFinite: number;
  /** Samples that equal an earlier one in every value, and the first of them with that earlier one, from 1. */
  readonly duplicates: { readonly count: number; readonly first?: readonly [earlier: number, later: number] };
  /** Places in a sample, from 1, that have the same value in every sample. */
  readonly constantFeatures: readonly number[];
  readonly classes?: readonly { readonly name: string; readonly count: number; readonly share: number }[];
  readonly fingerprint: string;
}

/** Values that are read at a time. */
const CHUNK_VALUES = 2 ** 21;
/** More columns are not listed one by one. */
const MOST_LISTED = 12;

/**
 * Reads the whole data set once: its sizes, values, classes, duplicates, constant features, and fingerprint.
 *
 * @param columns how the columns of its file were read, as they were reported while it was opened.
 */
export function summarize(dataset: Dataset, columns?: readonly ColumnReport[]): DatasetSummary {
  const { name, source, kind, shape, range, count, fingerprint } = dataset;
  const counts = classCounts(dataset);
  return {
    name,
    source,
    kind,
    shape,
    range,
    count,
    ...columnsOf(dataset, columns),
    ...(dataset.rows?.id ? { id: dataset.rows.id.name } : {}),
    ...(dataset.test ? { testCount: dataset.test().count } : {}),
    ...scan(dataset),
    ...(counts
      ? {
          classes: Array.from(counts, (n, k) => ({
            name: dataset.classNames?.[k] ?? String(k),
            count: n,
            share: n / count,
          })),
        }
      : {}),
    fingerprint,
  };
}

function columnsOf(
  { columns: names, coding }: Dataset,
  reports: readonly ColumnReport[] | undefined,
): Pick<DatasetSummary, 'columns' | 'codedColumns'> {
  const columns = reports ?? names?.map((name) => ({ name }));
  return { ...(columns && { columns }), ...(coding && names && { codedColumns: names }) };
}

/**
 * A summary as lines of text.
 *
 * @param width characters that a line on a column may have.
 */
export function formatSummary(summary: DatasetSummary, width = 100): string {
  const { values, classes } = summary;
  const number = (x: number) => String(Number(x.toPrecision(5)));
  const range = { unit: 'in [0, 1]', signed: 'in [-1, 1]', real: 'real' }[summary.range];
  const shown = listedColumns(summary, width);
  const longest = Math.max(0, ...(classes ?? []).map((c) => c.name.length));
  return [
    `${summary.name}: ${summary.source}`,
    ...(summary.format === undefined ? [] : [`  format       ${summary.format}`]),
    ...((summary.matrices?.length ?? 0) > 1
      ? [`  matrices     ${listedMatrices(summary.matrices!)} (--key)`]
      : []),
    `  samples      ${summary.count}${summary.testCount === undefined ? '' : ` (and ${summary.testCount} held out)`}`,
    `  one sample   ${summary.kind}, ${summary.shape.join(' x ')}, values ${range}`,
    ...shown,
    // Columns of several units have no values in common.
    ...(shown.length > 2
      ? []
      : [
          `  values       ${number(values.min)} to ${number(values.max)}, mean ${number(values.mean)}, deviation ${number(values.deviation)}`,
        ]),
    ...suspicions(summary),
    `  fingerprint  ${summary.fingerprint}`,
    ...(classes
      ? ['  classes      (for evaluation only; training never sees them)']
      : ['  classes      unknown']),
    ...(classes ?? []).map(
      (c) =>
        `    ${c.name.padEnd(longest)}  ${String(c.count).padStart(6)}  ${(100 * c.share).toFixed(1).padStart(5)} %`,
    ),
  ].join('\n');
}

/**
 * Up to `perClass` rows of every class (of the whole, without labels), evenly spaced, because neighbours in a file may
 * be frames of one film.
 */
export function examples(dataset: Dataset, perClass: number): Uint32Array[] {
  const { labels, count } = dataset;
  const rows = labels
    ? Array.from(classCounts(dataset)!, () => [] as number[])
    : [Array.from({ length: count }, (_, i) => i)];
  labels?.forEach((label, i) => {
    rows[label]!.push(i);
  });
  return rows.map((all) =>
    Uint32Array.from(
      { length: Math.min(perClass, all.length) },
      (_, i) => all[Math.floor((i * all.length) / Math.min(perClass, all.length))]!,
    ),
  );
}

function listedColumns({ columns, codedColumns }: DatasetSummary, width: number): string[] {
  if (!columns) return [];
  const reports = columns.filter((column): column is ColumnReport => 'kind' in column);
  if (reports.length < columns.length) {
    const more = columns.length - MOST_LISTED;
    const names = columns.slice(0, MOST_LISTED).map(({ name }) => name);
    return [`  columns      ${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}`];
  }
  const became = codedColumns
    ? `, read as ${codedColumns.length} column${codedColumns.length === 1 ? '' : 's'} of numbers`
    : '';
  return [`  columns      ${columns.length}${became}`, ...columnLines(reports, width)];
}

function listedMatrices(matrices: NonNullable<DatasetSummary['matrices']>): string {
  const words = matrices.map(({ name, shape }) => (shape ? `${name} (${shape.join(' x ')})` : name));
  return words.slice(0, MOST_LISTED).join(', ') + (words.length > MOST_LISTED ? ', ...' : '');
}

function suspicions({ shape, count, nonFinite, duplicates, constantFeatures }: DatasetSummary): string[] {
  const [size, constant] = [sampleSize(shape), constantFeatures.length];
  const listed = constantFeatures.slice(0, MOST_LISTED).join(', ');
  const columns = shape.length === 1 && constant > 0 && size > constant;
  const which = columns ? ` (columns ${listed}${constant > MOST_LISTED ? ', ...' : ''})` : '';
  const share = ((100 * duplicates.count) / count).toFixed(1);
  const pair = duplicates.first && `, sample ${duplicates.first[1]} equals ${duplicates.first[0]}`;
  return [
    `  not finite   ${nonFinite === 0 ? 'none' : `${nonFinite} values are NaN or infinite`}`,
    `  duplicates   ${duplicates.count === 0 ? 'none' : `${duplicates.count} equal an earlier sample (${share} %${pair})`}`,
    `  constant     ${constant === 0 ? 'none' : `${constant} of ${size} values are the same in every sample${which}`}`,
  ];
}

function scan(
  dataset: Dataset,
): Pick<DatasetSummary, 'values' | 'nonFinite' | 'duplicates' | 'constantFeatures'> {
  const size = sampleSize(dataset.shape);
  const chunk = Math.max(1, Math.floor(CHUNK_VALUES / size));
  const [statistics, duplicates, features] = [new ValueStatistics(), new Duplicates(), new Features(size)];
  for (let start = 0; start < dataset.count; start += chunk) {
    const rows = Uint32Array.from({ length: Math.min(chunk, dataset.count - start) }, (_, i) => start + i);
    // Images are read as training reads them; tables may have more digits than float32.
    const values = new (dataset.kind === 'image' ? Float32Array : Float64Array)(rows.length * size);
    dataset.read(rows, values);
    statistics.add(values);
    duplicates.add(values, size);
    features.add(values);
  }
  return {
    values: statistics.result(),
    nonFinite: statistics.nonFinite,
    duplicates: duplicates.result(),
    constantFeatures: features.constant(),
  };
}
