/** @file The views of a data set that make sense: the plain one first. */
import type { Samples } from '../data/dataset.js';
import { MixturaError } from '../errors.js';
import { checkMatrix, type Matrix, meanVariance } from '../math/matrix.js';
import { type ColumnRole, columnRoles, withTwoValued } from './column-roles.js';
import { columnOf, isConstantColumn, standardised } from './columns.js';
import { alongPrincipal } from './components.js';
import { normalisedCounts } from './counts.js';
import { embeddingKind, unitRows } from './embeddings.js';
import { gradientHistograms } from './gradients.js';
import { heavyColumns, logarithmic } from './heavy-tails.js';
import { type ImageShape, perImage, pixels, shrunk } from './images.js';
import { normalScores } from './normal-scores.js';
import { type Readable, readCounts, readTable, readThrough, snapped } from './read-rows.js';
import { asTheyAre, type Fit, inTurn, type View } from './view.js';

/** A view of a data set, not yet fitted. */
export interface DatasetView {
  /** The name by which a person chooses it. */
  readonly name: string;
  /** Fits it on the rows that were given; takes up to some seconds. */
  fit(): FittedDatasetView;
}

/** A fitted view of a data set. */
export interface FittedDatasetView {
  readonly name: string;
  /** What it does, in plain words. */
  readonly sentence: string;
  /** The rows that it was fitted on, as it sees them. */
  readonly rows: Matrix;
  /**
   * What a Gaussian mixture should add to the diagonal of covariances in this view: a thousandth of the mean variance of
   * the columns; 0.2 (of a standardised column) where columns have few values, along which a covariance may vanish.
   */
  readonly floor: number;
  /** Rows of this or of another data set that was read in the same way, as it sees them. */
  apply(samples: Readable, indices: ArrayLike<number>): Matrix;
}

/** What the views of a data set are made from. */
export type Viewed = Readable & Pick<Samples, 'kind' | 'range' | 'coding' | 'name'>;

/** Columns above which rows are looked at along principal components. */
const MANY = 50;
/** Columns above which a table has a view along principal components, too. */
const SOME = 30;
/** A column with fewer different values has few. */
const FEW = 12;
/** Shares of a variance that mixtures add, see {@link FittedDatasetView.floor}. */
const FLOOR = { many: 1e-3, few: 0.2 };
/** Shortest side of images whose edges are looked at. */
const EDGES = 16;
/** Tables of whole numbers of this many columns, with this share of zeros or more, are counts. */
const COUNTS = { columns: 100, zeros: 0.5 };

/**
 * The views of a data set, to be fitted on the rows at `indices`; the plain one first.
 *
 * Tables: `standardised`; `log` where a column has heavy tails; `ranks`; above 30 columns `pca`, above 50 all along
 * principal components. Images: `pixels`, `per-image`, `whitened`, and `gradients` for sides of at least 16.
 * Embeddings: `cosine`, then `standardised`. Counts: `counts`.
 *
 * @throws a MixturaError where `fit` finds all rows equal, or a value that is not finite
 */
export function viewsOf(dataset: Viewed, indices: ArrayLike<number>): DatasetView[] {
  if (dataset.kind === 'image') return imageViews(dataset, indices);
  if (dataset.largestCount !== undefined) return [countsView(dataset, indices)];
  const x = readTable(dataset, indices);
  checkMatrix(x, `rows of ${dataset.name}`);
  if (looksCounted(x, dataset.scaling !== undefined)) return [countsView(dataset, indices)];
  return tableViews(dataset, x);
}

function tableViews(dataset: Viewed, x: Matrix): DatasetView[] {
  const roles = withTwoValued(x, columnRoles(x.columns, dataset.coding));
  const few = haveFewValues(x, roles);
  const view = (name: string, whole: Fit): DatasetView => {
    const short = x.columns > MANY ? inTurn(name, whole, alongPrincipal()) : whole;
    return {
      name,
      fit() {
        const made = fitted(name, short, x, readTable);
        return few ? { ...made, floor: FLOOR.few } : made;
      },
    };
  };
  const of =
    (columnwise: (rows: Matrix, roles: readonly ColumnRole[]) => View): Fit =>
    (rows) =>
      columnwise(rows, roles);
  const embedding = dataset.coding === undefined && embeddingKind(x) !== undefined;
  const views = [
    ...(embedding ? [view('cosine', unitRows)] : []),
    view('standardised', of(standardised)),
    ...(heavyColumns(x, roles).length > 0 ? [view('log', of(logarithmic))] : []),
    ...(embedding ? [] : [view('ranks', of(normalScores))]),
  ];
  if (x.columns <= SOME || embedding) return views;
  if (ofOneUnit(x)) return [...views, view('pca', inTurn('pca', asTheyAre, alongPrincipal()))];
  return x.columns > MANY
    ? views
    : [...views, view('pca', inTurn('pca', of(standardised), alongPrincipal()))];
}

