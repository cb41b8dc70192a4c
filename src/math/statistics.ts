/** @file Mean and deviation, and the comparisons of two groups of runs: rank-sum test and effect size. */
import { MixturaError } from '../errors.js';

/** Mean and deviation of some numbers. */
export interface MeanDeviation {
  readonly mean: number;
  /** 0 for a single number, which says nothing about the deviation: look at `count`. */
  readonly deviation: number;
  readonly count: number;
}

/**
 * Mean and standard deviation, `sqrt(sum (x - mean)^2 / (n - 1))`.
 *
 * @param divisor 'sample' divides by n - 1 (default), 'population' by n
 * @throws a MixturaError where there are no numbers, or one is not finite
 */
export function meanDeviation(
  values: ArrayLike<number>,
  divisor: 'sample' | 'population' = 'sample',
): MeanDeviation {
  checkSample(values, 'the sample');
  const n = values.length;
  const mean = meanOf(values);
  const degrees = divisor === 'sample' ? n - 1 : n;
  return { mean, deviation: n === 1 ? 0 : Math.sqrt(squaredDeviations(values, mean) / degrees), count: n };
}

/** Result of {@link rankSum}. */
export interface RankSum {
  /** Mann-Whitney U of the first group: pairs (x, y) with x > y, ties counting 1/2. */
  readonly statistic: number;
  /** Two-sided p-value. */
  readonly p: number;
  readonly method: 'exact' | 'normal';
}

/** Above this many pairs the exact distribution is not computed. */
const MOST_EXACT_PAIRS = 8_000;
const LARGEST_EXACT_GROUP = 8;

/**
 * Wilcoxon's rank-sum test (Mann-Whitney U) of two independent groups, two-sided.
 *
 * As `scipy.stats.mannwhitneyu(a, b)`: the exact distribution of U where there are no ties and the smaller group has
 * at most 8 numbers (and there are at most 8,000 pairs), else the normal approximation with continuity and tie
 * corrections, `z = (max(U, mn - U) - mn/2 - 1/2) / sqrt(mn/12 ((N + 1) - sum (t^3 - t) / (N (N - 1))))`.
 * p is 1 where all numbers are equal. Note that 3 against 3 runs cannot go below p = 0.1.
 *
 * @throws a MixturaError where a group is empty, or a number is not finite
 */
export function rankSum(a: ArrayLike<number>, b: ArrayLike<number>): RankSum {
  checkSample(a, 'the first group');
  checkSample(b, 'the second group');
  const m = a.length;
  const n = b.length;
  const { rankSumOfFirst, tieTerm } = ranks(a, b);
  const statistic = rankSumOfFirst - (m * (m + 1)) / 2;
  const larger = Math.max(statistic, m * n - statistic);
  if (tieTerm === 0 && Math.min(m, n) <= LARGEST_EXACT_GROUP && m * n <= MOST_EXACT_PAIRS) {
    return { statistic, p: Math.min(1, 2 * exactTail(m, n, larger)), method: 'exact' };
  }
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  const excess = larger - (m * n) / 2 - 0.5;
  const p = variance > 0 ? Math.min(1, 2 * normalTail(excess / Math.sqrt(variance))) : 1;
  return { statistic, p, method: 'normal' };
}

/**
 * Cohen's d, the difference of means in units of the pooled deviation:
 * `(mean a - mean b) / sqrt(((m - 1) s_a^2 + (n - 1) s_b^2) / (m + n - 2))`.
 *
 * 0 for equal means, whatever the deviation; infinite where both groups are constant and differ.
 *
 * @throws a MixturaError where a group is empty, both have one number only, or a number is not finite
 */
export function cohensD(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSample(a, 'the first group');
  checkSample(b, 'the second group');
  const degrees = a.length + b.length - 2;
  if (degrees === 0) {
    throw new MixturaError("Cohen's d needs a deviation: give at least two numbers in one of the groups.");
  }
  const meanA = meanOf(a);
  const meanB = meanOf(b);
  if (meanA === meanB) return 0;
  const pooled = Math.sqrt((squaredDeviations(a, meanA) + squaredDeviations(b, meanB)) / degrees);
  return (meanA - meanB) / pooled;
}

