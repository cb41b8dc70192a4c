/** @file New samples as a file: a picture, a NumPy array, or a table. */
import { extname } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import type { ResolvedRun } from '../../config/schema.js';
import { isoDate } from '../../data/coding.js';
import { sampleSize } from '../../data/dataset.js';
import { encodeNpy } from '../../data/formats/npy.js';
import { encodeParquet, type WrittenColumn } from '../../data/formats/parquet/write.js';
import { restoredColumns, restoredRows } from '../../data/tables/restore.js';
import { MixturaError, usageError } from '../../errors.js';
import { imageGridPng } from '../../report/image-grid.js';
import { scatterBounds, scatterPng } from '../../report/scatter.js';
import { columnsText } from './assignment-csv.js';
import type { DrawnSamples } from './draw.js';

/** A sheet of more images is no picture that a person looks at. */
const MOST_IMAGES = 10_000;
const LEAST_COLUMNS = 10;

/**
 * Writes samples atomically, in the format that the file's name ends in: `.png` (images as a sheet, points as a
 * scatter plot), `.npy` ([n, ...shape], float32), or, of points and tables, `.csv`, `.tsv`, `.parquet` and `.json` (a list of
 * objects) with the names of the data's columns; the last column, `group`, is the number of its group, 1..K.
 *
 * Points and tables are in the units of the data's own file and hold what its columns may hold: words, dates and missing
 * values, whole numbers where all are whole. An array has them as networks read them, by the columns of the config.
 *
 * @throws a usage error for a format that the data does not have; a MixturaError if the disk refuses.
 */
export function writeSampleFile(path: string, dataset: ResolvedRun['dataset'], drawn: DrawnSamples): void {
  writeFileAtomic(path, encode(path, dataset, drawn));
}

function encode(
  path: string,
  dataset: ResolvedRun['dataset'],
  drawn: DrawnSamples,
): Uint8Array | string | Uint8Array[] {
  const ending = extname(path).toLowerCase();
  const table = () => {
    if (dataset.kind !== 'image') return sampleColumns(dataset, drawn);
    throw usageError(`${path} would be a table, and the samples are images; give a .png or .npy file.`);
  };
  switch (ending) {
    case '.png':
      return picture(path, dataset, drawn);
    case '.npy':
      return encodeNpy({
        shape: [drawn.groups.length, ...dataset.shape],
        data: Float32Array.from(restoredRows(drawn.samples, dataset)),
      });
    case '.csv':
      return columnsText(table().map(withDateText));
    case '.tsv':
      return columnsText(table().map(withDateText), '\t');
    case '.parquet':
      return [...encodeParquet(table())];
    case '.json':
      return jsonOf(table().map(withDateText));
    default:
      throw usageError(
        `--out is '${path}'; give a file that ends in .png, .npy, .csv, .tsv, .parquet or .json.`,
      );
  }
}

function picture(
  path: string,
  dataset: ResolvedRun['dataset'],
  { samples, groups }: DrawnSamples,
): Uint8Array {
  const { kind, shape, range } = dataset;
  if (kind === 'image') {
    const count = groups.length;
    if (count > MOST_IMAGES) {
      throw usageError(
        `A sheet of ${count} images is too large; give at most ${MOST_IMAGES}, or a .npy file.`,
      );
    }
    const columns = Math.min(count, Math.max(LEAST_COLUMNS, Math.ceil(Math.sqrt(count))));
    return imageGridPng({ samples, shape, columns, range: range === 'signed' ? 'signed' : 'unit' });
  }
  if (sampleSize(shape) !== 2) {
    throw usageError(
      `${path} would be a picture, and the samples are rows of a table; give a .csv or .npy file.`,
    );
  }
  const points = restoredRows(samples, dataset);
  if (!points.some(Number.isFinite)) throw new MixturaError('The samples are not finite; train again.');
  return scatterPng({
    title: 'samples',
    points,
    groups: groups.map((group) => group - 1),
    bounds: scatterBounds(points),
  });
}

/** The columns of the file and the group of each row, which comes last. */
export function sampleColumns(
  dataset: ResolvedRun['dataset'],
  { samples, groups }: Pick<DrawnSamples, 'samples' | 'groups'>,
): WrittenColumn[] {
  const columns = restoredColumns(samples, dataset);
  const taken = columns.some(({ name }) => name === 'group');
  return [...columns, { name: taken ? 'mixtura_group' : 'group', kind: 'whole', values: Array.from(groups) }];
}

/** Dates as ISO 8601, where a format has text for them. */
export function withDateText(column: WrittenColumn): WrittenColumn {
  const { name, kind, values } = column;
  if (kind !== 'date' && kind !== 'time') return column;
  const text = (days: number | string | undefined) =>
    days === undefined ? undefined : isoDate(Number(days), kind === 'time');
  return { name, kind: 'text', values: values.map(text) };
}

/** Samples as the rows of the file, by the names of its columns; what is missing is null. */
export function sampleRecords(
  dataset: ResolvedRun['dataset'],
  { samples }: Pick<DrawnSamples, 'samples'>,
): Record<string, number | string | null>[] {
  return recordsOf(restoredColumns(samples, dataset).map(withDateText));
}

function recordsOf(columns: readonly WrittenColumn[]): Record<string, number | string | null>[] {
  return Array.from({ length: columns[0]!.values.length }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? null])),
  );
}

/** A list of objects, one a row and a line. */
function jsonOf(columns: readonly WrittenColumn[]): string {
  return `[\n${recordsOf(columns)
    .map((row) => JSON.stringify(row))
    .join(',\n')}\n]\n`;
}
