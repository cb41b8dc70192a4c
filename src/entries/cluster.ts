/**
 * k-means, assignment, merging and splitting along the graph of nearest neighbours.
 * @module mixtura/cluster
 */

export { assignByCosine, type CosineAssignmentInput, type SoftAssignment } from '../cluster/assign.js';
export { graphCells, type Partition } from '../cluster/cells.js';
export {
  type CovarianceType,
  fitGaussianMixture,
  type GaussianMixture,
  type GaussianMixtureOptions,
  mixturePosterior,
} from '../cluster/gaussian-mixture.js';
export { groupNumbers, groupOrder } from '../cluster/group-order.js';
export { type Matching, maximumWeightAssignment, minimumCostAssignment } from '../cluster/hungarian.js';
export { type KMeansOptions, kmeans } from '../cluster/kmeans.js';
export type { Clustering } from '../cluster/lloyd.js';
export {
  groupsOfCurve,
  type Merge,
  type MergeCurve,
  mergeCurve,
  partsOf,
} from '../cluster/merge-curve.js';
export { type MergeSplit, type MergeSplitOptions, mergeSplit } from '../cluster/merge-split.js';
export { nearestAmong } from '../cluster/nearest-among.js';
export { type NearestRows, nearestRows } from '../cluster/nearest-rows.js';
export {
  connectedComponents,
  graphOfNearest,
  type NeighbourGraph,
  neighbourGraph,
  normalisedCut,
  type PartLinks,
  partLinks,
} from '../cluster/neighbour-graph.js';
export {
  type EmbeddingOptions,
  type SpectralEmbedding,
  spectralEmbedding,
  unitCoordinates,
} from '../cluster/spectral-embedding.js';
