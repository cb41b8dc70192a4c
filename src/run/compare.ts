/** @file Runs that differ in their seed only: mean and deviation of every metric, and two sets of them compared. */
import { resolve } from 'node:path';
import { type ResolvedRun, runSchema, settingsMarked } from '../config/schema.js';
import { MixturaError, usageError } from '../errors.js';
import { cohensD, meanDeviation, type RankSum, rankSum } from '../math/statistics.js';
import { comparable, type MetricParts, metricName } from '../metrics/metric.js';
import type { PublishedCell } from '../metrics/published.js';
import { RunFolder } from './folder.js';
import { checkpointSteps } from './formats/checkpoint.js';
import type { RunScores } from './score.js';

/** A metric over a set of runs. */
export interface Aggregate extends MetricParts {
  readonly mean: number;
  /** Sample deviation (n - 1); absent for one run. */
  readonly deviation?: number;
  /** One a run, in the order of runs. */
  readonly values: readonly number[];
  /** What a paper reports for the same data, method and metric. */
  readonly published?: PublishedCell;
}

/** A metric of two sets of runs: the Wilcoxon rank-sum test, and the effect size. */
export interface Comparison extends RankSum, MetricParts {
  /** Cohen's d, positive where the first set is higher; absent where nothing varies, or for one run against one. */
  readonly d?: number;
  readonly a: Aggregate;
  readonly b: Aggregate;
}

/**
 * What may differ between runs that are averaged: the seed, and what leaves the results the same bits. The steps that
 * were done are compared instead of those that were planned.
 */
const FREE = new Set(['seed', 'steps', 'version', ...settingsMarked(runSchema, 'execution', 'same bits')]);

/**
 * Checks, before any work, that runs can be averaged: equal data, method, settings and steps, and no run twice.
 * @throws a MixturaError that names two runs and their first difference
 */
export function requireOneProtocol(paths: readonly string[]): void {
  const runs = paths.map(protocolOf);
  const seen = new Map<string, string>();
  for (const path of paths) {
    if (seen.has(resolve(path))) throw usageError(`The run ${path} is given twice; give each run once.`);
    seen.set(resolve(path), path);
  }
  const first = runs[0]!;
  runs.forEach((run, i) => {
    const key = firstDifference(first, run);
    if (key === undefined) return;
    throw usageError(
      `${paths[0]} and ${paths[i]} differ in ${key} (${word(first[key])} and ${word(run[key])}); runs that are averaged differ in their seed only: compare two sets of runs by --against.`,
    );
  });
}

/** Checks that two sets of runs were trained on the same data. @throws a usage error that names the difference */
export function requireSameData(first: string, second: string): void {
  const [a, b] = [protocolOf(first), protocolOf(second)];
  if (a['data fingerprint'] === b['data fingerprint']) return;
  const [here, there] = [a, b].map((run) => word(run['data.name']));
  throw usageError(
    `${first} and ${second} were trained on different data (${here === there ? `${here}, of different content or selection` : `${here} and ${there}`}); compare runs on the same data.`,
  );
}

/** Everything that runs that are averaged have in common, flat. */
function protocolOf(path: string): Readonly<Record<string, unknown>> {
  const folder = RunFolder.open(path);
  const run: ResolvedRun = folder.readConfig();
  const { data, dataset, settings, ...rest } = run;
  const flat = Object.entries(rest).filter(([key]) => !FREE.has(key));
  return {
    ...Object.fromEntries(flat),
    ...prefixed('data.', data),
    'data fingerprint': dataset.fingerprint.slice(0, 12),
    ...settings,
    'steps done': checkpointSteps(folder.checkpoints).at(-1),
  };
}

function prefixed(prefix: string, values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

function firstDifference(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): string | undefined {
  return [...Object.keys(a), ...Object.keys(b)].find(
    (key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]),
  );
}

function word(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Mean and sample deviation of every metric that all runs have.
 * @throws a MixturaError where the runs have no metric in common
 */
export function aggregate(runs: readonly Pick<RunScores, 'scores'>[]): Aggregate[] {
  const [first, ...others] = runs.map(({ scores }) => new Map(scores.map((one) => [metricName(one), one])));
  const common = [...(first ?? [])].filter(([name]) => others.every((run) => run.has(name)));
  if (common.length === 0) throw new MixturaError('The runs have no metric in common, so there is no mean.');
  return common.map(([name, { value, ...metric }]) => {
    const values = [value, ...others.map((run) => run.get(name)!.value)];
    const { mean, deviation } = meanDeviation(values);
    return { ...metric, mean, ...(values.length > 1 && { deviation }), values };
  });
}

/**
 * Compares two sets of runs metric by metric; k-means of different methods' own features counts as one metric.
 *
 * Source: SLOGAN compares by the Wilcoxon rank-sum test, and gives Cohen's d where p > 0.05.
 */
export function compareRuns(a: readonly Aggregate[], b: readonly Aggregate[]): Comparison[] {
  const second = new Map(b.map((one) => [metricName(comparable(one)), one]));
  return a.flatMap((own) => {
    const other = second.get(metricName(comparable(own)));
    if (!other) return [];
    const { metric, count, protocol, split, subset } =
      own.protocol === other.protocol ? own : comparable(own);
    return [
      {
        metric,
        protocol,
        split,
        ...(count !== undefined && { count }),
        ...(subset !== undefined && { subset }),
        ...comparison(own.values, other.values),
        a: own,
        b: other,
      },
    ];
  });
}

function comparison(a: readonly number[], b: readonly number[]): RankSum & Pick<Comparison, 'd'> {
  const { p, statistic, method } = rankSum(a, b);
  const d = a.length + b.length > 2 ? cohensD(a, b) : Number.NaN;
  return { p, statistic, method, ...(Number.isFinite(d) && { d }) };
}

/** Least two-sided p that the exact rank-sum test can give for sets of these sizes: 2 / C(n + m, n). */
export function leastP(n: number, m: number): number {
  let ways = 1;
  for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i;
  return Math.min(1, 2 / ways);
}
