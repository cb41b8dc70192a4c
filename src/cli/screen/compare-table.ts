/** @file Groups beside those of plain methods, as a table for people. */
import type { ComparedMethod } from '../../groups/compare.js';

/** The methods, a line each, in their order; what the columns mean stands below. */
export function compareLines(methods: readonly ComparedMethod[]): string[] {
  const rows = methods.map(({ name, groups, nmi, ari, acc, sizeError, cpuSeconds }) => [
    name,
    String(groups),
    ...[nmi, ari, acc, sizeError].map((score) => score.toFixed(3)),
    cpuSeconds.toFixed(1),
  ]);
  const table = [['method', 'groups', 'NMI', 'ARI', 'ACC', 'size error', 'CPU s'], ...rows];
  const widths = table[0]!.map((_, j) => Math.max(...table.map((row) => row[j]!.length)));
  return [
    ...table.map(
      (row) =>
        `  ${row.map((text, j) => (j === 0 ? text.padEnd(widths[j]!) : text.padStart(widths[j]!))).join('   ')}`,
    ),
    '',
    'Scored by the labels, which no method has seen. Size error: the largest difference of a share from the true one.',
  ];
}
