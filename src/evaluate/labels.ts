/** @file How well the groups that were found agree with labels or known modes; the only place that reads labels. */
import { groupOrder } from '../cluster/group-order.js';
import { mostProbable } from '../cluster/most-probable.js';
import type { Dataset, MixtureTruth } from '../data/dataset.js';
import { averageEntropy, codeCounts, sizeRmse } from '../metrics/entropy-rmse.js';
import { groupSizes } from '../metrics/group-sizes.js';
import { kmeansScores, labelScores } from '../metrics/label-scores.js';
import { type Score, type Split, scoresOf } from '../metrics/metric.js';
import { modeScores } from '../metrics/modes.js';
import type { Inference } from '../train/inference.js';
import { type ClassUnits, classUnits, namedClasses, sumUnits } from './class-units.js';
import { generatedReliability, labelReliability, type ReliabilityCurves } from './reliability.js';

/** A learned group beside the true one that it was matched to, if truth is known. */
export interface FoundGroup {
  /** Number of the group, 1..K, the largest first. */
  readonly group: number;
  /** Its component of the prior, 0..K-1. */
  readonly component: number;
  /** Learned mixing coefficient. */
  readonly size: number;
  /** Share of the group that its encoder was taught, where there was a teacher. */
  readonly taught?: number;
  /** Share of the data whose most probable component it is; absent unless all data were assigned. */
  readonly assigned?: number;
  /** Number of these data. */
  readonly count?: number;
  /** Proportion of the matched class in all of the data; 0 for a component that is left over. */
  readonly trueSize?: number;
  readonly trueName?: string;
}

/** Headline figures; a figure that cannot be known is absent. */
export interface Summary {
  readonly nmi?: number;
  readonly ari?: number;
  readonly acc?: number;
  readonly purity?: number;
  readonly sizeError?: number;
  readonly modes?: number;
}

/** Scores of a model, as far as the data have labels or known modes. */
export interface Evaluation {
  readonly summary: Summary;
  /** Every score, with its protocol. */
  readonly scores: readonly Score[];
  /** One a component, in the order of their numbers: the largest first. */
  readonly groups: readonly FoundGroup[];
  /**
   * The class of each component by its name where training was told classes, else the most frequent one of the data that it
   * got, -1 for none; absent without assignment or labels.
   */
  readonly classOf?: Int32Array;
  /** Whether probabilities are as high as they are right, where that is asked for. */
  readonly reliability?: ReliabilityCurves;
}

/** What {@link evaluateModel} scores. */
export interface EvaluateOptions {
  /** What the data is called in the names of metrics: `train` or `test`. */
  readonly split: Split;
  /** Most samples that are scored; of more data a fixed random subset, whose size is in the names (default: all). */
  readonly limit?: number;
  /** Whether k-means runs on the features too (default true). */
  readonly kmeans?: boolean;
  /** Whether the entropy and size error of Elastic-InfoGAN are computed too (default false). */
  readonly elastic?: boolean;
  /**
   * Whether the reliability of the probabilities is scored too: against labels, or on new samples as well (default: it is
   * not).
   */
  readonly reliability?: 'labels' | 'all' | undefined;
  /** Whether data without labels are assigned too, for the sizes of the groups alone (default true). */
  readonly counts?: boolean;
  /** True sizes of the classes, which the learned ones are compared with (default: proportions in the data). */
  readonly trueSizes?: Float64Array | undefined;
  /**
   * Names of the classes that training was told: components that are of a class by its name are compared with that class,
   * and not with the one that suits them best.
   */
  readonly classNames?: readonly string[] | undefined;
}

/** Samples of each component by which modes are counted. */
const MODE_SAMPLES = 1000;

/** What is scored, by every part of {@link evaluateModel}. */
interface Scoring {
  readonly inference: Inference;
  readonly dataset: Dataset;
  readonly indices: Uint32Array;
  /** Classes of the data at `indices`. */
  readonly labels: Int32Array;
  readonly scored: { readonly split: Split; readonly subset?: number };
  readonly trueSizes: Float64Array;
  readonly classNames: readonly string[] | undefined;
  readonly elastic: boolean;
  readonly reliability: boolean;
}

