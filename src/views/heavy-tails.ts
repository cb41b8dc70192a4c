/** @file Logarithms of columns with heavy tails: which columns, and which logarithm. */
import type { Matrix } from '../math/matrix.js';
import { type ColumnRole, columnRoles } from './column-roles.js';
import { columnOf, columnView, isConstantColumn, type NumberMap } from './columns.js';
import type { View } from './view.js';

/** A logarithm for one column. */
export interface TailMap {
  readonly map: NumberMap;
  /** `log` of positive columns, `signed` of those with both signs. */
  readonly kind: 'log' | 'signed';
  /**
   * asinh((x - centre) / width) is the map but for a constant; that of a plain logarithm within 4 % of a unit, at the
   * smallest value.
   */
  readonly centre: number;
  readonly width: number;
}

/** A column is skewed where the magnitude of its skewness is larger; that of an exponential distribution is 2. */
const SKEWED = 1;
/** A column of which this share has the largest value is on a scale that ends there, which is no tail. */
const ENDS = 0.005;
/** A column has long tails where its excess kurtosis is larger; that of a Laplace distribution is 3. */
const LONG = 3;
/** A logarithm has to bring skewness or kurtosis down to this share. */
const SMALLER = 0.5;
/** Offsets of the logarithm, in units of the median of the positive values. */
const OFFSETS = [0, 0.01, 0.1, 1];
/** From the median of absolute deviations to the deviation of a Gaussian. */
const MAD = 1.4826;

/**
 * The logarithm that a column wants, or nothing: where more than one value in 200 is the largest, a scale ends and there
 * is no tail.
 *
 * A column without negative values and with a skewness above 1 gets log(x + c m), m the median of its positive values and
 * c the first of 0 (only without zeros), 0.01, 0.1 and 1 with which the skewness is within 1 and at most half of what it
 * was: the plain logarithm comes first, because it alone makes a Gaussian of a log-normal column.
 * Another column with an excess kurtosis above 3 gets asinh((x - median) / s), s = 1.4826 times the median absolute
 * deviation, where the kurtosis then is at most half of what it was.
 */
export function tailMap(values: Float64Array): TailMap | undefined {
  const before = shapeOf(values);
  const sorted = values.slice().sort();
  if (ends(sorted)) return undefined;
  if (sorted[0]! >= 0 && before.skewness > SKEWED) {
    const most = Math.min(SKEWED, SMALLER * before.skewness);
    const log = logarithms(sorted).find(({ map }) => Math.abs(shapeOf(values.map(map)).skewness) <= most);
    if (log) return log;
  }
  if (before.kurtosis > LONG) {
    const signed = signedLogarithm(sorted);
    if (shapeOf(values.map(signed.map)).kurtosis <= SMALLER * before.kurtosis) return signed;
  }
  return undefined;
}

/** Whether more than single values are the largest, as on a scale from 0 to 100. */
function ends(sorted: Float64Array): boolean {
  const most = sorted.length - sorted.indexOf(sorted.at(-1)!);
  return most > 1 && most > ENDS * sorted.length;
}

/** The columns that {@link tailMap} gives a logarithm. */
export function heavyColumns(x: Matrix, roles: readonly ColumnRole[] = columnRoles(x.columns)): number[] {
  return roles.flatMap((role, j) => {
    if (role.kind !== 'number') return [];
    const values = columnOf(x, j);
    return !isConstantColumn(values) && tailMap(values) ? [j] : [];
  });
}

/** Standardised columns, those with heavy tails as logarithms ({@link tailMap}). */
export function logarithmic(x: Matrix, roles: readonly ColumnRole[] = columnRoles(x.columns)): View {
  const heavy = heavyColumns(x, roles).length;
  const sentence = `The logarithm of ${heavy} of ${x.columns} columns, those with heavy tails, and then every column with mean 0 and deviation 1.`;
  return columnView('log', sentence, x, roles, (values) => tailMap(values)?.map ?? ((value) => value));
}

/** Values below the smallest of the fit are taken as that one, so that each logarithm is finite. */
function logarithms(sorted: Float64Array): TailMap[] {
  const least = sorted[0]!;
  const positive = sorted.subarray(sorted.findIndex((x) => x > 0));
  const middle = medianOf(positive);
  return OFFSETS.filter((c) => c > 0 || least > 0).map((c) => ({
    map: (x) => Math.log(Math.max(x, least) + c * middle),
    kind: 'log',
    centre: -c * middle,
    // asinh is a logarithm from about twice its width on.
    width: (least + c * middle) / 2,
  }));
}

function signedLogarithm(sorted: Float64Array): TailMap {
  const middle = medianOf(sorted);
  const away = sorted.map((x) => Math.abs(x - middle)).sort();
  const mean = away.reduce((sum, x) => sum + x / away.length, 0);
  // More than half of the values may be equal.
  const width = medianOf(away) > 0 ? MAD * medianOf(away) : mean;
  return { map: (x) => Math.asinh((x - middle) / width), kind: 'signed', centre: middle, width };
}

function medianOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Skewness m3 / m2^1.5 and excess kurtosis m4 / m2^2 - 3, m_k the central moments. */
export function shapeOf(values: Float64Array): { readonly skewness: number; readonly kurtosis: number } {
  const n = values.length;
  let mean = 0;
  for (const x of values) mean += x / n;
  let largest = 0;
  for (const x of values) largest = Math.max(largest, Math.abs(x - mean));
  if (largest === 0) return { skewness: 0, kurtosis: 0 };
  let [m2, m3, m4] = [0, 0, 0];
  for (const x of values) {
    // In units of the largest, so that no power overflows.
    const z = (x - mean) / largest;
    m2 += (z * z) / n;
    m3 += (z * z * z) / n;
    m4 += (z * z * z * z) / n;
  }
  return { skewness: m3 / m2 ** 1.5, kurtosis: m4 / (m2 * m2) - 3 };
}
