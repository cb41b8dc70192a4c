/** @file The public surface: grouped re-exports, nothing else. Each name is documented where it is defined. */

// graph: expressions, their derivatives, and what they are lowered to

export { countFlops } from './graph/cost/flops.js';
export { evaluate } from './graph/evaluate.js';
export { grad } from './graph/grad.js';
export { type LowerOptions, lower, type OnnxModel } from './graph/onnx/lower.js';
export { print } from './graph/passes/print.js';
export {
  type ConvOptions,
  concat,
  constant,
  type Dim,
  type DType,
  full,
  identity,
  input,
  type Shape,
  scalar,
  Tensor,
} from './graph/tensor.js';

// engine: what runs them

export { DEVICES, type DeviceName, deviceProblem, requireDevice } from './engine/devices.js';
export type {
  Engine,
  Feeds,
  GroupState,
  OptimizerUpdate,
  ProgramSpec,
  RunResult,
  StateTensor,
  TensorGroup,
} from './engine/engine.js';
export { OrtEngine, type OrtOptions } from './engine/ort/engine.js';
export { ReferenceEngine } from './engine/reference.js';

// nn, nets: layers, losses, and the networks made of them

export type { Backbone, DataShape } from './nets/backbone.js';
export { backbone, NETWORKS } from './nets/index.js';
export { batchNorm } from './nn/batch-norm.js';
export { gaussian, glorotUniform, heUniform, type Initializer, ones, zeros } from './nn/initializers.js';
export {
  activation,
  type ConvLayerOptions,
  conv,
  convTranspose,
  type DenseOptions,
  dense,
  type ForwardContext,
  flatten,
  type Layer,
  leakyRelu,
  relu,
  sigmoid,
  tanh,
  unflatten,
} from './nn/layer.js';
export {
  type AdversarialLoss,
  adversarialLosses,
  crossEntropy,
  meanSquaredError,
  unitRows,
} from './nn/losses.js';
export { Network } from './nn/network.js';
export { type Parameter, parameter, parameterCount } from './nn/parameter.js';
export { interpolate, type Penalty, type PenaltyBatch, penalties } from './nn/penalties.js';
export { spectralProjection } from './nn/spectral.js';

// prior: latent distributions, and the random streams that they are drawn from

export { Stream } from './math/random.js';
export { type CategoricalOptions, CategoricalPrior } from './prior/categorical.js';
export { type EigenRange, type MixtureOptions, MixturePrior, type MixtureUpdate } from './prior/mixture.js';
export { NormalPrior } from './prior/normal.js';
export type { LatentBatch, LatentPrior, PriorState, StateArray } from './prior/prior.js';
export type { SteinBatch, SteinGradients } from './prior/stein.js';

// method: what is trained

export { z } from 'zod';
export type { GeneratedBatch, GeneratorTerm } from './method/generator-term.js';
export {
  adam,
  type CriticPhaseOptions,
  criticPhase,
  generatorLoss,
  harnessSettings,
  linearDecay,
  projectionPhases,
} from './method/harness.js';
export { methodNamed, methodNames, registerMethod } from './method/index.js';
export type { Intervention, InterventionTools, RowTool } from './method/intervention.js';
export {
  type AnyModel,
  type BuildContext,
  defineMethod,
  type Inference as InferenceGraphs,
  type LearnedPrior,
  type MethodDefinition,
  type Model,
  type Rejection,
  type SupervisedMethod,
  type UnsupervisedMethod,
} from './method/method.js';
export { type MixtureConstants, mixtureConstants } from './method/mixture-constants.js';
export {
  type Descent,
  type NoiseKind,
  type Optimizer,
  type OwnStep,
  type PhaseBody,
  type PhaseBuilder,
  type PhaseOptions,
  phase,
} from './method/phase.js';
export { buildSlogan, slogan } from './method/slogan.js';
export { type SloganSettings, sloganSettings } from './method/slogan-settings.js';
export type { LabelledStep, Phase, PhaseStep, StepContext } from './method/step.js';
export {
  gumbelSoftmax,
  logJoint,
  marginConstants,
  type U2CInputs,
  u2c,
} from './method/u2c.js';

// train: runs, from a request to a trained model

export { type BenchOptions, type BenchResult, bench } from './bench/bench.js';
export { type Preset, presets } from './config/presets.js';
export type { RunRequest } from './config/resolve.js';
export type { ResolvedRun } from './config/schema.js';
export {
  type EvaluateOptions,
  type Evaluation,
  evaluate as evaluateModel,
  type FoundGroup,
} from './evaluate/labels.js';
export { type Aggregate, aggregate, type Comparison, compareGroups } from './run/compare.js';
export { type MetricsLine, RunFolder } from './run/folder.js';
export { type PreparedRun, prepareRun } from './run/prepare.js';
export { type RunEvent, type RunOptions, type RunOutcome, runTraining } from './run/recorder.js';
export { type EvaluateRunOptions, evaluateRun, type RunScores } from './run/score.js';
export { type TrainedRun, withTrained } from './run/trained.js';
export { type ExportedFile, exportRun } from './run/use/export.js';
export { Inference } from './train/inference.js';
export { Session, type SessionOptions } from './train/session.js';
export { type StepEvent, type TrainOptions, train } from './train/trainer.js';

