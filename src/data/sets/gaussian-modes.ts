/** @file Points of isotropic Gaussians in the plane, scaled to [-1, 1], whose truth is known. */

import type { Stream } from '../../math/random.js';
import { arrayDataset, type Dataset } from '../dataset.js';

/** What {@link gaussianModes} draws. */
export interface GaussianModes {
  readonly name: string;
  /** Means before scaling, modes x 2. */
  readonly means: Float64Array;
  /** Variance of each mode along each coordinate, before scaling. */
  readonly variance: number;
  /** Points of each mode in the training part. */
  readonly counts: readonly number[];
  /** Points of each mode in the held-out part. */
  readonly heldCounts: readonly number[];
  /** Class of each mode (default: each is a class of its own). */
  readonly classOf?: (mode: number) => number;
  readonly classNames: readonly string[];
  readonly source: string;
  readonly stream: Stream;
}

interface Draw {
  readonly points: Float64Array;
  readonly labels: Int32Array;
}

type Extremes = readonly [low: number, high: number];

/**
 * Draws the points of every mode, shuffled; each coordinate becomes 2 (x - low) / (high - low) - 1 with the extremes
 * of the training part. The held-out part is scaled by the same numbers, so a few of its points lie just outside.
 */
export function gaussianModes(modes: GaussianModes): Dataset {
  const { name, means, variance, counts, heldCounts, stream, classOf, classNames } = modes;
  const train = draw(modes, counts, stream.fork('train'));
  const [x, y] = [extremes(train.points, 0), extremes(train.points, 1)];
  const scaleAll = (values: Float64Array) => values.map((value, i) => scaled(value, i % 2 === 0 ? x : y));
  const total = counts.reduce((sum, n) => sum + n, 0);
  const finish = ({ points, labels }: Draw, split: string, test?: () => Dataset) =>
    arrayDataset({
      name,
      kind: 'points',
      shape: [2],
      range: 'signed',
      values: Float32Array.from(scaleAll(points)),
      labels: classOf ? labels.map(classOf) : labels,
      classNames,
      source: `${modes.source}, ${split} sample.`,
      test,
      truth: {
        means: scaleAll(means),
        sigma: [(2 * Math.sqrt(variance)) / (x[1] - x[0]), (2 * Math.sqrt(variance)) / (y[1] - y[0])],
        weights: Float64Array.from(counts, (n) => n / total),
      },
    });
  return finish(train, 'training', () => finish(draw(modes, heldCounts, stream.fork('test')), 'held-out'));
}

function draw({ means, variance }: GaussianModes, counts: readonly number[], stream: Stream): Draw {
  const ordered = Int32Array.from(counts.flatMap((n, mode) => new Array<number>(n).fill(mode)));
  // Shuffled, so that the first n points are a fair sample.
  const labels = Int32Array.from(stream.fork('order').permutation(ordered.length), (row) => ordered[row]!);
  const points = stream.fork('noise').normals(new Float64Array(2 * labels.length));
  const sigma = Math.sqrt(variance);
  for (let i = 0; i < points.length; i++) {
    points[i] = means[2 * labels[i >> 1]! + (i & 1)]! + sigma * points[i]!;
  }
  return { points, labels };
}

function extremes(points: Float64Array, axis: 0 | 1): Extremes {
  let [low, high] = [Infinity, -Infinity];
  for (let i = axis; i < points.length; i += 2) {
    low = Math.min(low, points[i]!);
    high = Math.max(high, points[i]!);
  }
  return [low, high];
}

function scaled(value: number, [low, high]: Extremes): number {
  return (2 * (value - low)) / (high - low) - 1;
}
