/**
 * Scores of labels and of features, tests between runs, and the values of the papers.
 * @module mixtura/metrics
 */

export type { Matrix } from '../math/matrix.js';
export { cohensD, type MeanDeviation, meanDeviation, type RankSum, rankSum } from '../math/statistics.js';
export { acc } from '../metrics/acc.js';
export { ari } from '../metrics/ari.js';
export { type DensityCoverage, densityCoverage } from '../metrics/density-coverage.js';
export {
  type AverageEntropy,
  averageEntropy,
  type CodeCounts,
  codeCounts,
  type SizeRmseInput,
  sizeRmse,
} from '../metrics/entropy-rmse.js';
export {
  frechetDistance,
  type GaussianStatistics,
  gaussianStatistics,
  singularNotice,
} from '../metrics/frechet.js';
export { type GroupSize, type GroupSizes, type GroupSizesInput, groupSizes } from '../metrics/group-sizes.js';
export { type Icfid, type IcfidMatch, icfid, matchClasses } from '../metrics/icfid.js';
export { type InceptionScore, inceptionScore } from '../metrics/inception-score.js';
export { type KernelDistance, type KernelDistanceOptions, kernelDistance } from '../metrics/kid.js';
export {
  type KMeansScoresOptions,
  kmeansScores,
  type LabelScores,
  labelScores,
} from '../metrics/label-scores.js';
export {
  describeMetric,
  type MetricKind,
  type MetricParts,
  metricName,
  namedScores,
  type Protocol,
  parseMetricName,
  protocols,
  RAW,
  type Score,
  type Split,
  splits,
} from '../metrics/metric.js';
export { explainMetric } from '../metrics/metric-explanations.js';
export { type MetricRow, metrics } from '../metrics/metric-table.js';
export { type ModeScores, type ModeScoresInput, modeScores } from '../metrics/modes.js';
export { nmi } from '../metrics/nmi.js';
export { type PrecisionRecall, precisionRecall } from '../metrics/precision-recall.js';
export {
  type PublishedCell,
  type PublishedMetric,
  type PublishedQuery,
  publishedCell,
  publishedCells,
} from '../metrics/published.js';
export { purity } from '../metrics/purity.js';
export {
  type GroupQuality,
  type QualityDiversity,
  type QualityDiversityInput,
  qualityDiversity,
} from '../metrics/quality-diversity.js';
export { auc } from '../metrics/two-sample/auc.js';
export { TWO_SAMPLE_ROWS, type TwoSampleOptions, twoSampleAuc } from '../metrics/two-sample/two-sample.js';
