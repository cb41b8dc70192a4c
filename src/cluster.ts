/**
 * k-means, assignment, merging and splitting along the graph of nearest neighbours.
 * @module mixtura/cluster
 */

export { assignByCosine, type CosineAssignmentInput, type SoftAssignment } from './cluster/assign.js';
export { groupNumbers, groupOrder } from './cluster/group-order.js';
export { type Matching, maximumWeightAssignment, minimumCostAssignment } from './cluster/hungarian.js';
export { type KMeansOptions, kmeans } from './cluster/kmeans.js';
export type { Clustering } from './cluster/lloyd.js';
export { type MergeSplit, type MergeSplitOptions, mergeSplit } from './cluster/merge-split.js';
export {
  type NeighbourGraph,
  neighbourGraph,
  normalisedCut,
  type PartLinks,
  partLinks,
} from './cluster/neighbour-graph.js';