/** Whether there are categories, or among not too many columns one with few different values. */
function haveFewValues(x: Matrix, roles: readonly ColumnRole[]): boolean {
  if (roles.some(({ kind }) => kind !== 'number')) return true;
  if (x.columns > MANY || x.rows <= FEW) return false;
  return roles.some((_, j) => {
    const values = columnOf(x, j);
    return !isConstantColumn(values) && new Set(values).size < FEW;
  });
}

/** Whether the largest magnitudes of four fifths of the columns lie within a factor of 10, as those of pixels do. */
function ofOneUnit({ columns, values }: Matrix): boolean {
  const largest = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) {
    const x = Math.abs(values[at]!);
    if (x > largest[at % columns]!) largest[at % columns] = x;
  }
  const sorted = largest.filter((x) => x > 0).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  return sorted.length > 0 && at(0.9) <= 10 * at(0.1);
}

function imageViews(dataset: Viewed, indices: ArrayLike<number>): DatasetView[] {
  const shape = imageShape(dataset);
  const small = pixels(shape);
  const plain = inTurn('pixels', () => small);
  const alike = inTurn('per-image', plain, () => perImage(shrunk(shape)));
  const view = (name: string, rowwise: Fit, ...rest: readonly Fit[]): DatasetView => ({
    name,
    fit() {
      const first = rowwise({ rows: 0, columns: small.columns, values: new Float32Array(0) });
      const read = (samples: Readable, at: ArrayLike<number>) => readThrough(samples, at, first);
      const [start, ...later] = rest.length > 0 ? rest : [asTheyAre];
      const made = fitted(name, inTurn(name, start!, ...later), read(dataset, indices), read);
      return { ...made, sentence: `${first.sentence} ${made.sentence}` };
    },
  });
  const short = small.columns > MANY ? [alongPrincipal()] : [];
  const sides = Math.min(shape.height, shape.width);
  return [
    view('pixels', plain, ...short),
    view('per-image', alike, ...short),
    view('whitened', alike, alongPrincipal({ whiten: true })),
    ...(sides >= EDGES
      ? [view('gradients', () => gradientHistograms(shape), alongPrincipal({ most: 30 }))]
      : []),
  ];
}

function imageShape({ shape, range }: Viewed): ImageShape {
  const [channels, height, width] = shape as [number, number, number];
  return { channels, height, width, span: range === 'signed' ? 2 : 1 };
}

function countsView(dataset: Viewed, indices: ArrayLike<number>): DatasetView {
  return {
    name: 'counts',
    fit: () => fitted('counts', normalisedCounts, readCounts(dataset, indices), readCounts),
  };
}

/** Whether a table of many columns holds whole numbers, most of them 0; but for rounding, where it was scaled on reading. */
function looksCounted({ columns, values }: Matrix, scaled: boolean): boolean {
  if (columns < COUNTS.columns) return false;
  let zeros = 0;
  for (const value of values) {
    const x = scaled ? snapped(value) : value;
    if (x < 0 || !Number.isInteger(x)) return false;
    if (x === 0) zeros++;
  }
  return zeros >= COUNTS.zeros * values.length && zeros < values.length;
}

function fitted<Rows>(
  name: string,
  fitOn: Fit<Rows>,
  x: Rows,
  read: (samples: Readable, indices: ArrayLike<number>) => Rows,
): FittedDatasetView {
  const view = fitOn(x);
  if (view.columns === 0) {
    throw new MixturaError(
      `All rows are equal in the view ${name}, so there are no groups to find: give rows that differ.`,
    );
  }
  const checked = (made: Matrix): Matrix => {
    checkMatrix(made, `rows of the view ${name}`);
    return made;
  };
  const rows = checked(view.apply(x));
  return {
    name,
    sentence: view.sentence,
    rows,
    floor: FLOOR.many * meanVariance(rows),
    apply: (samples, indices) => checked(view.apply(read(samples, indices))),
  };
}
