/** @file The table of a comparison as CSV: a line a row, mean, deviation and the paper's cell of every column. */
import { cell } from '../../data/formats/csv/cell.js';
import type { ComparisonRow, ComparisonTable } from '../../report/comparison/page-data.js';

/** A header and a line for each row; numbers with all their digits. */
export function comparisonCsv({ columns, rows }: ComparisonTable): string {
  const header = [
    ...['row', 'kind', 'seeds', 'groups'],
    ...columns.flatMap(({ key }) => [key, `${key}_deviation`, `${key}_metric`, `${key}_paper`]),
    ...['minutes', 'cpu_minutes', 'failed'],
  ];
  const lines = rows.map((row) => lineOf(row, columns));
  return [header, ...lines].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}

function lineOf(row: ComparisonRow, columns: ComparisonTable['columns']): string[] {
  const scores = columns.flatMap(({ key }) => {
    const cell = row.cells[key];
    return [number(cell?.mean), number(cell?.deviation), cell?.metric ?? '', cell?.published?.text ?? ''];
  });
  return [
    ...[row.name, row.kind, row.seeds.join(' '), row.groups ?? ''],
    ...scores,
    ...[number(row.minutes), number(row.cpuMinutes), row.failed.join(' ')],
  ];
}

function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
