/** @file Ranks of columns, as quantiles of the normal distribution. */
import type { Matrix } from '../math/matrix.js';
import { normalQuantile } from '../math/statistics.js';
import { type ColumnRole, columnRoles } from './column-roles.js';
import { columnView, type NumberMap } from './columns.js';
import type { View } from './view.js';

/**
 * Normal scores of every column of numbers: the quantile (rank - 1/2) / n of the standard normal distribution, equal
 * values at their mean rank, then mean 0 and deviation 1.
 *
 * A value between two of the fit gets what lies between theirs, in proportion; beyond the ends it gets that of the end.
 */
export function normalScores(x: Matrix, roles: readonly ColumnRole[] = columnRoles(x.columns)): View {
  const sentence = 'The ranks of every column in place of its values, spread as a bell curve.';
  return columnView('ranks', sentence, x, roles, scoreMap);
}

/** The map from values to normal scores. */
export function scoreMap(values: Float64Array): NumberMap {
  const sorted = values.slice().sort();
  const n = sorted.length;
  const known: number[] = [];
  const scores: number[] = [];
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && sorted[end] === sorted[start]) end++;
    known.push(sorted[start]!);
    scores.push(normalQuantile((start + end) / 2 / n));
    start = end;
  }
  const [at, score] = [Float64Array.from(known), Float64Array.from(scores)];
  const last = at.length - 1;
  return (x) => {
    if (x <= at[0]!) return score[0]!;
    if (x >= at[last]!) return score[last]!;
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (at[middle]! <= x) low = middle;
      else high = middle;
    }
    const share = (x - at[low]!) / (at[high]! - at[low]!);
    return score[low]! + share * (score[high]! - score[low]!);
  };
}
