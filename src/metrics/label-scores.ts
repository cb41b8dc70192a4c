/** @file The four label metrics at once, and the published protocol that clusters encoder outputs first. */
import { kmeans } from '../cluster/kmeans.js';
import type { Stream } from '../math/random.js';
import { accFromTable } from './acc.js';
import { ariFromTable } from './ari.js';
import { contingency } from './contingency.js';
import { nmiFromTable } from './nmi.js';
import { purityFromTable } from './purity.js';

/** How well predicted groups agree with the true classes; each is at most 1. */
export interface LabelScores {
  readonly nmi: number;
  readonly ari: number;
  readonly acc: number;
  readonly purity: number;
}

/**
 * NMI, ARI, ACC and purity of one clustering, from one contingency table.
 *
 * @throws MixturaError when the lengths differ or a label is not an integer
 * @example
 * labelScores([0, 0, 1], [1, 1, 0]); // => { nmi: 1, ari: 1, acc: 1, purity: 1 }
 */
export function labelScores(labels: ArrayLike<number>, predicted: ArrayLike<number>): LabelScores {
  const table = contingency(labels, predicted);
  return {
    nmi: nmiFromTable(table),
    ari: ariFromTable(table),
    acc: accFromTable(table),
    purity: purityFromTable(table),
  };
}

/** Features to cluster, and the classes to compare the clusters with. */
export interface KMeansScoresOptions {
  /** n x dim, row-major: encoder outputs of the evaluated data. */
  readonly features: Float32Array | Float64Array;
  /** Features a row. */
  readonly dim: number;
  /** n true classes. */
  readonly labels: ArrayLike<number>;
  /** Components K of the model. */
  readonly components: number;
  /** Source of the k-means starts. */
  readonly stream: Stream;
}

/**
 * The `kmeans-encoder` protocol: k-means with max(K, number of classes present) clusters on the encoder
 * outputs, then {@link labelScores} of its clusters.
 *
 * Source: SLOGAN (Hwang et al. 2022), NMI of "encoder outputs of the test data"; k-means settings: {@link kmeans}.
 *
 * @throws MixturaError when the sizes disagree, a feature is not finite or there are fewer rows than clusters
 */
export function kmeansScores(options: KMeansScoresOptions): LabelScores {
  const { features, dim, labels, components, stream } = options;
  const present = new Set(Array.from(labels)).size;
  const { assignments } = kmeans({ data: features, dim, clusters: Math.max(components, present), stream });
  return labelScores(labels, assignments);
}
