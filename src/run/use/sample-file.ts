/** @file New samples as a file: a picture, a NumPy array, or a table. */
import { extname } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import type { ResolvedRun } from '../../config/schema.js';
import { decodeRow } from '../../data/coding.js';
import { sampleSize } from '../../data/dataset.js';
import { encodeNpy } from '../../data/formats/npy.js';
import { inFileUnits } from '../../data/tables/file-units.js';
import { MixturaError, usageError } from '../../errors.js';
import { imageGridPng } from '../../report/image-grid.js';
import { scatterBounds, scatterPng } from '../../report/scatter.js';
import { cell } from './assignment-csv.js';
import type { DrawnSamples } from './draw.js';

/** A sheet of more images is no picture that a person looks at. */
const MOST_IMAGES = 10_000;
const LEAST_COLUMNS = 10;

/**
 * Writes samples atomically, in the format that the file's name ends in: `.png` (images as a sheet, points as a
 * scatter plot), `.npy` ([n, ...shape], float32), `.csv` (points and tables, with the names of the data's columns; the last
 * column, `group`, is the number of its group, 1..K). Columns of words and dates are that again. Points and tables are in
 * the units of the data's own file.
 *
 * @throws a usage error for a format that the data does not have; a MixturaError if the disk refuses.
 */
export function writeSampleFile(path: string, dataset: ResolvedRun['dataset'], drawn: DrawnSamples): void {
  writeFileAtomic(path, encode(path, dataset, drawn));
}

function encode(path: string, dataset: ResolvedRun['dataset'], drawn: DrawnSamples): Uint8Array | string {
  switch (extname(path).toLowerCase()) {
    case '.png':
      return picture(path, dataset, drawn);
    case '.npy':
      return encodeNpy({
        shape: [drawn.groups.length, ...dataset.shape],
        data: inFileUnits(drawn.samples, dataset),
      });
    case '.csv':
      if (dataset.kind !== 'image') return table(dataset, drawn);
      throw usageError(`${path} would be a table, and the samples are images; give a .png or .npy file.`);
    default:
      throw usageError(`--out is '${path}'; give a file that ends in .png, .npy or .csv.`);
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
  const points = inFileUnits(samples, dataset);
  if (!points.some(Number.isFinite)) throw new MixturaError('The samples are not finite; train again.');
  return scatterPng({
    title: 'samples',
    points,
    groups: groups.map((group) => group - 1),
    bounds: scatterBounds(points),
  });
}

function table(dataset: ResolvedRun['dataset'], { samples, groups }: DrawnSamples): string {
  const { coding } = dataset;
  const columns = sampleSize(dataset.shape);
  const values = inFileUnits(samples, dataset);
  const names =
    coding?.map(({ name }) => name) ??
    dataset.columns ??
    Array.from({ length: columns }, (_, i) => `x${i + 1}`);
  const lines = [
    [...names, names.includes('group') ? 'mixtura_group' : 'group'].map((name) => cell(name)).join(','),
  ];
  groups.forEach((group, row) => {
    const drawn = values.subarray(row * columns, (row + 1) * columns);
    const cells = (coding ? decodeRow(drawn, coding) : Array.from(drawn)).map((x) =>
      typeof x === 'string' ? cell(x) : Number(x.toPrecision(7)),
    );
    lines.push([...cells, group].join(','));
  });
  return `${lines.join('\n')}\n`;
}
