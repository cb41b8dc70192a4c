/** @file Scores as tables for people: of a run, of a set of runs, of two sets. */
import { type MetricParts, metricName } from '../../metrics/metric.js';
import { type PublishedCell, sameFeatures } from '../../metrics/published.js';
import { type Aggregate, type Comparison, leastP, worstOf } from '../../run/compare.js';
import type { PublishedScore } from '../../run/saved-scores.js';
import type { RunScores } from '../../run/score.js';
import type { RunAgreement } from '../../run/seeds/run-agreement.js';
import { agreementLines } from './agreement-lines.js';
import { groupLines, warningLines } from './group-lines.js';

/** The groups, every metric, and the paper's value beside it where there is one. */
export function runLines(run: RunScores): string[] {
  const { scores, evaluations, groups: named, sizes, warnings, notes } = run;
  const { groups } = (evaluations.train ?? evaluations.test)!;
  const rows = scores.map((score) => [score, number(score, score.value)] as const);
  // Methods that assign no data are scored by k-means on their features.
  const unlabelled =
    groups.every(({ trueSize }) => trueSize === undefined) && !scores.some(({ metric }) => metric === 'nmi');
  return [
    ...warningLines(warnings),
    ...groupLines(groups, named, sizes),
    '',
    ...(rows.length > 0 ? metricTable(rows, 'value') : []),
    ...(unlabelled && !scores.some(({ protocol }) => protocol === 'nearest')
      ? [
          ...(rows.length > 0 ? [''] : []),
          'There are no labels and no known modes that the groups could be compared with.',
        ]
      : []),
    ...goldLines(run),
    ...noteLines(notes),
  ];
}

/** Means of the terms of GOLD in each group, of new samples and of each part of the data; nothing where not asked for. */
function goldLines({ gold }: RunScores): string[] {
  if (!gold) return [];
  const { generated, train, test } = gold;
  const all = { generated, train, test };
  const parts = (['generated', 'train', 'test'] as const).filter((part) => all[part] !== undefined);
  const cell = (value: number) => (Number.isFinite(value) ? value.toFixed(3) : '');
  const rows = generated.map((_, g) => [
    `${g + 1}`,
    ...parts.flatMap((part) => {
      const { marginal, conditional, value } = all[part]![g]!;
      return [cell(marginal), cell(conditional), cell(value)];
    }),
  ]);
  return [
    '',
    ...columns([
      ['gold of group', ...parts.flatMap((part) => [`${part}: marginal`, 'conditional', 'balanced'])],
      ...rows,
    ]),
    'Balanced is large where the model makes too little like the samples, and small where it makes too much.',
  ];
}

/** Runs whose scores are shown one by one. */
const MOST_RUNS = 5;

/** How far the groups of a set of runs agree; the scores of each, in the order of the runs, their mean and the worst. */
export function runSetLines(
  runs: readonly string[],
  metrics: readonly Aggregate[],
  notes: readonly string[],
  agreement?: RunAgreement,
): string[] {
  const each = runs.length <= MOST_RUNS;
  const rows = metrics.map((metric) => {
    const values = each ? metric.values.map((value) => number(metric, value)) : [];
    return [metric, ...values, spread(metric), number(metric, worstOf(metric))] as const;
  });
  const headings = [...(each ? runs.map((_, i) => `run ${i + 1}`) : []), 'mean ± deviation', 'worst'];
  return [
    `${runs.length} runs: ${runs.join(', ')}`,
    '',
    ...(agreement ? [...agreementLines(agreement), ''] : []),
    ...metricTable(rows, ...headings),
    ...noteLines(notes),
  ];
}

/** Two sets of runs side by side, with p of the rank-sum test, and the effect size where p does not decide. */
export function comparisonLines(
  a: readonly string[],
  b: readonly string[],
  comparisons: readonly Comparison[],
): string[] {
  const rows = comparisons.map((one) => [
    metricName(one),
    spread(one.a),
    spread(one.b),
    `${one.method === 'normal' ? '~' : ''}${one.p.toFixed(3)}`,
    one.p > 0.05 && one.d !== undefined ? one.d.toFixed(2) : '',
  ]);
  const least = leastP(a.length, b.length);
  const weak = `The exact test of ${a.length} and ${b.length} runs cannot give a p below ${least.toFixed(3)}: read d.`;
  const ties = rows.some(([, , , p]) => p!.startsWith('~'));
  return [
    `A: ${a.join(', ')}`,
    `B: ${b.join(', ')}`,
    '',
    ...columns([['metric', `A (${a.length})`, `B (${b.length})`, 'p', 'd'], ...rows]),
    '',
    "p: Wilcoxon rank-sum, two-sided. d: Cohen's effect size (A less B), given where p > 0.05; 0.8 is large.",
    ...(ties ? ['~ by the normal approximation, as some values are equal.'] : []),
    ...(least > 0.05 ? [weak] : []),
  ];
}

/** What a reader should know, a line each. */
export function noteLines(notes: readonly string[]): string[] {
  return notes.length > 0 ? ['', ...notes] : [];
}

function metricTable(
  rows: readonly (readonly [metric: Omit<PublishedScore, 'value'>, ...values: string[]])[],
  ...headings: readonly string[]
): string[] {
  if (rows.length === 0)
    return ['There are no labels and no known modes that the groups could be compared with.'];
  const cells = rows.flatMap(([{ published }]) => published ?? []);
  const body = rows.map(([metric, ...values]) => {
    const { published } = metric;
    return [metricName(metric), ...values, ...(published ? [paper(published)] : [])];
  });
  const sources = [...new Set(cells.map(sourceOf))];
  return [
    ...columns([['metric', ...headings, ...(cells.length > 0 ? ['paper'] : [])], ...body]),
    ...(cells.length > 0 ? ['', `paper: ${sources.join('; ')}.`] : []),
    ...(cells.every(sameFeatures)
      ? []
      : [
          '* of a feature network that the paper does not name: compare the order of methods, not the values.',
        ]),
  ];
}

function paper(cell: PublishedCell): string {
  const value = cell.text.replace('±', ' ± ');
  return sameFeatures(cell) ? value : `${value} *`;
}

function sourceOf({ source, method, variant, data }: PublishedCell): string {
  return `${source} (${method}${variant === undefined ? '' : ` ${variant}`}, ${data})`;
}

function spread(metric: Aggregate): string {
  const { mean, deviation } = metric;
  const middle = number(metric, mean);
  return deviation === undefined ? middle : `${middle} ± ${number(metric, deviation)}`;
}

/** Four decimals; fewer where a distance is large. */
function number({ metric }: MetricParts, value: number): string {
  const digits = metric === 'modes' ? 0 : Math.abs(value) >= 100 ? 2 : 4;
  return value.toFixed(digits);
}

/** Columns of text, the first to the left and the others to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((text, i) => {
      most[i] = Math.max(most[i] ?? 0, text.length);
    });
    return most;
  }, []);
  return rows.map((row) =>
    `  ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('   ')}`.trimEnd(),
  );
}