/**
 * Scores a model on a data set: labels if it has them, modes if they are known, else only the groups' sizes.
 * @throws a MixturaError where k-means cannot run: features that are not finite, or fewer rows than clusters.
 */
export async function evaluateModel(
  inference: Inference,
  dataset: Dataset,
  {
    split,
    limit = Number.POSITIVE_INFINITY,
    kmeans = true,
    elastic = false,
    counts = true,
    reliability,
    ...more
  }: EvaluateOptions,
): Promise<Evaluation> {
  const { prior, stream } = inference;
  const indices = subset(dataset.count, limit, (k) => stream.fork('evaluation').choice(dataset.count, k));
  const labels = dataset.labels && Int32Array.from(indices, (i) => dataset.labels![i]!);
  const scored = { split, ...(indices.length < dataset.count && { subset: indices.length }) };
  let result: Evaluation = { summary: {}, scores: [], groups: numbered(prior.mixing) };
  const add = ({ summary, scores = [], reliability, ...rest }: Partial<Evaluation>) => {
    result = {
      ...result,
      ...rest,
      summary: { ...result.summary, ...summary },
      scores: [...result.scores, ...scores],
      ...(reliability && { reliability: { ...result.reliability, ...reliability } }),
    };
  };
  if (labels) {
    const trueSizes = more.trueSizes ?? classProportions(dataset.labels!);
    const scoring: Scoring = {
      inference,
      dataset,
      indices,
      labels,
      scored,
      trueSizes,
      classNames: more.classNames,
      elastic,
      reliability: reliability !== undefined,
    };
    if (inference.assigns) add(await assigned(scoring));
    if (kmeans) add(await clustered(scoring));
  } else if (counts && inference.assigns && indices.length === dataset.count) {
    add({ groups: numberedRows(inference, await inference.assign(dataset, indices)) });
  }
  if (reliability === 'all') add((await generatedReliability(inference, split)) ?? {});
  if (dataset.truth) add(await nearestModes(inference, dataset.truth, split));
  return result;
}

/** The model's own assignment of the data, and its sizes, against the classes. */
async function assigned(scoring: Scoring): Promise<Evaluation> {
  const { inference, dataset, indices, labels, scored, trueSizes, elastic } = scoring;
  const units = classUnits(inference);
  const ofComponents = await inference.assign(dataset, indices);
  const probabilities = sumUnits(ofComponents, units);
  const assignments = mostProbable(probabilities, units.count);
  const mixing = sumUnits(Float64Array.from(inference.prior.mixing), units);
  const classOf = namedClasses(units, inference.graphs.labelClasses, scoring.classNames, dataset.classNames);
  const scores = {
    ...labelScores(labels, assignments),
    ...(classOf && { acc: shareOf(labels, (label, i) => classOf[assignments[i]!] === label) }),
  };
  const reliable = scoring.reliability && units.count > 1 && labelReliability(probabilities, labels);
  const sizes = groupSizes({ mixing, assignments, labels, trueSizes, classOf });
  const table = codeCounts(assignments, labels, units.count, trueSizes.length);
  const known = classOf ?? majorityClasses(assignments, labels, units.count);
  const all = {
    ...scores,
    'size-error': sizes.sizeError,
    ...(elastic && { ent: averageEntropy(table).entropy, rmse: sizeRmse({ mixing, trueSizes, table }) }),
    ...(reliable && { ece: reliable.error }),
  };
  return {
    summary: { ...scores, sizeError: sizes.sizeError },
    scores: scoresOf(all, { protocol: 'assign', ...scored }),
    groups: numberedRows(inference, scored.subset === undefined ? ofComponents : undefined).map((found) => {
      const unit = units.of[found.component]!;
      const { trueSize: whole, class: y } = sizes.groups[unit]!;
      // The rows of a class are all in its first component.
      const trueSize = isFirst(units, found.component) ? whole : 0;
      // What is matched for want of another class, with few rows of it, has no name by that.
      const trueName = y === undefined || known[unit] !== y ? undefined : dataset.classNames?.[y];
      return { ...found, trueSize, ...(trueName !== undefined && { trueName }) };
    }),
    classOf: Int32Array.from(units.of, (unit) => known[unit]!),
    ...(reliable && { reliability: { [scored.split]: reliable } }),
  };
}

