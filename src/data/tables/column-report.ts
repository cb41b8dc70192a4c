/** @file How every column of a table was read: its kind, its values, and what is odd about it. */

import { isoDate } from '../coding.js';
import type { Content } from '../formats/content.js';
import type { AsideColumn, FoundColumn } from '../formats/kinds/found.js';
import { isConstant } from '../scaling.js';
import { columnOf, MOST_CATEGORIES, wordCounts } from './fit-coding.js';
import type { Dense } from './missing.js';

/** How one column was read. */
export interface ColumnReport {
  readonly name: string;
  /** What it is: a measurement by its kind, or why it is none. */
  readonly kind: FoundColumn['kind'] | AsideColumn['role'];
  /** Why it is left out, where that is text. */
  readonly reason?: string | undefined;
  /** Values that are missing. */
  readonly missing?: number;
  /** Different values among those that are not missing. */
  readonly distinct?: number;
  /** Extremes in the units of the file; dates as ISO 8601. */
  readonly min?: number | string;
  readonly max?: number | string;
  readonly mean?: number;
  readonly deviation?: number;
  /** The most frequent words with their counts. */
  readonly levels?: readonly { readonly word: string; readonly count: number }[];
  /** Whether all values are the same, but for rounding. */
  readonly constant?: boolean;
  /** What is odd about it, a few words each. */
  readonly suspicious: readonly string[];
}

/** Words that are listed. */
const LISTED_WORDS = 20;
/** Rows below which few different values are nothing odd. */
const ENOUGH = 50;
const FEW = 10;
/** Skewness beyond which a few values decide everything. */
const SKEWED = 5;
/** Deviations beyond the usual one of the columns. */
const HUGE = 1000;

/** A report of every column of the file, in its order; measurements first where their places are not known. */
export function columnReports(
  table: Content & { readonly values: Dense },
  found: readonly FoundColumn[],
): ColumnReport[] {
  const { values, aside = [] } = table;
  const reports = found.map((column, j) => measured(column, columnOf(values, found.length, j)));
  const deviations = reports.flatMap(({ kind, deviation }) =>
    kind === 'number' && deviation ? [deviation] : [],
  );
  const usual = deviations.sort((a, b) => a - b)[deviations.length >> 1] ?? 0;
  const marked = reports.map((report): ColumnReport => {
    const huge = deviations.length > 2 && (report.deviation ?? 0) > HUGE * usual && report.kind === 'number';
    return huge
      ? { ...report, suspicious: [...report.suspicious, 'much larger scale than the others'] }
      : report;
  });
  const others = aside.map(({ name, at, role, reason }) => ({ at, report: other(name, role, reason) }));
  return inOrder(marked, others);
}

function other(name: string, kind: AsideColumn['role'], reason: string | undefined): ColumnReport {
  return { name, kind, ...(reason !== undefined && { reason }), suspicious: [] };
}

/** The columns that are no measurements, put between the others at their places. */
function inOrder(
  measured: readonly ColumnReport[],
  others: readonly { readonly at: number; readonly report: ColumnReport }[],
): ColumnReport[] {
  const all = [...measured];
  for (const { at, report } of [...others].sort((a, b) => a.at - b.at)) all.splice(at, 0, report);
  return all;
}

function measured(column: FoundColumn, values: Float64Array): ColumnReport {
  const present = values.filter((x) => !Number.isNaN(x));
  const missing = values.length - present.length;
  const suspicious = 2 * missing > values.length ? ['mostly missing'] : [];
  const { name } = column;
  if (present.length === 0) return { name, kind: column.kind, missing, distinct: 0, suspicious };
  if (column.kind === 'category') {
    const levels = wordCounts(column.words, values);
    if (levels.length > MOST_CATEGORIES) suspicious.push('many words');
    return {
      name,
      kind: 'category',
      missing,
      distinct: levels.length,
      levels: levels.slice(0, LISTED_WORDS),
      constant: levels.length === 1,
      suspicious,
    };
  }
  const { mean, deviation, skewness } = moments(present);
  const sorted = present.slice().sort();
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  const distinct = sorted.reduce((n, x, i) => n + (i === 0 || x !== sorted[i - 1] ? 1 : 0), 0);
  const constant = isConstant(min, max);
  if (column.kind === 'number') suspicious.push(...oddities(present, distinct, constant, skewness));
  const isDate = column.kind === 'date';
  return {
    name,
    kind: column.kind,
    missing,
    distinct,
    min: isDate ? isoDate(min, column.times) : min,
    max: isDate ? isoDate(max, column.times) : max,
    ...(!isDate && { mean, deviation }),
    constant,
    suspicious,
  };
}

function oddities(values: Float64Array, distinct: number, constant: boolean, skewness: number): string[] {
  const whole = values.every(Number.isInteger);
  const rising = values.every((x, i) => i === 0 || x > values[i - 1]!);
  const odd: string[] = [];
  if (whole && rising && values.length > 2) odd.push('rises like an id');
  if (whole && !constant && distinct <= FEW && values.length >= ENOUGH) odd.push(`only ${distinct} values`);
  if (!constant && Math.abs(skewness) > SKEWED) odd.push('very skewed');
  return odd;
}

function moments(values: Float64Array): { mean: number; deviation: number; skewness: number } {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x / n, 0);
  let [second, third] = [0, 0];
  for (const x of values) {
    second += (x - mean) ** 2 / n;
    third += (x - mean) ** 3 / n;
  }
  const deviation = Math.sqrt(second);
  return { mean, deviation, skewness: deviation === 0 ? 0 : third / deviation ** 3 };
}
