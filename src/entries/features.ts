/**
 * Networks that turn samples into features, their training, and fitting capacity.
 * @module mixtura/features
 */

export {
  type CachedFeatureOptions,
  cachedFeatures,
  cachedProbabilities,
  cachedStatistics,
} from '../features/cache.js';
export type { ClassifierProgress } from '../features/classifier.js';
export type { EncodedOptions } from '../features/encoder/encoded-parts.js';
export { type Encoder, type OpenEncoderOptions, openEncoder } from '../features/encoder/encoder.js';
export {
  FEATURE_NETWORKS,
  type FeatureNetwork,
  type OpenNetworkOptions,
  openFeatureNetwork,
} from '../features/feature-network.js';
export type { FeatureOptions, FeatureProgress } from '../features/feature-options.js';
export {
  type FittingCapacity,
  type FittingCapacityOptions,
  fittingCapacity,
  type GeneratedSamples,
} from '../features/fitting-capacity.js';
export { formatConvention, type InputConvention, parseConvention } from '../features/input-convention.js';
export type { SampleSource } from '../features/sample-source.js';
export {
  type FeatureTraining,
  type FeatureTrainingResult,
  trainFeatureNetwork,
} from '../features/train-network.js';
export { encodedDataset } from '../views/encoded.js';
