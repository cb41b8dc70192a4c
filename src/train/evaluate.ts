/** @file How well the groups that were found agree with labels or known modes; the only place that reads labels. */
import type { Dataset } from '../data/dataset.js';
import { groupSizes } from '../metrics/group-sizes.js';
import { kmeansScores, labelScores } from '../metrics/label-scores.js';
import { metricName, nameScores, type Protocol, type Split } from '../metrics/metric.js';
import { modeScores } from '../metrics/modes.js';
import { type Inference, mostProbable } from './inference.js';

/** A learned group beside the true one that it was matched to, if truth is known. */
export interface FoundGroup {
  readonly component: number;
  /** Learned mixing coefficient. */
  readonly size: number;
  /** Share of the matched class in all of the data; 0 for a component that is left over. */
  readonly trueSize?: number;
  readonly trueName?: string;
}

/** Headline figures; a figure that cannot be known is absent. */
export interface Summary {
  nmi?: number;
  ari?: number;
  acc?: number;
  purity?: number;
  sizeError?: number;
  modes?: number;
}

/** How good a model is, as far as the data can tell. */
export interface Evaluation {
  readonly summary: Summary;
  /** Every metric under the name that carries its protocol. */
  readonly metrics: Readonly<Record<string, number>>;
  /** One a component, in the order of components. */
  readonly groups: readonly FoundGroup[];
}

/** What {@link evaluate} scores. */
export interface EvaluateOptions {
  /** What the data is called in the names of metrics: `train` or `test`. */
  readonly split: Split;
  /** Most samples that are scored; a fixed random subset beyond (default: all). */
  readonly limit?: number;
  /** Whether k-means runs on the features too (default true). */
  readonly kmeans?: boolean;
}

/** Samples of each component by which modes are counted. */
const MODE_SAMPLES = 1000;

/**
 * Scores a model on a data set: labels if it has them, modes if they are known, else only the groups' sizes.
 * @throws a MixturaError where k-means cannot run: features that are not finite, or fewer rows than clusters.
 */
export async function evaluate(
  inference: Inference,
  dataset: Dataset,
  { split, limit = Number.POSITIVE_INFINITY, kmeans = true }: EvaluateOptions,
): Promise<Evaluation> {
  const { model, stream, context } = inference.session;
  const { components, mixing } = model.prior;
  const indices = subset(dataset.count, limit, (k) => stream.fork('evaluation').choice(dataset.count, k));
  const metrics: Record<string, number> = {};
  const summary: Summary = {};
  let groups: FoundGroup[] = Array.from(mixing, (size, component) => ({ component, size }));

  const labels = dataset.labels && Int32Array.from(indices, (i) => dataset.labels![i]!);
  if (labels && inference.assigns) {
    const assignments = mostProbable(await inference.assign(dataset, indices), components);
    const scores = labelScores(labels, assignments);
    const sizes = groupSizes({ mixing, assignments, labels, trueSizes: fractions(dataset.labels!) });
    const all = { ...scores, 'size-error': sizes.sizeError };
    Object.assign(metrics, nameScores(all, { protocol: 'assign', split }));
    Object.assign(summary, scores, { sizeError: sizes.sizeError });
    groups = sizes.groups.map(({ component, size, trueSize, class: y }) => ({
      component,
      size,
      trueSize,
      ...(y !== undefined && dataset.classNames?.[y] !== undefined && { trueName: dataset.classNames[y]! }),
    }));
  }
  if (labels && kmeans) {
    const features = await inference.features(dataset, indices);
    const dim = features.length / indices.length;
    const scores = kmeansScores({
      features,
      dim,
      labels,
      components: context.components, // a prior without groups of its own has one component
      stream: stream.fork('k-means'),
    });
    const protocol: Protocol = model.inference.featureName === 'encoder' ? 'kmeans-encoder' : 'kmeans-critic';
    Object.assign(metrics, nameScores({ ...scores }, { protocol, split }));
    // The model's own groups come first; k-means speaks for methods that have none.
    if (!inference.assigns) Object.assign(summary, scores);
  }
  if (dataset.truth) {
    const samples: Float32Array[] = [];
    for (let c = 0; c < components; c++)
      samples.push(await inference.sampleComponent(c, MODE_SAMPLES, 'modes'));
    const scores = modeScores({ samples, mixing, ...dataset.truth });
    summary.modes = scores.covered;
    metrics[metricName({ metric: 'modes', protocol: 'nearest', split })] = scores.covered;
    metrics[metricName({ metric: 'purity', protocol: 'nearest', split })] = scores.purity;
    metrics[metricName({ metric: 'in-mode', protocol: 'nearest', split })] = scores.inMode;
    metrics[metricName({ metric: 'perfect', protocol: 'nearest', split })] = scores.perfect ? 1 : 0;
  }
  return { summary, metrics, groups };
}

function fractions(labels: Int32Array): Float64Array {
  const counts = new Float64Array(labels.reduce((top, label) => Math.max(top, label), 0) + 1);
  for (const label of labels) counts[label]! += 1;
  return counts.map((count) => count / labels.length);
}

function subset(count: number, limit: number, choose: (k: number) => Uint32Array): Uint32Array {
  return count <= limit ? Uint32Array.from({ length: count }, (_, i) => i) : choose(limit);
}
