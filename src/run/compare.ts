/** @file Several runs of one protocol as a group: mean and deviation of every metric, and two groups compared. */
import { resolve } from 'node:path';
import type { ResolvedRun } from '../config/schema.js';
import { MixturaError, usageError } from '../errors.js';
import { cohensD, meanDeviation, type RankSum, rankSum } from '../math/statistics.js';
import { comparableName } from '../metrics/metric.js';
import { checkpointSteps } from './checkpoint.js';
import { RunFolder } from './folder.js';
import type { RunScores } from './score.js';

/** A metric over the runs of a group. */
export interface Aggregate {
  readonly mean: number;
  /** Sample deviation (n - 1); absent for one run. */
  readonly deviation?: number;
  /** One a run, in the order of runs. */
  readonly values: readonly number[];
}

/** A metric of two groups: the Wilcoxon rank-sum test, and the effect size. */
export interface Comparison extends RankSum {
  /** Cohen's d, positive where the first group is higher; absent where nothing varies, or for one run against one. */
  readonly d?: number;
}

/** What may differ between runs of one group: nothing that changes what is learned, except the seed. */
const FREE = new Set([
  'seed',
  'threads',
  'version',
  'evaluateEvery',
  'checkpointEvery',
  'keepCheckpoints',
  'steps',
]);

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
      `${paths[0]} and ${paths[i]} differ in ${key} (${word(first[key])} and ${word(run[key])}); runs that are averaged differ in their seed only: compare two groups by --against.`,
    );
  });
}

/** Checks that two groups were trained on the same data. @throws a usage error that names the difference */
export function requireSameData(first: string, second: string): void {
  const [a, b] = [protocolOf(first), protocolOf(second)];
  if (a['data fingerprint'] === b['data fingerprint']) return;
  const [here, there] = [a, b].map((run) => word(run['data.name']));
  throw usageError(
    `${first} and ${second} were trained on different data (${here === there ? `${here}, of different content or selection` : `${here} and ${there}`}); compare runs on the same data.`,
  );
}

/** Everything that runs of one group have in common, flat. */
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
 * Mean and sample deviation of every metric that all runs have, by name.
 * @throws a MixturaError where the runs have no metric in common
 */
export function aggregate(scores: readonly RunScores[]): Record<string, Aggregate> {
  const names = Object.keys(scores[0]?.metrics ?? {}).filter((name) =>
    scores.every(({ metrics }) => metrics[name] !== undefined),
  );
  if (names.length === 0) throw new MixturaError('The runs have no metric in common, so there is no mean.');
  return Object.fromEntries(
    names.map((name) => {
      const values = scores.map(({ metrics }) => metrics[name]!);
      const { mean, deviation } = meanDeviation(values);
      return [name, { mean, ...(values.length > 1 && { deviation }), values }];
    }),
  );
}

/**
 * Compares two groups metric by metric; k-means of different methods' own features counts as one metric.
 *
 * Source: SLOGAN compares by the Wilcoxon rank-sum test, and gives Cohen's d where p > 0.05.
 */
export function compareGroups(
  a: Readonly<Record<string, Aggregate>>,
  b: Readonly<Record<string, Aggregate>>,
): Record<string, Comparison & { readonly a: Aggregate; readonly b: Aggregate }> {
  const second = new Map(Object.entries(b).map(([name, value]) => [comparableName(name), value]));
  return Object.fromEntries(
    Object.entries(a).flatMap(([name, own]) => {
      const other = second.get(comparableName(name));
      if (!other) return [];
      const shown = b[name] ? name : comparableName(name);
      return [[shown, { ...comparison(own.values, other.values), a: own, b: other }]];
    }),
  );
}

function comparison(a: readonly number[], b: readonly number[]): Comparison {
  const { p, statistic, method } = rankSum(a, b);
  const d = a.length + b.length > 2 ? cohensD(a, b) : Number.NaN;
  return { p, statistic, method, ...(Number.isFinite(d) && { d }) };
}

/** Least two-sided p that the exact rank-sum test can give for groups of these sizes: 2 / C(n + m, n). */
export function leastP(n: number, m: number): number {
  let ways = 1;
  for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i;
  return Math.min(1, 2 / ways);
}
