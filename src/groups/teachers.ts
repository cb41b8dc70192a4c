/** @file The ways in which a structure is divided into a given number of groups, a row each. */
import { type Partition, renumbered } from '../cluster/cells.js';
import { fitGaussianMixture } from '../cluster/gaussian-mixture.js';
import { kmeans } from '../cluster/kmeans.js';
import { groupsOfCurve } from '../cluster/merge-curve.js';
import { mostProbable } from '../cluster/most-probable.js';
import { unitCoordinates } from '../cluster/spectral-embedding.js';
import type { Matrix } from '../math/matrix.js';
import type { Stream } from '../math/random.js';
import type { Structure } from './structure.js';

/** A way to find groups. */
export interface Teacher {
  readonly name: string;
  /** One plain sentence. */
  readonly summary: string;
  /** Divides the rows into `groups` groups, or fewer where there cannot be so many. */
  divide(structure: Structure, groups: number, stream: Stream): Partition;
}

/** The share of the mean variance of a column that is added to the covariances of mixtures. */
const FLOOR = 1e-3;

/** By name. */
export const TEACHERS: readonly Teacher[] = [
  {
    name: 'graph',
    summary: 'cells of the graph of neighbours, the best linked merged until so many are left',
    divide: ({ curve, graph, smallest }, groups) => groupsOfCurve(curve, graph, groups, smallest),
  },
  {
    name: 'spectral',
    summary: 'k-means on the leading eigenvectors of the graph of neighbours',
    divide({ embedding }, groups, stream) {
      const dim = Math.min(groups, embedding.width);
      const clusters = Math.min(groups, embedding.count);
      return renumbered(kmeans({ data: unitCoordinates(embedding, dim), dim, clusters, stream }).assignments);
    },
  },
  {
    name: 'mixture',
    summary: 'a Gaussian mixture with full covariances, started from the groups of the graph',
    divide: ({ rows, curve, graph, smallest }, groups) =>
      mixtureFrom(rows, groupsOfCurve(curve, graph, groups, smallest)),
  },
  {
    name: 'k-means',
    summary: 'k-means, the best of ten starts',
    divide: ({ rows }, groups, stream) => kmeansOf(rows, groups, stream),
  },
  {
    name: 'mixture-k-means',
    summary: 'a Gaussian mixture with full covariances, started from k-means',
    divide: ({ rows }, groups, stream) => mixtureFrom(rows, kmeansOf(rows, groups, stream)),
  },
];

function kmeansOf({ rows, columns, values }: Matrix, groups: number, stream: Stream): Partition {
  const clusters = Math.min(groups, rows);
  return renumbered(kmeans({ data: values, dim: columns, clusters, stream }).assignments);
}

function mixtureFrom(rows: Matrix, { part, parts }: Partition): Partition {
  const options = { floor: FLOOR * meanVariance(rows), maxIterations: 300 };
  const { responsibilities } = fitGaussianMixture(rows, part, parts, options);
  return renumbered(mostProbable(responsibilities, parts));
}

function meanVariance({ rows, columns, values }: Matrix): number {
  let total = 0;
  for (let j = 0; j < columns; j++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < rows; i++) sum += values[i * columns + j]! / rows;
    for (let i = 0; i < rows; i++) squares += (values[i * columns + j]! - sum) ** 2 / rows;
    total += squares / columns;
  }
  return Math.max(total, Number.MIN_VALUE);
}
