/** @file Groups beside those of plain methods, scored by labels: k-means, Gaussian mixture, spectral clustering. */
import { renumbered } from '../cluster/cells.js';
import { fitGaussianMixture } from '../cluster/gaussian-mixture.js';
import { kmeans } from '../cluster/kmeans.js';
import { mostProbable } from '../cluster/most-probable.js';
import { nearestRows } from '../cluster/nearest-rows.js';
import { graphOfNearest } from '../cluster/neighbour-graph.js';
import { spectralEmbedding, unitCoordinates } from '../cluster/spectral-embedding.js';
import type { Dataset } from '../data/dataset.js';
import { usageError } from '../errors.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { groupSizes } from '../metrics/group-sizes.js';
import { labelScores } from '../metrics/label-scores.js';
import { type ColumnRole, columnRoles } from '../views/column-roles.js';
import { standardised } from '../views/columns.js';
import { alongPrincipal } from '../views/components.js';
import { pixels } from '../views/images.js';
import { readTable, readThrough } from '../views/read-rows.js';
import { viewsOf } from '../views/views-of.js';

/** A division that was found elsewhere, to stand beside the plain methods. */
export interface GivenDivision {
  readonly name: string;
  /** A whole number for each of the rows that are compared, in their order; 0 where no group explains the row. */
  readonly group: ArrayLike<number>;
  /** CPU seconds that it took. */
  readonly cpuSeconds: number;
}

