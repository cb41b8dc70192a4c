/** @file Numbers of a comparison as text, the same on the page and on the terminal. */
import type { ColumnKey, ComparisonCell, ComparisonColumn, ComparisonRow } from './page-data.js';

/** A score: three decimals, fewer where it is large; modes as a whole number where they are one. */
export function scoreText(key: ColumnKey, value: number): string {
  if (key === 'modes') return Number.isInteger(value) ? String(value) : value.toFixed(1);
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** Mean and deviation. */
export function cellText(key: ColumnKey, { mean, deviation }: ComparisonCell): string {
  const middle = scoreText(key, mean);
  return deviation === undefined ? middle : `${middle} ± ${scoreText(key, deviation)}`;
}

/** The paper's cell. */
export function paperText({ published }: ComparisonCell): string | undefined {
  return published?.text.replace('±', ' ± ');
}

/** Minutes: two decimals, fewer where they are many, more below a tenth. */
export function minutesText(minutes: number): string {
  return minutes.toFixed(minutes < 0.1 ? 3 : minutes < 10 ? 2 : 1);
}

/**
 * The best of the means of a column as it is shown, so that rows that look the same are; nothing where one row has it. Rows that
 * were told the classes take no part.
 */
export function bestOf(
  { key, better }: ComparisonColumn,
  rows: readonly ComparisonRow[],
): string | undefined {
  const means = rows.flatMap(({ cells, told }) => (told ? [] : (cells[key]?.mean ?? [])));
  if (means.length < 2) return undefined;
  return scoreText(key, better === 'higher' ? Math.max(...means) : Math.min(...means));
}
