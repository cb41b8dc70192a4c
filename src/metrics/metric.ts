/** @file What a score measures, and its name where it is printed or saved: the protocol is part of both. */
import { MixturaError } from '../errors.js';
import { type MetricRow, metrics } from './metric-table.js';

/** Where the clusters or modes that are scored come from, for metrics that need no generated samples' features. */
export const protocols = {
  assign: 'most probable component of each datum by the cosine of its encoding and the component means',
  'kmeans-encoder': 'k-means (10 starts, max(K, classes) clusters) on encoder outputs',
  'kmeans-critic': "k-means (10 starts, max(K, classes) clusters) on the critic's penultimate layer",
  component: 'the component that each generated sample was drawn from',
  nearest: 'generated samples, each at its nearest true mode',
} as const;

/** Which data were scored. */
export const splits = { train: 'the training data', test: 'held-out data' } as const;

/** The protocol of metrics on the values of the data themselves (standardised, except pixels), without a feature network. */
export const RAW = 'raw';

/** What the protocol of metrics of generated samples ends with where the method has rejected some of them. */
export const REJECTION = '-rejection';

/** The short name of a metric, without its protocol: `nmi`, `fd`, ... */
export type MetricKind = keyof typeof metrics;
/** Where the clusters or modes that are scored come from: `assign`, `kmeans-encoder`, ... */
export type Protocol = keyof typeof protocols;
/** The part of the data that is scored: `train` or `test`. */
export type Split = keyof typeof splits;

/** A metric together with how it was computed, such as `nmi-kmeans-encoder-test` or `fd10k-lenet-mnist-test`. */
export interface MetricParts {
  readonly metric: MetricKind;
  /** Samples a side (of each group, for metrics by group); only for metrics of generated samples. */
  readonly count?: number;
  /** One of {@link protocols}; for metrics of generated samples the feature network, or {@link RAW}. */
  readonly protocol: string;
  readonly split: Split;
  /** Size of the fixed random subset that was scored; absent where it was all of the split. */
  readonly subset?: number;
}

/** A number, what it measures, and how it was computed. */
export interface Score extends MetricParts {
  readonly value: number;
}

/**
 * The full name of a metric: `metric[count]-protocol-split[subset]`, counts in thousands where they are whole.
 *
 * @example
 * metricName({ metric: 'nmi', protocol: 'assign', split: 'train' }); // => 'nmi-assign-train'
 * metricName({ metric: 'fd', count: 10_000, protocol: 'lenet-mnist', split: 'test' }); // => 'fd10k-lenet-mnist-test'
 * metricName({ metric: 'nmi', protocol: 'assign', split: 'train', subset: 2000 }); // => 'nmi-assign-train2k'
 */
export function metricName({ metric, count, protocol, split, subset }: MetricParts): string {
  return `${metric}${countWord(count)}-${protocol}-${split}${countWord(subset)}`;
}

/**
 * Splits a full name into its parts.
 *
 * @throws MixturaError when no metric, protocol or split of that name exists
 */
export function parseMetricName(name: string): MetricParts {
  for (const metric of Object.keys(metrics) as MetricKind[]) {
    if (!name.startsWith(metric)) continue;
    const rest = /^(\d+k?)?-(.+)-(train|test)(\d+k?)?$/.exec(name.slice(metric.length));
    if (!rest) continue;
    const [, count, protocol, split, subset] = rest;
    // Features may be those of any network; clusters come from one of few places.
    if (count === undefined && !Object.hasOwn(protocols, protocol!)) continue;
    return {
      metric,
      ...(count !== undefined && { count: countOf(count) }),
      protocol: protocol!,
      split: split as Split,
      ...(subset !== undefined && { subset: countOf(subset) }),
    };
  }
  throw new MixturaError(
    `There is no metric '${name}': a name is one of ${Object.keys(metrics).join(', ')}, then ` +
      `one of ${Object.keys(protocols).join(', ')} (or a number of samples, and a feature network after '-'), then ` +
      `${Object.keys(splits).join(' or ')}, joined by '-'.`,
  );
}

/**
 * A sentence that says what a metric measures, for reports.
 *
 * @example
 * describeMetric(parseMetricName('nmi-assign-test')); // 'NMI (higher is better): ...; scored on held-out data.'
 */
export function describeMetric({ metric, count, protocol, split, subset }: MetricParts): string {
  const { title, summary, better } = metrics[metric];
  const data = subset === undefined ? splits[split] : `${subset} of ${splits[split]}`;
  const what = `${title} (${better} is better): ${summary}`;
  if (count === undefined) {
    return `${what}; clusters: ${protocols[protocol as Protocol]}; scored on ${data}.`;
  }
  if (Object.hasOwn(protocols, protocol)) {
    return `${what}; ${sides(metric, count)}; truth: ${protocols[protocol as Protocol]}.`;
  }
  const network = withoutRejection(protocol);
  const features =
    network === RAW
      ? "the data's own values, columns of tables and points standardised"
      : `features of ${network}`;
  const without = network === protocol ? '' : ', without those that the method rejects';
  return `${what}; ${sides(metric, count)}${without}; ${features}; beside ${data}.`;
}

/** Values of several metrics of one protocol as scores. */
export function scoresOf(
  values: Readonly<Partial<Record<MetricKind, number>>>,
  how: Omit<MetricParts, 'metric'>,
): Score[] {
  const entries = Object.entries(values) as [MetricKind, number][];
  return entries.map(([metric, value]) => ({ metric, ...how, value }));
}

/** Scores of generated samples with the mark that the method has rejected some; other scores are left as they are. */
export function withRejection(scores: readonly Score[]): Score[] {
  return scores.map((score) =>
    score.count === undefined ? score : { ...score, protocol: `${score.protocol}${REJECTION}` },
  );
}

/** A protocol without the mark of {@link withRejection}. */
export function withoutRejection(protocol: string): string {
  return protocol.endsWith(REJECTION) ? protocol.slice(0, -REJECTION.length) : protocol;
}

/**
 * Scores by their full names, to be printed or saved.
 *
 * @example
 * namedScores([{ metric: 'nmi', protocol: 'assign', split: 'test', value: 0.9 }]); // => { 'nmi-assign-test': 0.9 }
 */
export function namedScores(scores: readonly Score[]): Record<string, number> {
  return Object.fromEntries(scores.map((score) => [metricName(score), score.value]));
}

/**
 * A metric without what only says whose features k-means clustered, so that methods can be compared, each on its own
 * features: `nmi-kmeans-encoder-test` and `nmi-kmeans-critic-test` are both `nmi-kmeans-test`.
 */
export function comparable<T extends MetricParts>(metric: T): T {
  return metric.protocol.startsWith('kmeans-') && metric.count === undefined
    ? { ...metric, protocol: 'kmeans' }
    : metric;
}

/** 10000 -> "10k", 8461 -> "8461", nothing -> "". */
function countWord(count: number | undefined): string {
  if (count === undefined) return '';
  return count > 0 && count % 1000 === 0 ? `${count / 1000}k` : String(count);
}

function countOf(word: string): number {
  return word.endsWith('k') ? 1000 * Number(word.slice(0, -1)) : Number(word);
}

function sides(metric: MetricKind, count: number): string {
  const n = count.toLocaleString('en-US');
  const { counts }: MetricRow = metrics[metric];
  switch (counts) {
    case 'generated':
      return `${n} generated samples`;
    case 'components':
      return `${n} generated samples of each component`;
    case 'classes':
      return `${n} real samples of each class and as many generated of each component`;
    default:
      return `${n} real and as many generated samples`;
  }
}
