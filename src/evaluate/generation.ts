/** @file How well a model's new samples agree with real data: distances, coverage, and what a classifier makes of them. */
import { classCounts, type Dataset } from '../data/dataset.js';
import { cachedFeatures } from '../features/cache.js';
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
import { type MetricKind, metricName, RAW, type Split } from '../metrics/metric.js';
import { precisionRecall } from '../metrics/precision-recall.js';
import type { Inference } from '../train/inference.js';
import { answerScores, CODE_SAMPLES, codeScores } from './component-samples.js';
import { classRows, type GeneratedFeatures, realRows } from './generated.js';
import type { ProgressMeter, Stage } from './progress.js';

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
  readonly meter: ProgressMeter;
}

/** Metrics under their full names, and what a reader should know of them. */
export interface GenerationScores {
  readonly metrics: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** Some scores, the number of samples that their names tell, and what should be known of them. */
interface Part {
  readonly scores: Partial<Record<MetricKind, number>>;
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
  const { dataset, split, network, samples, meter } = options;
  const n = Math.min(samples, dataset.count);
  const parts: Part[] = [await wholeScores(options, n)];
  meter.begin(stage('classes', split));
  const byClass = await classScores(options);
  if (byClass) parts.push(byClass);
  meter.begin(stage('codes', split));
  parts.push(await codePart(options, n));
  const fewer = `The ${WORDS[split]} data have ${n} samples, so ${n} are compared instead of ${samples}.`;
  const notes = [...(n < samples ? [fewer] : []), ...parts.flatMap((part) => part.notes)];
  return {
    metrics: Object.fromEntries(
      parts.flatMap(({ scores, count }) =>
        (Object.entries(scores) as [MetricKind, number][]).map(([metric, value]) => [
          metricName({ metric, count, protocol: network.name, split }),
          value,
        ]),
      ),
    ),
    notes: notes.filter((note) => note !== undefined),
  };
}

const WORDS: Readonly<Record<Split, string>> = { train: 'training', test: 'held-out' };

const STAGES = {
  real: 'features of real data',
  generated: 'features of generated samples',
  distances: 'distances',
  classes: 'distances of classes and components',
  codes: 'classes of generated samples',
} as const;

function stage(name: keyof typeof STAGES, split: Split): string {
  return `${STAGES[name]} (${split})`;
}

/** What {@link generationScores} will do, for the estimate of the time. */
export function generationStages(
  split: Split,
  count: number,
  samples: number,
  { columns }: FeatureNetwork,
): Stage[] {
  const n = Math.min(samples, count);
  return [
    { name: stage('real', split), cost: 2e-4 * n },
    { name: stage('generated', split), cost: 6e-4 * n },
    { name: stage('distances', split), cost: 1e-9 * (columns + 20) * (5 * n * n + 30 * columns ** 2) },
    { name: stage('classes', split), cost: 8e-4 * n },
    { name: stage('codes', split), cost: 8e-4 * n },
  ];
}

/** Scores of n samples of the whole mixture against n of the data. */
async function wholeScores(options: GenerationOptions, n: number): Promise<Part> {
  const { dataset, split, network, generated, meter } = options;
  meter.begin(stage('real', split));
  const real = await realFeatures(network, dataset, realRows(dataset, n), meter);
  meter.begin(stage('generated', split));
  const fake = await generated.mixture(n, (share) => meter.part(share));
  meter.begin(stage('distances', split));
  const statistics = gaussianStatistics(real);
  const fd = frechetDistance(statistics, gaussianStatistics(fake.features));
  return {
    scores: { fd, ...neighbourScores(real, fake.features, meter), ...answerScores(fake) },
    count: n,
    notes: [singularNotice(statistics, `${WORDS[split]} data's ${network.name}`)],
  };
}

function neighbourScores(real: Matrix, fake: Matrix, meter: ProgressMeter): Part['scores'] {
  meter.part(0.2);
  const kid = kernelDistance(real, fake).mean;
  meter.part(0.5);
  const neighbours = real.rows > PRECISION_NEIGHBOURS && precisionRecall(real, fake, PRECISION_NEIGHBOURS);
  meter.part(0.8);
  const density = real.rows > DENSITY_NEIGHBOURS && densityCoverage(real, fake, DENSITY_NEIGHBOURS);
  return { kid, ...neighbours, ...density };
}

/** ICFID, where there are as many components as classes; equal numbers of every class and component. */
async function classScores(options: GenerationOptions): Promise<Part | undefined> {
  const { inference, dataset, split, network, generated, samples, meter } = options;
  const { components } = inference.session.model.prior;
  const sizes = classCounts(dataset);
  const classes = [...(sizes ?? []).keys()].filter((y) => sizes![y]! > 0);
  if (components < 2 || classes.length !== components) return undefined;
  const smallest = Math.min(...classes.map((y) => sizes![y]!));
  const count = Math.min(Math.floor(samples / components), smallest);
  if (count < LEAST_SAMPLES) return undefined;
  const real: GaussianStatistics[] = [];
  const fake: GaussianStatistics[] = [];
  for (const [c, y] of classes.entries()) {
    real.push(gaussianStatistics(await realFeatures(network, dataset, classRows(dataset, y, count))));
    fake.push(gaussianStatistics((await generated.component(c, count)).features));
    meter.part((c + 1) / (2 * components));
  }
  const { greedy, optimal } = icfid(real, fake, (done, total) => meter.part(0.5 + done / (2 * total)));
  return {
    scores: { icfid: greedy, 'optimal-icfid': optimal },
    count,
    notes: [singularNotice(real[0]!, `${WORDS[split]} data's ${network.name} (by class)`)],
  };
}

/** Which classes the components' samples are taken for, where the network is a classifier. */
async function codePart(options: GenerationOptions, n: number): Promise<Part> {
  const { inference, dataset, network, generated, trueSizes, meter } = options;
  const { mixing } = inference.session.model.prior;
  const scores =
    trueSizes &&
    (await codeScores({ dataset, network, generated, mixing, trueSizes, samples: n }, (share) =>
      meter.part(share),
    ));
  return { scores: scores ?? {}, count: CODE_SAMPLES, notes: [] };
}

/** Features of real data, computed once for all runs; the data's own values are in the data already. */
function realFeatures(
  network: FeatureNetwork,
  dataset: Dataset,
  rows: Uint32Array | undefined,
  meter?: ProgressMeter,
): Promise<Matrix> {
  return cachedFeatures(network, dataset, {
    rows,
    ...(network.name === RAW && { folder: false }),
    progress: ({ done, total }) => meter?.part(done / total),
  });
}
