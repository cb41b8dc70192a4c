/** @file The ways in which a structure is divided into a given number of groups, a row each. */
import { type Partition, renumbered } from '../cluster/cells.js';
import { fitGaussianMixture } from '../cluster/gaussian-mixture.js';
import { kmeans } from '../cluster/kmeans.js';
import { groupsOfCurve } from '../cluster/merge-curve.js';
import { mostProbable } from '../cluster/most-probable.js';
import { normalisedCut, partLinks } from '../cluster/neighbour-graph.js';
import { unitCoordinates } from '../cluster/spectral-embedding.js';
import type { Matrix } from '../math/matrix.js';
import type { Stream } from '../math/random.js';
import type { Structure } from './structure.js';

/** A way to find groups. */
export interface Teacher {
  readonly name: string;
  /** One plain sentence. */
  readonly summary: string;
  /** Whether it takes much longer than the others: it is then tried in the best views only. */
  readonly costly?: boolean;
  /** What is taken off its score, where it gives groups that come back even if there are none (default 0). */
  readonly doubt?: number;
  /** Whether its groups may overlap, so that rows of two of them may be neighbours. */
  readonly overlaps?: boolean;
  /** Divides the rows into `groups` groups, or fewer where there cannot be so many. */
  divide(structure: Structure, groups: number, stream: Stream): Partition;
}

/** Steps of EM at most. */
const MOST_ITERATIONS = 100;

/** By name; of equally good ones the first is taken. */
export const TEACHERS: readonly Teacher[] = [
  {
    name: 'spectral',
    summary: 'k-means on the leading eigenvectors of the graph of neighbours',
    divide: spectralGroups,
  },
  {
    name: 'graph',
    summary: 'cells of the graph of neighbours, the best linked merged until so many are left',
    divide: graphGroups,
  },
  {
    name: 'mixture',
    summary:
      'a Gaussian mixture with full covariances, started from the groups of the graph and from the spectral ones; the likelier one',
    costly: true,
    overlaps: true,
    divide(structure, groups, stream) {
      const starts = [graphGroups(structure, groups), spectralGroups(structure, groups, stream)];
      const [first, second] = starts.map((start) => mixtureFrom(structure, start));
      return second!.logLikelihood > first!.logLikelihood ? second! : first!;
    },
  },
  {
    name: 'k-means',
    summary: 'k-means, the best of ten starts',
    // It cuts a cloud without groups into cells of equal size, the same ones each time.
    doubt: 0.05,
    divide: ({ rows }, groups, stream) => kmeansGroups(rows, groups, stream),
  },
];

/** The groups of the graph: of several draws of cells those with the least normalised cut. */
export function graphGroups({ cuts, graph, smallest }: Structure, groups: number): Partition {
  const found = cuts.map((curve) => {
    const { part, parts } = groupsOfCurve(curve, graph, groups, smallest);
    return { part, parts, cut: normalisedCut(partLinks(graph, part, parts)) };
  });
  return found.reduce((best, other) => (other.cut < best.cut ? other : best));
}

function spectralGroups({ embedding }: Structure, groups: number, stream: Stream): Partition {
  const dim = Math.min(groups, embedding.width);
  const clusters = Math.min(groups, embedding.count);
  return renumbered(kmeans({ data: unitCoordinates(embedding, dim), dim, clusters, stream }).assignments);
}

function kmeansGroups({ rows, columns, values }: Matrix, groups: number, stream: Stream): Partition {
  const clusters = Math.min(groups, rows);
  return renumbered(kmeans({ data: values, dim: columns, clusters, stream }).assignments);
}

function mixtureFrom({ rows, floor }: Structure, { part, parts }: Partition) {
  const fitted = fitGaussianMixture(rows, part, parts, { floor, maxIterations: MOST_ITERATIONS });
  return {
    ...renumbered(mostProbable(fitted.responsibilities, parts)),
    logLikelihood: fitted.logLikelihood,
  };
}
