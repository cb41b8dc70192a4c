/** @file Scores as tables for people: of a run, of a group of runs, of two groups. */
import { parseMetricName } from '../metrics/metric.js';
import type { metrics as table } from '../metrics/metric-table.js';
import { type PublishedCell, sameFeatures } from '../metrics/published.js';
import { type Aggregate, type compareGroups, leastP } from '../run/compare.js';
import type { RunScores } from '../run/score.js';
import { groupLines } from './groups.js';

type Published = Readonly<Record<string, PublishedCell>>;

/** The groups, every metric, and the paper's value beside it where there is one. */
export function runLines({ metrics, evaluations, published, notes }: RunScores): string[] {
  const { groups } = (evaluations.train ?? evaluations.test)!;
  const rows = Object.entries(metrics).map(([name, value]) => [name, number(name, value)] as const);
  return [...groupLines(groups), '', ...metricTable(rows, 'value', published), ...noteLines(notes)];
}

/** Mean and deviation over the runs of a group. */
export function groupScoreLines(group: {
  readonly runs: readonly string[];
  readonly metrics: Readonly<Record<string, Aggregate>>;
  readonly published: Published;
  readonly notes: readonly string[];
}): string[] {
  const { runs, metrics, published, notes } = group;
  const rows = Object.entries(metrics).map(([name, value]) => [name, spread(name, value)] as const);
  const title = `${runs.length} runs: ${runs.join(', ')}`;
  return [title, '', ...metricTable(rows, 'mean ± deviation', published), ...noteLines(notes)];
}

/** Two groups side by side, with p of the rank-sum test, and the effect size where p does not decide. */
export function comparisonLines(
  a: readonly string[],
  b: readonly string[],
  comparison: ReturnType<typeof compareGroups>,
): string[] {
  const rows = Object.entries(comparison).map(([name, { p, method, d, a: first, b: second }]) => [
    name,
    spread(name, first),
    spread(name, second),
    `${method === 'normal' ? '~' : ''}${p.toFixed(3)}`,
    p > 0.05 && d !== undefined ? d.toFixed(2) : '',
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
  rows: readonly (readonly [name: string, value: string])[],
  heading: string,
  published: Published,
): string[] {
  if (rows.length === 0) return ['There are no labels and no known modes, so there is nothing to score.'];
  const cells = rows.flatMap(([name]) => published[name] ?? []);
  const body = rows.map(([name, value]) => {
    const cell = published[name];
    return cell ? [name, value, paper(cell)] : [name, value];
  });
  const sources = [...new Set(cells.map(sourceOf))];
  return [
    ...columns([cells.length > 0 ? ['metric', heading, 'paper'] : ['metric', heading], ...body]),
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

function spread(name: string, { mean, deviation }: Aggregate): string {
  const middle = number(name, mean);
  return deviation === undefined ? middle : `${middle} ± ${number(name, deviation)}`;
}

/** Four decimals; fewer where a distance is large. */
function number(name: string, value: number): string {
  const { metric } = parseNamed(name);
  const digits = metric === 'modes' ? 0 : Math.abs(value) >= 100 ? 2 : 4;
  return value.toFixed(digits);
}

/** A name of a metric, or a {@link comparableName}. */
function parseNamed(name: string): { metric: keyof typeof table } {
  return parseMetricName(name.replace(/-kmeans-(?!encoder|critic)/, '-kmeans-encoder-'));
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