/** P(Z > z) of a standard normal Z, to about 1e-15 absolute and 1e-10 relative. */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return z;
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    // P(0 < Z < z) = density (z + z^3/3 + z^5/(3 5) + ...), all terms positive.
    let term = z;
    let sum = z;
    for (let k = 3; term > sum * Number.EPSILON; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  // Mills' ratio as a continued fraction, 1 / (z + 1 / (z + 2 / (z + 3 / ...))), from the end.
  let fraction = z;
  for (let k = 120; k > 0; k--) fraction = z + k / fraction;
  return density / fraction;
}

// Coefficients of Wichura's rational approximations, highest power first: the middle, the tails, the far tails.
const MIDDLE = [
  [2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987],
  [13731.69376550946, 1971.5909503065513, 133.14166789178438, 3.3871328727963665],
].flat();
const MIDDLE_BELOW = [
  [5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597],
  [5394.196021424751, 687.1870074920579, 42.31333070160091, 1],
].flat();
const TAIL = [
  [0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684],
  [3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835],
].flat();
const TAIL_BELOW = [
  [1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008],
  [0.6897673349851, 1.6763848301838038, 2.053191626637759, 1],
].flat();
const FAR = [
  [2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124],
  [0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103],
].flat();
const FAR_BELOW = [
  [2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133],
  [0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1],
].flat();

/**
 * The z with P(Z <= z) = p of a standard normal Z, to about 1e-15 relative; -Infinity at 0, Infinity at 1.
 *
 * Source: Wichura, "Algorithm AS 241", 1988.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * horner(MIDDLE, r)) / horner(MIDDLE_BELOW, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  const size =
    r <= 5
      ? horner(TAIL, r - 1.6) / horner(TAIL_BELOW, r - 1.6)
      : horner(FAR, r - 5) / horner(FAR_BELOW, r - 5);
  return q < 0 ? -size : size;
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

function checkSample(values: ArrayLike<number>, what: string): void {
  if (values.length === 0) throw new MixturaError(`There are no numbers in ${what}: give at least one.`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new MixturaError(
        `Number ${i} (from 0) of ${what} is ${values[i]}: leave it out, or find out why its run failed.`,
      );
    }
  }
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  // A second pass removes the rounding of the first, so that equal numbers have exactly their mean.
  let rest = 0;
  for (let i = 0; i < values.length; i++) rest += values[i]! - mean;
  return mean + rest / values.length;
}

function squaredDeviations(values: ArrayLike<number>, mean: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return sum;
}

/** Sum of the ranks (from 1, equal numbers share their mean rank) of the first group, and `sum t^3 - t` over ties. */
function ranks(a: ArrayLike<number>, b: ArrayLike<number>): { rankSumOfFirst: number; tieTerm: number } {
  const all = [
    ...Array.from(a, (value) => ({ value, first: true })),
    ...Array.from(b, (value) => ({ value, first: false })),
  ].sort((x, y) => x.value - y.value);
  let rankSumOfFirst = 0;
  let tieTerm = 0;
  for (let start = 0; start < all.length; ) {
    let end = start + 1;
    while (end < all.length && all[end]!.value === all[start]!.value) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) if (all[i]!.first) rankSumOfFirst += rank;
    tieTerm += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { rankSumOfFirst, tieTerm };
}

/**
 * P(U >= u) where all orders of m + n different numbers are equally likely.
 *
 * The number of orders with U = u obeys `f(m, n, u) = f(m - 1, n, u - n) + f(m, n - 1, u)`: the largest number
 * belongs to the first group, which then exceeds all n, or to the second.
 */
function exactTail(m: number, n: number, u: number): number {
  const counts = Array.from({ length: m + 1 }, () => new Float64Array(m * n + 1));
  for (const row of counts) row[0] = 1; // n = 0: U is 0
  for (let second = 1; second <= n; second++) {
    for (let first = 1; first <= m; first++) {
      const row = counts[first]!;
      const before = counts[first - 1]!;
      for (let k = first * second; k >= second; k--) row[k]! += before[k - second]!;
    }
  }
  let tail = 0;
  let total = 0;
  counts[m]!.forEach((count, value) => {
    total += count;
    if (value >= u) tail += count;
  });
  return tail / total;
}
