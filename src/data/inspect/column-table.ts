/** @file How the columns of a table were read, as lines for people. */

import { shownName } from '../formats/columns.js';
import type { ColumnReport } from '../tables/column-report.js';

/** Columns that are listed; all are in the JSON. */
const MOST_LISTED = 40;
const LONGEST_NAME = 28;
const LONGEST_WORD = 20;
const KINDS: Readonly<Partial<Record<ColumnReport['kind'], string>>> = {
  text: 'text, left out',
  index: 'index, left out',
  dropped: 'left out',
  'not in the run': 'left out',
  label: 'labels',
};

/**
 * A line a column: name, kind, range or most frequent words, missing values, and what is odd.
 *
 * @param width characters that a line may have.
 */
export function columnLines(columns: readonly ColumnReport[], width: number): string[] {
  const shown = columns.slice(0, MOST_LISTED);
  const rows = shown.map((column, at) => [
    shortened(shownName(column.name, at), LONGEST_NAME),
    KINDS[column.kind] ?? column.kind,
    values(column),
    remarks(column),
  ]);
  const widths = [0, 1].map((k) => Math.max(0, ...rows.map((row) => row[k]!.length)));
  const lines = rows.map(([name = '', kind = '', value = '', remark = '']) => {
    const line = `    ${name.padEnd(widths[0]!)}  ${kind.padEnd(widths[1]!)}  ${[value, remark].filter(Boolean).join('; ')}`;
    return shortened(line.trimEnd(), width);
  });
  const more = columns.length - shown.length;
  return more > 0 ? [...lines, `    and ${more} more: --json lists all`] : lines;
}

/** Cut where it is too long, at whole characters. */
function shortened(text: string, most: number): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, Math.max(1, most - 3)).join('')}...`;
}

function values({ kind, reason, min, max, mean, levels, distinct, constant }: ColumnReport): string {
  if (reason !== undefined) return reason;
  if (distinct === 0) return 'no value, left out';
  if (levels) {
    const some = levels.slice(0, 4).map(({ word, count }) => `${shortened(word, LONGEST_WORD)} ${count}`);
    const rest = distinct! > some.length ? `, and ${distinct! - some.length} more` : '';
    return `${some.join(', ')}${rest}`;
  }
  if (min === undefined) return '';
  if (constant) return `always ${short(min)}`;
  if (typeof min === 'string' || typeof max === 'string') return `${min} to ${max}`;
  const digits = digitsOf(min, max!);
  return `${short(min, digits)} to ${short(max!, digits)}${kind === 'number' ? `, mean ${short(mean!, digits)}` : ''}`;
}

function remarks({ missing = 0, suspicious, constant, levels, distinct }: ColumnReport): string {
  return [
    ...(missing > 0 && distinct !== 0 ? [`${missing} missing`] : []),
    ...(constant && levels ? ['constant'] : []),
    ...suspicious,
  ].join(', ');
}

const [DIGITS, ALL_DIGITS] = [5, 15];

/** Digits of extremes and mean: five, and as many more as the extremes have in common. */
function digitsOf(min: number, max: number): number {
  const common = Math.log10(Math.max(Math.abs(min), Math.abs(max)) / (max - min));
  return Number.isFinite(common) ? Math.min(ALL_DIGITS, DIGITS + Math.max(0, Math.floor(common))) : DIGITS;
}

function short(x: number | string, digits = DIGITS): string {
  return typeof x === 'string' ? x : String(Number(x.toPrecision(digits)));
}
