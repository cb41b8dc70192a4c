/** @file How well a model's new samples agree with real data: distances, coverage, and what a classifier makes of them. */
import { classCounts, type Dataset } from '../data/dataset.js';
import { cachedFeatures, cachedStatistics } from '../features/cache.js';
import type { FeatureNetwork } from '../features/feature-network.js';
import type { Matrix } from '../math/matrix.js';
import { densityCoverage } from '../metrics/density-coverage.js';
import {
  frechetDistance,
  type GaussianStatistics,
  gaussianStatistics,
  singularNotice,
} from '../metrics/frechet.js';
import { icfid } from '../metrics/icfid.js';
import { kernelDistance } from '../metrics/kid.js';
import { type MetricKind, RAW, type Score, type Split, scoresOf } from '../metrics/metric.js';
import { precisionRecall } from '../metrics/precision-recall.js';
import type { Inference } from '../train/inference.js';
import { COMPONENT_SAMPLES, classifierValues, componentValues } from './component-samples.js';
import { classRows, type GeneratedFeatures, realRows } from './generated.js';
import type { OnFraction, ProgressMeter } from './progress.js';

/** What {@link generationScores} compares. */
export interface GenerationOptions {
  readonly inference: Inference;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly network: FeatureNetwork;
  /** New samples as the network sees them. */
  readonly generated: GeneratedFeatures;
  /** Samples of either side; fewer where the data have no more. */
  readonly samples: number;
  /** Sizes of the classes in the training data, if they are known. */
  readonly trueSizes?: Float64Array | undefined;
  /** What reports the progress of each stage: {@link generationStages}. */
  readonly stages: GenerationStages;
}

/** Scores of new samples, and what a reader should know of them. */
export interface GenerationScores {
  readonly scores: readonly Score[];
  readonly notes: readonly string[];
}

/** Values of some metrics, the number of samples that they are of, and what should be known of them. */
interface Part {
  readonly values: Partial<Record<MetricKind, number>>;
  readonly count: number;
  readonly notes: readonly (string | undefined)[];
}

/** Neighbours whose distance is a radius: improved precision and recall, and density and coverage, as published. */
const PRECISION_NEIGHBOURS = 3;
const DENSITY_NEIGHBOURS = 5;
/** Fewer rows have no covariance. */
export const LEAST_SAMPLES = 2;

/**
 * Scores new samples against real ones: Frechet and kernel distance, precision and recall, density and coverage; per
 * class where there are as many components as classes; and by the classifier, where the network is one.
 *
 * Real and generated samples are equal in number. All draws are seeded, and no score depends on a batch size.
 *
 * @throws a MixturaError where the network cannot read the data, or a generated value is not finite
 */
export async function generationScores(options: GenerationOptions): Promise<GenerationScores> {
  const { dataset, split, network, samples, stages } = options;
  const n = Math.min(samples, dataset.count);
  const parts: Part[] = [await wholeScores(options, n)];
  stages.classes(0);
  const byClass = await classScores(options);
  if (byClass) parts.push(byClass);
  stages.components(0);
  parts.push(await componentScores(options, n));
  const fewer = `The ${WORDS[split]} data have ${n} samples, so ${n} are compared instead of ${samples}.`;
  const notes = [...(n < samples ? [fewer] : []), ...parts.flatMap((part) => part.notes)];
  return {
    scores: parts.flatMap(({ values, count }) => scoresOf(values, { count, protocol: network.name, split })),
    notes: notes.filter((note) => note !== undefined),
  };
}

const WORDS: Readonly<Record<Split, string>> = { train: 'training', test: 'held-out' };

/** Functions that report the progress of the stages of {@link generationScores}. */
export type GenerationStages = Readonly<
  Record<'real' | 'generated' | 'distances' | 'classes' | 'components', OnFraction>
>;

/** Plans the stages of {@link generationScores}. */
export function generationStages(
  meter: ProgressMeter,
  split: Split,
  count: number,
  samples: number,
  { columns }: FeatureNetwork,
): GenerationStages {
  const n = Math.min(samples, count);
  const distances = 1e-9 * (columns + 20) * (5 * n * n + 30 * columns ** 2);
  return {
    real: meter.plan(`features of real data (${split})`, 2e-4 * n),
    generated: meter.plan(`features of generated samples (${split})`, 6e-4 * n),
    distances: meter.plan(`distances (${split})`, distances),
    classes: meter.plan(`distances of classes and components (${split})`, 8e-4 * n),
    components: meter.plan(`classes of generated samples (${split})`, 8e-4 * n),
  };
}