/** What {@link compareOn} is asked for. */
export interface CompareOptions {
  /** Number of groups of the plain methods (default: the number of classes among the rows). */
  readonly groups?: number | undefined;
  readonly seed: number;
  /** The rows that are divided and scored (default: all). */
  readonly rows?: ArrayLike<number> | undefined;
  readonly ours?: readonly GivenDivision[] | undefined;
  /** Called before each method, with the share of the methods that are done. */
  readonly onProgress?: ((done: number, what: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One method, scored. */
export interface ComparedMethod {
  readonly name: string;
  /** Groups that it has; the rows that no group explains are no group. */
  readonly groups: number;
  readonly nmi: number;
  readonly ari: number;
  readonly acc: number;
  /** Largest |share found - true share| of matched groups. */
  readonly sizeError: number;
  /** CPU seconds, those of its view of the data included. */
  readonly cpuSeconds: number;
}

/** Components of the mixture, and of the neighbours of spectral clustering, where there are more columns. */
const COMPONENTS = { mixture: 15, spectral: 50 };
const NEIGHBOURS = 10;

/**
 * Divides rows with labels by k-means (ten starts), by a Gaussian mixture (full covariances, from k-means, along at most
 * 15 principal components) and by spectral clustering (graph of 10 neighbours along at most 50), and scores them and what
 * is given by NMI, ARI, ACC and size error. Labels only score.
 *
 * The rows are seen in the plainest way: standardised columns, pixels, embeddings of length 1, normalised counts. Of a
 * table with gaps or categories the mixture sees the numbers, the others the numbers and categories as 0 and 1; medians
 * stand in the gaps, and no column marks them. The names of the methods say so.
 *
 * @throws a usage error for data without labels, or for fewer rows than groups
 */
export async function compareOn(dataset: Dataset, options: CompareOptions): Promise<ComparedMethod[]> {
  const { seed, ours = [] } = options;
  if (!dataset.labels) {
    throw usageError(
      `${dataset.name} has no labels, so there is nothing to compare groups with: name their column by --label.`,
    );
  }
  const rows = options.rows ?? Uint32Array.from({ length: dataset.count }, (_, i) => i);
  const labels = Int32Array.from(rows, (i) => dataset.labels![i]!);
  const groups = options.groups ?? new Set(labels).size;
  if (groups > rows.length) {
    throw usageError(`${groups} groups of ${rows.length} rows cannot be compared: give at most one a row.`);
  }
  for (const { name, group } of ours) {
    if (group.length !== rows.length)
      throw new RangeError(`${group.length} groups of ${name} for ${rows.length} rows`);
  }
  const stream = Stream.root(seed).fork('compare');
  const viewed = timed(() => plainRows(dataset, rows));
  const compared = ours.map(({ name, group, cpuSeconds }) => scoredDivision(name, labels, group, cpuSeconds));
  for (const [at, { name, divide, onlyNumbers }] of PLAIN.entries()) {
    options.onProgress?.(at / PLAIN.length, name);
    // Lets the caller's events in: each method is seconds of computation.
    await new Promise((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
    const seen = viewed.value[onlyNumbers ? 'numbers' : 'all'];
    const { value, seconds } = timed(() => divide(seen.rows, groups, stream.fork(name)));
    const numbered = value.map((group) => group + 1);
    compared.push(
      scoredDivision(`${name}${seen.what && ` (${seen.what})`}`, labels, numbered, viewed.seconds + seconds),
    );
  }
  return compared;
}

/** The plain methods: a group for each row, from 0. */
export const PLAIN: readonly {
  readonly name: string;
  /** Whether columns of 0 and 1 break it: they have no density. */
  readonly onlyNumbers?: boolean;
  divide(x: Matrix, groups: number, stream: Stream): Int32Array;
}[] = [
  { name: 'k-means', divide: kmeansOf },
  {
    name: 'PCA + Gaussian mixture',
    onlyNumbers: true,
    divide(x, groups, stream) {
      const few = along(x, COMPONENTS.mixture);
      // Equal rows may leave a group of k-means empty.
      const { part, parts } = renumbered(kmeansOf(few, groups, stream));
      return mostProbable(fitGaussianMixture(few, part, parts).responsibilities, parts);
    },
  },
  {
    name: 'spectral clustering',
    divide(x, groups, stream) {
      const near = along(x, COMPONENTS.spectral);
      const graph = graphOfNearest(nearestRows(near, Math.min(NEIGHBOURS, x.rows - 1)));
      const embedding = spectralEmbedding(graph, groups, stream.fork('embedding'));
      const values = unitCoordinates(embedding);
      return kmeansOf({ rows: x.rows, columns: embedding.width, values }, groups, stream);
    },
  },
];

function kmeansOf({ columns: dim, values: data }: Matrix, clusters: number, stream: Stream): Int32Array {
  return kmeans({ data, dim, clusters, stream: stream.fork('k-means'), starts: 10 }).assignments;
}

function along(x: Matrix, most: number): Matrix {
  return x.columns <= most ? x : alongPrincipal({ most, share: 1 })(x).apply(x);
}

/** What a method sees, and how that is called where it is not all that there is. */
interface Seen {
  readonly rows: Matrix;
  readonly what: string;
}

function plainRows(dataset: Dataset, rows: ArrayLike<number>): Readonly<Record<'all' | 'numbers', Seen>> {
  const codedColumns = dataset.coding?.some((column) => column.kind === 'category' || column.indicator);
  if (codedColumns && dataset.largestCount === undefined) return codedRows(dataset, rows);
  const all = { rows: wholeRows(dataset, rows), what: '' };
  return { all, numbers: all };
}

/** Standardised numbers, and beside them categories as 0 and 1; columns that mark gaps are left out. */
function codedRows(dataset: Dataset, rows: ArrayLike<number>): Readonly<Record<'all' | 'numbers', Seen>> {
  const x = readTable(dataset, rows);
  const roles = columnRoles(x.columns, dataset.coding);
  const placesOf = (kind: ColumnRole['kind']) => [...roles.keys()].filter((j) => roles[j]!.kind === kind);
  const levels = columnsAt(x, placesOf('level'));
  const measured = columnsAt(x, placesOf('number'));
  const varied = standardised(measured).apply(measured);
  const numbers = { rows: varied, what: 'numbers alone' };
  if (levels.columns === 0) return { all: numbers, numbers };
  const what = varied.columns === 0 ? 'categories as 0 and 1' : 'numbers, and categories as 0 and 1';
  const all = { rows: beside(varied, levels), what };
  return { all, numbers: varied.columns === 0 ? all : numbers };
}

function columnsAt({ rows, columns, values }: Matrix, places: readonly number[]): Matrix {
  const width = places.length;
  const at = (i: number) => Math.floor(i / width) * columns + places[i % width]!;
  return {
    rows,
    columns: width,
    values: Float64Array.from({ length: rows * width }, (_, i) => values[at(i)]!),
  };
}

function beside(a: Matrix, b: Matrix): Matrix {
  const columns = a.columns + b.columns;
  const values = new Float64Array(a.rows * columns);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) values[i * columns + j] = a.values[i * a.columns + j]!;
    for (let j = 0; j < b.columns; j++) values[i * columns + a.columns + j] = b.values[i * b.columns + j]!;
  }
  return { rows: a.rows, columns, values };
}

function wholeRows(dataset: Dataset, rows: ArrayLike<number>): Matrix {
  if (dataset.kind !== 'image') return viewsOf(dataset, rows)[0]!.fit().rows;
  const [channels, height, width] = dataset.shape as [number, number, number];
  const span = dataset.range === 'signed' ? 2 : 1;
  return readThrough(dataset, rows, pixels({ channels, height, width, span }));
}

/** A division scored by labels: a whole number for each row, 0 where no group explains it. */
export function scoredDivision(
  name: string,
  labels: Int32Array,
  group: ArrayLike<number>,
  cpuSeconds: number,
): ComparedMethod {
  const { nmi, ari, acc } = labelScores(labels, group);
  const names = [...new Set(Array.from(group))].sort((a, b) => a - b);
  const place = new Map(names.map((one, at) => [one, at]));
  const assignments = Int32Array.from(group, (one) => place.get(one)!);
  const mixing = new Float64Array(names.length);
  for (const c of assignments) mixing[c]! += 1 / labels.length;
  const { sizeError } = groupSizes({ mixing, assignments, labels });
  return { name, groups: names.filter((one) => one !== 0).length, nmi, ari, acc, sizeError, cpuSeconds };
}

function timed<T>(work: () => T): { readonly value: T; readonly seconds: number } {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (user + system) / 1e6 };
}