/** {@link numbered} by the most probable components of rows, where there are such. */
function numberedRows(inference: Inference, probabilities?: Float32Array): FoundGroup[] {
  return numbered(inference.prior.mixing, probabilities && inference.mostProbable(probabilities));
}

/** Whether a component is the first of its unit. */
function isFirst({ of }: ClassUnits, component: number): boolean {
  return Array.from(of).indexOf(of[component]!) === component;
}

/** The groups in the order of their numbers, with the data that were assigned to each if they are all the data. */
function numbered(mixing: ArrayLike<number>, assignments?: Int32Array): FoundGroup[] {
  const counts = new Int32Array(mixing.length);
  for (const component of assignments ?? []) counts[component]! += 1;
  return groupOrder(mixing).map((component, at) => ({
    group: at + 1,
    component,
    size: mixing[component]!,
    ...(assignments && {
      assigned: counts[component]! / assignments.length,
      count: counts[component]!,
    }),
  }));
}

/** Share of the rows for which something holds; 1 of none. */
function shareOf(labels: Int32Array, holds: (label: number, row: number) => boolean): number {
  return labels.length === 0 ? 1 : labels.filter(holds).length / labels.length;
}

/** The most frequent class of each component's data, the lower of equals; -1 for a component without any. */
function majorityClasses(assignments: Int32Array, labels: Int32Array, components: number): Int32Array {
  const classes = labels.reduce((top, label) => Math.max(top, label), 0) + 1;
  const counts = new Int32Array(components * classes);
  assignments.forEach((c, i) => {
    counts[c * classes + labels[i]!]! += 1;
  });
  return Int32Array.from({ length: components }, (_, c) => {
    const own = counts.subarray(c * classes, (c + 1) * classes);
    const most = own.reduce((top, n) => Math.max(top, n), 0);
    return most === 0 ? -1 : own.indexOf(most);
  });
}

/** k-means on the features that the method declares, against the classes. */
async function clustered({
  inference,
  dataset,
  indices,
  labels,
  scored,
}: Scoring): Promise<Partial<Evaluation>> {
  const { stream, components } = inference;
  const features = await inference.features(dataset, indices);
  const values = kmeansScores({
    features,
    dim: features.length / indices.length,
    labels,
    components,
    stream: stream.fork('k-means'),
  });
  const { protocol } = inference.graphs;
  const scores = scoresOf({ ...values }, { protocol, ...scored });
  // The model's own groups come first; k-means speaks for methods that have none.
  return inference.assigns ? { scores } : { scores, summary: values };
}

/** Generated points at the modes of a distribution that is known. */
async function nearestModes(
  inference: Inference,
  truth: MixtureTruth,
  split: Split,
): Promise<Partial<Evaluation>> {
  const { components, mixing } = inference.prior;
  const samples: Float32Array[] = [];
  for (let c = 0; c < components; c++)
    samples.push(await inference.sampleComponent(c, MODE_SAMPLES, 'modes'));
  const { covered, purity, inMode, perfect } = modeScores({ samples, mixing, ...truth });
  const values = { modes: covered, purity, 'in-mode': inMode, perfect: perfect ? 1 : 0 };
  return { summary: { modes: covered }, scores: scoresOf(values, { protocol: 'nearest', split }) };
}

/** Proportion of each class 0..max(labels). */
export function classProportions(labels: Int32Array): Float64Array {
  const counts = new Float64Array(labels.reduce((top, label) => Math.max(top, label), 0) + 1);
  for (const label of labels) counts[label]! += 1;
  return counts.map((count) => count / labels.length);
}

function subset(count: number, limit: number, choose: (k: number) => Uint32Array): Uint32Array {
  return count <= limit ? Uint32Array.from({ length: count }, (_, i) => i) : choose(limit);
}
