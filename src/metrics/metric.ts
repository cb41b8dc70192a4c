/** @file Names of metrics. A name carries its protocol: what was scored, from which clusters, on which data. */
import { MixturaError } from '../errors.js';

/** What every metric declares; one row a metric. */
interface MetricRow {
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly summary: string;
}

/** The table of metrics that compare groups with true classes or modes. */
export const metrics = {
  nmi: {
    title: 'NMI',
    better: 'higher',
    summary: 'normalised mutual information, arithmetic mean of entropies',
  },
  ari: { title: 'ARI', better: 'higher', summary: 'adjusted Rand index' },
  acc: {
    title: 'ACC',
    better: 'higher',
    summary: 'accuracy under the best one-to-one naming of the clusters',
  },
  purity: {
    title: 'Purity',
    better: 'higher',
    summary: 'fraction in the most frequent class of its cluster',
  },
  'size-error': { title: 'Size error', better: 'lower', summary: 'largest error of a learned group size' },
  modes: { title: 'Modes', better: 'higher', summary: 'true modes that are the majority of a component' },
  'in-mode': {
    title: 'In mode',
    better: 'higher',
    summary: 'fraction of generated samples within 4 deviations of a mode',
  },
  perfect: {
    title: 'Perfect',
    better: 'higher',
    summary: '1 if every component has a mode of its own with purity of at least 0.99',
  },
} as const satisfies Record<string, MetricRow>;

/** Where the clusters that are scored come from. */
export const protocols = {
  assign: 'most probable component of each datum by the cosine of its encoding and the component means',
  'kmeans-encoder': 'k-means (10 starts, max(K, classes) clusters) on encoder outputs',
  'kmeans-critic': "k-means (10 starts, max(K, classes) clusters) on the critic's penultimate layer",
  nearest: 'generated samples, each at its nearest true mode',
} as const;

/** Which data were scored. */
export const splits = { train: 'the training data', test: 'held-out data' } as const;

export type MetricKind = keyof typeof metrics;
export type Protocol = keyof typeof protocols;
export type Split = keyof typeof splits;

/** A metric together with how it was computed, such as `nmi-kmeans-encoder-test`. */
export type MetricName = `${MetricKind}-${Protocol}-${Split}`;

export interface MetricParts {
  readonly metric: MetricKind;
  readonly protocol: Protocol;
  readonly split: Split;
}

/**
 * The full name of a metric: `metric-protocol-split`.
 *
 * @example
 * metricName({ metric: 'nmi', protocol: 'assign', split: 'train' }); // 'nmi-assign-train'
 */
export function metricName({ metric, protocol, split }: MetricParts): MetricName {
  return `${metric}-${protocol}-${split}`;
}

/**
 * Splits a full name into its parts.
 *
 * @throws MixturaError when no metric, protocol or split of that name exists
 */
export function parseMetricName(name: string): MetricParts {
  for (const metric of Object.keys(metrics) as MetricKind[]) {
    for (const protocol of Object.keys(protocols) as Protocol[]) {
      for (const split of Object.keys(splits) as Split[]) {
        if (metricName({ metric, protocol, split }) === name) return { metric, protocol, split };
      }
    }
  }
  throw new MixturaError(
    `There is no metric '${name}': a name is one of ${Object.keys(metrics).join(', ')}, then ` +
      `one of ${Object.keys(protocols).join(', ')}, then ${Object.keys(splits).join(' or ')}, joined by '-'.`,
  );
}

/**
 * A sentence that says what a named metric measures, for reports.
 *
 * @throws MixturaError when the name is unknown
 */
export function describeMetric(name: string): string {
  const { metric, protocol, split } = parseMetricName(name);
  const { title, summary, better } = metrics[metric];
  return `${title} (${better} is better): ${summary}; clusters: ${protocols[protocol]}; scored on ${splits[split]}.`;
}

/**
 * Gives scores of one protocol their full names.
 *
 * @example
 * nameScores({ nmi: 0.9, acc: 0.8 }, { protocol: 'assign', split: 'test' }); // { 'nmi-assign-test': 0.9, ... }
 */
export function nameScores(
  scores: Readonly<Partial<Record<MetricKind, number>>>,
  how: Omit<MetricParts, 'metric'>,
): Partial<Record<MetricName, number>> {
  const entries = Object.entries(scores) as [MetricKind, number][];
  return Object.fromEntries(entries.map(([metric, value]) => [metricName({ metric, ...how }), value]));
}
