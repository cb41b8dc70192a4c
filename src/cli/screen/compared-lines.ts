/** @file The table of a comparison for people. */
import { bestOf, cellText, minutesText, paperText, scoreText } from '../../report/comparison/numbers.js';
import type { ComparisonRow, ComparisonTable, ComparisonTest } from '../../report/comparison/page-data.js';

/** The table, what its columns are, the tests, what failed, and what a reader should know. */
export function comparedLines(table: ComparisonTable): string[] {
  const { columns, rows, tests, notes, reference, data, seeds } = table;
  const scored = rows.filter((row) => row.seeds.length > 0);
  const header = [...['method', 'groups'], ...columns.map(({ title }) => title), ...['min', 'CPU min']];
  const best = columns.map((column) => bestOf(column, rows));
  const body = scored.map((row) => [
    partly(row, seeds),
    row.groups ?? '',
    ...columns.map(({ key }, at) => {
      const cell = row.cells[key];
      return cell
        ? `${cellText(key, cell)}${!row.told && scoreText(key, cell.mean) === best[at] ? '*' : ' '}`
        : '';
    }),
    ...[row.minutes, row.cpuMinutes].map((one) => (one === undefined ? '' : minutesText(one))),
  ]);
  const failed = rows.filter((row) => row.failed.length > 0);
  return [
    `Methods on ${data.name}, ${seeds.length === 1 ? `seed ${seeds[0]}` : `mean ± deviation of seeds ${seeds.join(', ')}`} (*: the best)`,
    '',
    ...(scored.length > 0 ? aligned([header, ...body], 2) : [`  ${emptyWords(table)}`]),
    '',
    ...columns.map(({ title, better, about }) => `  ${title} (${better} is better): ${about}.`),
    ...paperLines(table),
    ...testLines(tests, reference),
    ...(failed.length > 0
      ? ['', ...failed.map(({ name, failed: why }) => `${name} failed: ${why.join(' ')}`)]
      : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ];
}

/** Why a table has no rows. */
function emptyWords({ cells: { failed, left } }: ComparisonTable): string {
  if (failed === 0) return 'No run is done yet.';
  const all = failed === 1 ? 'The only run has failed' : `All ${failed} runs have failed`;
  return left === 0
    ? `${all}: there is nothing to compare.`
    : `No run is done: ${failed} failed, ${left} are left.`;
}

function partly(row: ComparisonRow, seeds: readonly number[]): string {
  const all = row.kind === 'stage' || row.seeds.length === seeds.length;
  return all ? row.name : `${row.name} (${row.seeds.length} of ${seeds.length} seeds)`;
}

/** What papers report, where they do. */
function paperLines({ rows, columns }: ComparisonTable): string[] {
  const cells = rows.flatMap((row) =>
    columns.flatMap(({ key, title }) => {
      const cell = row.cells[key];
      const text = cell && paperText(cell);
      return text === undefined
        ? []
        : [[row.name, title, cellText(key, cell!), text, cell!.published!.source]];
    }),
  );
  if (cells.length === 0) return [];
  return [
    '',
    'Beside the papers:',
    ...aligned([['method', 'score', 'ours', 'paper', 'source'], ...cells], 5),
  ];
}

function testLines(tests: readonly ComparisonTest[], reference: string): string[] {
  if (tests.length === 0) return [];
  const body = tests.map(({ row, metric, p, method, d }) => [
    ...[row, metric, `${method === 'normal' ? '~' : ''}${p.toFixed(3)}`],
    d === undefined ? '' : d.toFixed(2),
  ]);
  return [
    '',
    `Against ${reference}: p of the Wilcoxon rank-sum test, two-sided (~: by the normal approximation), and Cohen's d.`,
    ...aligned([['method', 'metric', 'p', 'd'], ...body], 2),
  ];
}

/** Columns of text, the first ones to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = rows[0]!.map((_, j) => Math.max(...rows.map((row) => (row[j] ?? '').length)));
  return rows.map((row) =>
    `  ${row.map((text, j) => (j < left ? text.padEnd(widths[j]!) : text.padStart(widths[j]!))).join('   ')}`.trimEnd(),
  );
}
