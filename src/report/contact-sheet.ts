/** @file What a data set looks like, on one page: a row of images for each class, or its points. */
import { classCounts, type Dataset, sampleSize } from '../data/dataset.js';
import { examples } from '../data/inspect/inspect.js';
import { usageError } from '../errors.js';
import { imageGridPng } from './image-grid.js';
import { groupColor } from './palette.js';
import { scatterBounds, scatterPng } from './scatter.js';

const COLUMNS = 10;
/** A sheet of more classes is no page that a person looks at. */
const MOST_ROWS = 50;
const MOST_POINTS = 10_000;

/**
 * Ten images of every class, a row a class with its share beside it (of unlabelled data a hundred), evenly spaced; or
 * the first points, coloured by class.
 *
 * @returns the bytes of a PNG file
 * @throws a usage error for rows of a table
 */
export function contactSheet(dataset: Dataset): Uint8Array {
  if (dataset.kind === 'image') return imageSheet(dataset);
  if (sampleSize(dataset.shape) === 2) return pointSheet(dataset);
  throw usageError(
    `${dataset.name} is a table of ${sampleSize(dataset.shape)} columns, of which there is no picture: leave out --out.`,
  );
}

function imageSheet(dataset: Dataset): Uint8Array {
  const { shape, range, count, labels } = dataset;
  const size = sampleSize(shape);
  const rows = labels
    ? examples(dataset, COLUMNS).slice(0, MOST_ROWS)
    : rowsOf(examples(dataset, COLUMNS * COLUMNS)[0]!);
  // Places of a class of few images stay dark: a row is a class.
  const samples = new Float32Array(rows.length * COLUMNS * size).fill(range === 'signed' ? -1 : 0);
  rows.forEach((row, k) => {
    const place = samples.subarray(k * COLUMNS * size).subarray(0, row.length * size);
    dataset.read(row, place);
    if (range === 'real') stretch(place);
  });
  const counts = classCounts(dataset);
  const gutter =
    counts &&
    rows.map((_, k) => ({ color: groupColor(k), label: `${Math.round((100 * counts[k]!) / count)}%` }));
  return imageGridPng({
    samples,
    shape,
    range: range === 'signed' ? 'signed' : 'unit',
    columns: COLUMNS,
    ...(gutter && { gutter }),
  });
}

function rowsOf(all: Uint32Array): Uint32Array[] {
  const rows: Uint32Array[] = [];
  for (let start = 0; start < all.length; start += COLUMNS) rows.push(all.subarray(start, start + COLUMNS));
  return rows;
}

/** Values without an interval of their own, from the least of a row to its greatest as black to white. */
function stretch(values: Float32Array): void {
  let [low, high] = [Infinity, -Infinity];
  for (const x of values) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - low) / (high - low || 1);
}

function pointSheet(dataset: Dataset): Uint8Array {
  const rows = Uint32Array.from({ length: Math.min(MOST_POINTS, dataset.count) }, (_, i) => i);
  const points = new Float32Array(2 * rows.length);
  dataset.read(rows, points);
  const { labels } = dataset;
  return scatterPng({
    title: dataset.name,
    points,
    ...(labels && { groups: labels.subarray(0, rows.length) }),
    bounds: scatterBounds(points),
  });
}