// features: networks that turn samples into features, and classifiers

export {
  type CachedFeatureOptions,
  cachedFeatures,
  cachedProbabilities,
  cachedStatistics,
} from './features/cache.js';
export {
  FEATURE_NETWORKS,
  type FeatureNetwork,
  type FeatureOptions,
  type FeatureProgress,
  type OpenNetworkOptions,
  openFeatureNetwork,
} from './features/feature-network.js';
export {
  type FittingCapacity,
  type FittingCapacityOptions,
  fittingCapacity,
  type GeneratedSamples,
} from './features/fitting-capacity.js';
export { formatConvention, type InputConvention, parseConvention } from './features/input-convention.js';
export type { SampleSource } from './features/sample-source.js';
export {
  type FeatureTraining,
  type FeatureTrainingResult,
  trainFeatureNetwork,
} from './features/train-network.js';

// data: named sets and files, unequal selections of them, batches

export { type BatchSchedule, batchSchedule } from './data/batches.js';
export {
  type ArraySource,
  arrayDataset,
  type Dataset,
  type MixtureTruth,
  type Samples,
  withoutLabels,
} from './data/dataset.js';
export {
  type CacheContent,
  type CachedDataset,
  CacheWriter,
  openCacheFile,
} from './data/images/cache-file.js';
export { type ImageFolderOptions, type ImageOptions, imageFolder } from './data/images/folder.js';
export { type Selection, select } from './data/select.js';
export { CATALOGUE, type CatalogueEntry } from './data/sets/catalogue.js';
export { DATASET_NAMES, type OpenOptions, openDataset } from './data/sets/open.js';

// metrics

export type { Matrix } from './math/matrix.js';
export { cohensD, type MeanDeviation, meanDeviation, type RankSum, rankSum } from './math/statistics.js';
export { acc } from './metrics/acc.js';
export { ari } from './metrics/ari.js';
export { type DensityCoverage, densityCoverage } from './metrics/density-coverage.js';
export {
  type AverageEntropy,
  averageEntropy,
  type CodeCounts,
  codeCounts,
  type SizeRmseInput,
  sizeRmse,
} from './metrics/entropy-rmse.js';
export {
  frechetDistance,
  type GaussianStatistics,
  gaussianStatistics,
  singularNotice,
} from './metrics/frechet.js';
export { type GroupSizes, type GroupSizesInput, groupSizes } from './metrics/group-sizes.js';
export { type Icfid, type IcfidMatch, icfid, matchClasses } from './metrics/icfid.js';
export { type InceptionScore, inceptionScore } from './metrics/inception-score.js';
export { type KernelDistance, type KernelDistanceOptions, kernelDistance } from './metrics/kid.js';
export {
  type KMeansScoresOptions,
  kmeansScores,
  type LabelScores,
  labelScores,
} from './metrics/label-scores.js';
export { describeMetric } from './metrics/metric.js';
export { type ModeScores, type ModeScoresInput, modeScores } from './metrics/modes.js';
export { nmi } from './metrics/nmi.js';
export { type PrecisionRecall, precisionRecall } from './metrics/precision-recall.js';
export { type PublishedCell, publishedCell, publishedCells } from './metrics/published.js';
export { purity } from './metrics/purity.js';
export {
  type GroupQuality,
  type QualityDiversity,
  type QualityDiversityInput,
  qualityDiversity,
} from './metrics/quality-diversity.js';

// cluster

export { assignByCosine, type CosineAssignmentInput, type SoftAssignment } from './cluster/assign.js';
export { type Assignment, maximumWeightAssignment, minimumCostAssignment } from './cluster/hungarian.js';
export { type KMeansOptions, kmeans } from './cluster/kmeans.js';
export type { Clustering } from './cluster/lloyd.js';
export { type MergeSplit, type MergeSplitOptions, mergeSplit } from './cluster/merge-split.js';
export { type NeighbourGraph, neighbourGraph, normalisedCut, partLinks } from './cluster/neighbour-graph.js';

// report

export { renderReport } from './report/report.js';
export type { ReportData } from './report/report-data.js';
export { type RunReport, writeReport, writeSheet } from './report/run-report.js';

// errors, version

export { ExitCode, MixturaError } from './errors.js';
export { VERSION } from './version.js';
