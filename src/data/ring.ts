/** @file `ring`: eight Gaussians on a circle, four light and four heavy, whose truth is known (the synthetic data of SLOGAN). */

import { usageError } from '../errors.js';
import { Stream } from '../math/random.js';
import { arrayDataset, type Dataset } from './dataset.js';

const MODES = 8;
const RADIUS = 2;
const LIGHT = 5000;
const HEAVY = 15000;
/** The data is a constant of the project: no setting of a run moves it. */
const DATA_SEED = 8;
const TEST_DIVISOR = 10;
const NAMES = ['top', 'top right', 'right', 'bottom right', 'bottom', 'bottom left', 'left', 'top left'];

export interface RingOptions {
  /** Variance of each mode, before scaling; SLOGAN uses 0.01, 0.05 and 0.10 (default 0.01). */
  readonly variance?: number | undefined;
}

interface Draw {
  readonly points: Float64Array;
  readonly labels: Int32Array;
}

/**
 * Eight isotropic Gaussians at radius 2, clockwise from the top; the first four hold 5,000 points each and the
 * last four 15,000 (shares 1/16 and 3/16); each coordinate is scaled to [-1, 1] by the extremes of the 80,000.
 * The held-out split has 8,000 points, scaled by the same numbers, so a few lie just outside.
 *
 * @throws MixturaError if the variance is not a positive number.
 */
export function ring(options: RingOptions = {}): Dataset {
  const variance = options.variance ?? 0.01;
  if (!(variance > 0 && Number.isFinite(variance))) {
    throw usageError(`The ring's variance is ${variance}: give a positive number, such as 0.01.`);
  }
  const name = variance === 0.01 ? 'ring' : `ring-${variance === 0.1 ? '0.10' : variance}`;
  const stream = Stream.root(DATA_SEED).fork('ring', String(variance));
  const train = draw(stream.fork('train'), variance, 1);
  const [x, y] = [extremes(train.points, 0), extremes(train.points, 1)];
  const scale = (raw: Float64Array, axis: number, i: number) => scaled(raw[i]!, axis === 0 ? x : y);
  const finish = (drawn: Draw, split: string, test?: () => Dataset) =>
    arrayDataset({
      name,
      kind: 'points',
      shape: [2],
      range: 'signed',
      values: Float32Array.from(drawn.points, (_, i) => scale(drawn.points, i % 2, i)),
      labels: drawn.labels,
      classNames: NAMES,
      source: `Synthetic ring of 8 Gaussians, variance ${variance}, shares 4 x 1/16 and 4 x 3/16, ${split} sample.`,
      test,
      truth: {
        means: trueMeans().map((value, i) => scaled(value, i % 2 === 0 ? x : y)),
        sigma: [(2 * Math.sqrt(variance)) / (x[1] - x[0]), (2 * Math.sqrt(variance)) / (y[1] - y[0])],
        weights: Float64Array.from({ length: MODES }, (_, mode) => (mode < MODES / 2 ? 1 / 16 : 3 / 16)),
      },
    });
  return finish(train, 'training', () =>
    finish(draw(stream.fork('test'), variance, TEST_DIVISOR), 'held-out'),
  );
}

/** Means before scaling, clockwise from the top. */
function trueMeans(): Float64Array {
  const [r, d] = [RADIUS, RADIUS * Math.SQRT1_2];
  return Float64Array.of(0, r, d, d, r, 0, d, -d, 0, -r, -d, -d, -r, 0, -d, d);
}

function draw(stream: Stream, variance: number, divisor: number): Draw {
  const counts = Array.from({ length: MODES }, (_, mode) => (mode < MODES / 2 ? LIGHT : HEAVY) / divisor);
  const ordered = Int32Array.from(counts.flatMap((n, mode) => new Array<number>(n).fill(mode)));
  // Shuffled, so that the first n points are a fair sample.
  const labels = Int32Array.from(stream.fork('order').permutation(ordered.length), (row) => ordered[row]!);
  const points = new Float64Array(2 * labels.length);
  stream.fork('noise').normals(points);
  const means = trueMeans();
  const sigma = Math.sqrt(variance);
  for (let i = 0; i < points.length; i++) {
    points[i] = means[2 * labels[i >> 1]! + (i & 1)]! + sigma * points[i]!;
  }
  return { points, labels };
}

function extremes(points: Float64Array, axis: 0 | 1): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = axis; i < points.length; i += 2) {
    low = Math.min(low, points[i]!);
    high = Math.max(high, points[i]!);
  }
  return [low, high];
}

function scaled(value: number, [low, high]: readonly [number, number]): number {
  return (2 * (value - low)) / (high - low) - 1;
}
