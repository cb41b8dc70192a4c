/** @file k-means with k-means++ starts: the clustering behind the published NMI protocol. */
import { MixturaError, usageError } from '../errors.js';
import type { Stream } from '../math/random.js';
import { seedCenters } from './kmeans-seeding.js';
import { type Clustering, type LloydLimits, lloyd } from './lloyd.js';
import { sketch } from './sketch.js';

/** Rows of more columns begin in a sketch. */
const WIDE = 4096;

/** Rows to cluster, and how many starts and iterations are made. */
export interface KMeansOptions {
  /** n x dim, row-major, finite. */
  readonly data: Float32Array | Float64Array;
  readonly dim: number;
  /** Number of clusters k, at most n. */
  readonly clusters: number;
  /** Source of the starts; start i uses its own child stream, so more starts never worsen the result. */
  readonly stream: Stream;
  /** Independent k-means++ starts, the one with the smallest inertia wins (default 10). */
  readonly starts?: number | undefined;
  /** First centres, clusters x dim, row-major, of the only start (default: those of k-means++). */
  readonly seeds?: Float64Array | undefined;
  /** Lloyd iterations per start (default 300). */
  readonly maxIterations?: number | undefined;
  /** Stop when the centres' summed squared shift is at most this times the mean feature variance (default 1e-4). */
  readonly tolerance?: number | undefined;
}

/**
 * Clusters rows by k-means: seeded k-means++, Lloyd iterations, best of several starts.
 *
 * Minimises the inertia `sum_i min_c |x_i - m_c|^2`. A cluster that empties is re-seeded at the point farthest
 * from its centre; with fewer distinct rows than clusters some clusters stay empty. Deterministic given the stream.
 * Of rows with more than 4,096 columns the starts are compared in a {@link sketch}, and the best goes on with the rows
 * themselves.
 *
 * Source: Lloyd 1982; Arthur and Vassilvitskii 2007; defaults and stopping rule of scikit-learn's KMeans with
 * `n_init=10`.
 *
 * @throws MixturaError when the sizes disagree, a value is not finite, or clusters is not in 1..n
 * @example
 * const data = Float64Array.of(0, 0.5, 5, 5.5);
 * kmeans({ data, dim: 1, clusters: 2, stream: Stream.root(0) }).inertia; // => 0.25
 */
export function kmeans(options: KMeansOptions): Clustering {
  const { data, dim, clusters, stream, seeds, maxIterations = 300, tolerance = 1e-4 } = options;
  const starts = seeds ? 1 : (options.starts ?? 10);
  checkOptions(data, dim, clusters, starts);
  if (seeds && seeds.length !== clusters * dim) {
    throw new MixturaError(
      `The first centres hold ${seeds.length} numbers, not ${clusters} rows of ${dim}: give a row a cluster.`,
    );
  }
  const { points, mean, variance } = centered(data, dim);
  const limits = { maxIterations, shiftLimit: tolerance * variance };
  let best: Clustering;
  if (seeds) {
    const first = seeds.map((value, k) => value - mean[k % dim]!);
    best = lloyd(points, dim, first, limits);
  } else if (dim > WIDE) {
    const narrow = sketch(points, dim, stream.fork('sketch'));
    const begun = bestOfStarts(narrow.points, narrow.dim, options, starts, limits);
    best = lloyd(points, dim, meansOf(points, dim, begun.assignments, clusters), limits);
  } else best = bestOfStarts(points, dim, options, starts, limits);
  const centers = best.centers.map((value, k) => value + mean[k % dim]!);
  return { ...best, centers };
}

/** The clustering of least inertia of several k-means++ starts. */
function bestOfStarts(
  points: Float64Array,
  dim: number,
  { clusters, stream }: KMeansOptions,
  starts: number,
  limits: LloydLimits,
): Clustering {
  let best: Clustering | undefined;
  for (let start = 0; start < starts; start++) {
    const first = seedCenters(points, dim, clusters, stream.fork('kmeans', start));
    const found = lloyd(points, dim, first, limits);
    if (best === undefined || found.inertia < best.inertia) best = found;
  }
  return best!;
}

/** Means of the rows of each cluster, k x dim; of an empty one the mean of all, which is 0. */
function meansOf(points: Float64Array, dim: number, assignments: Int32Array, clusters: number): Float64Array {
  const means = new Float64Array(clusters * dim);
  const counts = new Float64Array(clusters);
  for (const c of assignments) counts[c]!++;
  assignments.forEach((c, i) => {
    for (let j = 0; j < dim; j++) means[c * dim + j]! += points[i * dim + j]! / counts[c]!;
  });
  return means;
}

function checkOptions(data: ArrayLike<number>, dim: number, clusters: number, starts: number): void {
  if (!Number.isInteger(dim) || dim < 1 || data.length % dim !== 0) {
    throw new MixturaError(
      `The data hold ${data.length} numbers, which is not a whole number of rows of ${dim}.`,
    );
  }
  const n = data.length / dim;
  if (!Number.isInteger(clusters) || clusters < 1 || clusters > n) {
    throw usageError(
      `Cannot make ${clusters} clusters of ${n} rows: choose between 1 and the number of rows.`,
    );
  }
  if (!Number.isInteger(starts) || starts < 1) {
    throw usageError(`k-means cannot run ${starts} starts: choose 1 or more.`);
  }
}

/** A float64 copy with its column means removed (keeps `|x|^2 - 2 x.m + |m|^2` accurate), and the mean variance. */
function centered(data: Float32Array | Float64Array, dim: number) {
  const n = data.length / dim;
  const mean = new Float64Array(dim);
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]!)) {
      throw new MixturaError(
        `The value at row ${Math.floor(i / dim)}, column ${i % dim} is ${data[i]}: k-means needs finite numbers.`,
      );
    }
    mean[i % dim]! += data[i]! / n;
  }
  const points = new Float64Array(data.length);
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    points[i] = data[i]! - mean[i % dim]!;
    squares += points[i]! ** 2;
  }
  return { points, mean, variance: squares / data.length };
}
