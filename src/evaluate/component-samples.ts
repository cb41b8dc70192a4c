/** @file A classifier's answers to generated samples: how sure and how varied they are, and which component is which class. */
import type { Dataset } from '../data/dataset.js';
import { cachedProbabilities } from '../features/cache.js';
import type { FeatureNetwork } from '../features/feature-network.js';
import type { Matrix } from '../math/matrix.js';
import { averageEntropy, codeCounts, sizeRmse } from '../metrics/entropy-rmse.js';
import { inceptionScore } from '../metrics/inception-score.js';
import type { MetricKind } from '../metrics/metric.js';
import { nmi } from '../metrics/nmi.js';
import { qualityDiversity } from '../metrics/quality-diversity.js';
import { type GeneratedFeatures, realRows, type SampleFeatures } from './generated.js';
import type { OnFraction } from './progress.js';

/** Samples of each component whose classes are counted (Elastic-InfoGAN's protocol). */
export const COMPONENT_SAMPLES = 1000;
/** Parts of the inception score. */
const SCORE_PARTS = 10;

/** Metrics of a classifier's answers to samples of the whole mixture; none where the network is no classifier. */
export function classifierValues({
  features,
  probabilities,
  components,
}: SampleFeatures): Partial<Record<MetricKind, number>> {
  if (!probabilities) return {};
  const { quality, diversity } = qualityDiversity({ probabilities, features, components });
  return {
    is: inceptionScore(probabilities, Math.min(SCORE_PARTS, probabilities.rows)).mean,
    quality,
    ...(diversity !== undefined && { diversity }),
  };
}

/** What {@link componentValues} needs. */
export interface ComponentOptions {
  readonly dataset: Dataset;
  readonly network: FeatureNetwork;
  readonly generated: GeneratedFeatures;
  /** Learned sizes of the components. */
  readonly mixing: Float64Array;
  /** True sizes of the classes. */
  readonly trueSizes: Float64Array;
  /** Most real samples by which the classifier's classes are recognised. */
  readonly samples: number;
}

/**
 * NMI, ENT and RMSE of components and the classes that the classifier takes 1,000 generated samples of each for.
 *
 * The classifier's own classes may be others than those of the data (a choice of them, or merged ones): each stands for
 * the class of the data that most of the real samples in it have. Source: Elastic-InfoGAN's evaluation.
 */
export async function componentValues(
  options: ComponentOptions,
  onFraction?: OnFraction,
): Promise<Partial<Record<MetricKind, number>>> {
  const { dataset, network, generated, mixing, trueSizes, samples } = options;
  if (!dataset.labels || !network.probabilities || mixing.length < 2) return {};
  const rows = realRows(dataset, samples);
  const real = await cachedProbabilities(network, dataset, { rows });
  const labels = rows ? Int32Array.from(rows, (row) => dataset.labels![row]!) : dataset.labels;
  const meaning = meaningOfClasses(real, labels, trueSizes.length);
  const components = new Int32Array(mixing.length * COMPONENT_SAMPLES);
  const classes = new Int32Array(components.length);
  for (let c = 0; c < mixing.length; c++) {
    const { probabilities } = await generated.component(c, COMPONENT_SAMPLES, true);
    components.fill(c, c * COMPONENT_SAMPLES, (c + 1) * COMPONENT_SAMPLES);
    classes.set(recognised(probabilities!, meaning, trueSizes.length), c * COMPONENT_SAMPLES);
    onFraction?.((c + 1) / mixing.length);
  }
  const table = codeCounts(components, classes, mixing.length, trueSizes.length);
  return {
    nmi: nmi(components, classes),
    ent: averageEntropy(table).entropy,
    rmse: sizeRmse({ mixing, trueSizes, table }),
  };
}

/** The class of the data that each class of a classifier stands for: that of most samples in it; -1 without samples. */
export function meaningOfClasses(
  probabilities: Matrix,
  labels: ArrayLike<number>,
  classes: number,
): Int32Array {
  const { rows, columns, values } = probabilities;
  const counts = new Float64Array(columns * classes);
  for (let i = 0; i < rows; i++) {
    const own = values.subarray(i * columns, (i + 1) * columns);
    counts[largest(own) * classes + labels[i]!]! += 1;
  }
  return Int32Array.from({ length: columns }, (_, k) => {
    const own = counts.subarray(k * classes, (k + 1) * classes);
    const most = largest(own);
    return own[most]! > 0 ? most : -1;
  });
}

/** The class of the data with the largest total probability, for every row. */
export function recognised(probabilities: Matrix, meaning: Int32Array, classes: number): Int32Array {
  const { rows, columns, values } = probabilities;
  const totals = new Float64Array(classes);
  return Int32Array.from({ length: rows }, (_, i) => {
    totals.fill(0);
    for (let k = 0; k < columns; k++) {
      const y = meaning[k]!;
      if (y >= 0) totals[y]! += values[i * columns + k]!;
    }
    return largest(totals);
  });
}

/** Index of the largest number, the first of equals. */
function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}
