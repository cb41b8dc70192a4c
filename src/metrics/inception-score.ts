/** @file Inception-style score: how sure a classifier is of each sample, and how varied its answers are. */
import { MixturaError } from '../errors.js';
import type { Matrix } from '../math/matrix.js';
import { meanDeviation } from '../math/statistics.js';
import { checkProbabilities } from './probabilities.js';

/** Mean over the splits, and their deviation (divisor: number of splits). */
export interface InceptionScore {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Inception score of class probabilities, `exp(mean_x KL(p(y|x) || p(y)))` with p(y) the mean over the split.
 *
 * From 1 (all alike) to the number of classes (each sure, all classes equally frequent). Split s holds rows
 * `floor(s n / splits)` up to `floor((s + 1) n / splits)`, in the given order. Only scores by one classifier compare.
 *
 * Source: Salimans et al. 2016 (10 splits of 50,000 samples).
 *
 * @param probabilities n x classes, rows summing to 1
 * @throws MixturaError when a row is no distribution, or there are not as many rows as splits
 */
export function inceptionScore(probabilities: Matrix, splits = 10): InceptionScore {
  checkProbabilities(probabilities);
  const n = probabilities.rows;
  if (!(Number.isInteger(splits) && splits >= 1 && splits <= n)) {
    throw new MixturaError(`${n} samples cannot be split into ${splits} parts: give from 1 to ${n} splits.`);
  }
  const scores = Array.from({ length: splits }, (_, s) =>
    scoreOf(probabilities, Math.floor((s * n) / splits), Math.floor(((s + 1) * n) / splits)),
  );
  const { mean, deviation } = meanDeviation(scores, 'population');
  return { mean, deviation };
}

/** Score of rows begin..end. */
function scoreOf({ columns, values }: Matrix, begin: number, end: number): number {
  const marginal = new Float64Array(columns);
  for (let i = begin * columns; i < end * columns; i++) marginal[i % columns]! += values[i]!;
  let divergence = 0;
  for (let i = begin * columns; i < end * columns; i++) {
    const p = values[i]!;
    if (p > 0) divergence += p * Math.log((p * (end - begin)) / marginal[i % columns]!);
  }
  return Math.exp(divergence / (end - begin));
}