/** Scores of n samples of the whole mixture against n of the data. */
async function wholeScores(options: GenerationOptions, n: number): Promise<Part> {
  const { dataset, split, network, generated, stages } = options;
  const rows = realRows(dataset, n);
  stages.real(0);
  const real = await realFeatures(network, dataset, rows, stages.real);
  stages.generated(0);
  const fake = await generated.mixture(n, stages.generated);
  stages.distances(0);
  const statistics = await realStatistics(network, dataset, rows);
  const fd = frechetDistance(statistics, gaussianStatistics(fake.features));
  return {
    values: { fd, ...neighbourValues(real, fake.features, stages.distances), ...classifierValues(fake) },
    count: n,
    notes: [singularNotice(statistics, `${WORDS[split]} data's ${network.name}`)],
  };
}

function neighbourValues(real: Matrix, fake: Matrix, onFraction: OnFraction): Part['values'] {
  onFraction(0.2);
  const kid = kernelDistance(real, fake).mean;
  onFraction(0.5);
  const neighbours = real.rows > PRECISION_NEIGHBOURS && precisionRecall(real, fake, PRECISION_NEIGHBOURS);
  onFraction(0.8);
  const density = real.rows > DENSITY_NEIGHBOURS && densityCoverage(real, fake, DENSITY_NEIGHBOURS);
  return { kid, ...neighbours, ...density };
}

/** ICFID, where there are as many components as classes; equal numbers of every class and component. */
async function classScores(options: GenerationOptions): Promise<Part | undefined> {
  const { inference, dataset, split, network, generated, samples, stages } = options;
  const { components } = inference.prior;
  const sizes = classCounts(dataset);
  const classes = [...(sizes ?? []).keys()].filter((y) => sizes![y]! > 0);
  if (components < 2 || classes.length !== components) return undefined;
  const smallest = Math.min(...classes.map((y) => sizes![y]!));
  const count = Math.min(Math.floor(samples / components), smallest);
  if (count < LEAST_SAMPLES) return undefined;
  const real: GaussianStatistics[] = [];
  const fake: GaussianStatistics[] = [];
  for (const [c, y] of classes.entries()) {
    real.push(await realStatistics(network, dataset, classRows(dataset, y, count)));
    fake.push(gaussianStatistics((await generated.component(c, count)).features));
    stages.classes((c + 1) / (2 * components));
  }
  const { greedy, optimal } = icfid(real, fake, (done, total) => stages.classes(0.5 + done / (2 * total)));
  return {
    values: { icfid: greedy, 'optimal-icfid': optimal },
    count,
    notes: [singularNotice(real[0]!, `${WORDS[split]} data's ${network.name} (by class)`)],
  };
}

/** Which classes the components' samples are taken for, where the network is a classifier. */
async function componentScores(options: GenerationOptions, n: number): Promise<Part> {
  const { inference, dataset, network, generated, trueSizes, stages } = options;
  const { mixing } = inference.prior;
  const request = trueSizes && { dataset, network, generated, mixing, trueSizes, samples: n };
  const values = request ? await componentValues(request, stages.components) : {};
  return { values, count: COMPONENT_SAMPLES, notes: [] };
}

/** Features of real data, computed once for all runs. */
function realFeatures(
  network: FeatureNetwork,
  dataset: Dataset,
  rows: Uint32Array | undefined,
  onFraction: OnFraction,
): Promise<Matrix> {
  return cachedFeatures(network, dataset, {
    rows,
    ...cacheOf(network),
    progress: ({ done, total }) => onFraction(done / total),
  });
}

/** Mean and covariance of the features of real data, computed once for all runs. */
function realStatistics(
  network: FeatureNetwork,
  dataset: Dataset,
  rows: Uint32Array | undefined,
): Promise<GaussianStatistics> {
  return cachedStatistics(network, dataset, { rows, ...cacheOf(network) });
}

/** The data's own values are in the data already, so they are not kept. */
function cacheOf({ name }: FeatureNetwork): { readonly folder?: false } {
  return name === RAW ? { folder: false } : {};
}
