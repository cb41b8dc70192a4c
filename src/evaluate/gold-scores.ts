/** @file GOLD as scores: means of both terms over real and over generated samples, of all and of each class. */
import type { Dataset } from '../data/dataset.js';
import { type Score, type Split, scoresOf } from '../metrics/metric.js';
import { realRows } from './generated.js';
import { type ClassGold, type GoldEstimator, type GoldTerms, goldByClass } from './gold.js';
import type { OnFraction } from './progress.js';

/** Means of the terms of GOLD in each class, that of group g at g - 1. */
export interface GoldByClass {
  /** Whether marginal terms estimate log p_data - log p_g; else they are deviations of generated scores. */
  readonly densityRatio: boolean;
  readonly generated: readonly ClassGold[];
  readonly train?: readonly ClassGold[];
  readonly test?: readonly ClassGold[];
}

/** What {@link goldScores} scores. */
export interface GoldScoreOptions {
  /** The parts of the data, of which the first names the scores of generated samples too. */
  readonly parts: readonly (readonly [Split, Dataset])[];
  /** Most rows of each part that are scored; of more a fixed random subset. */
  readonly samples: number;
  readonly onFraction?: OnFraction;
}

/** Means over all samples as scores, and those of each class. */
export async function goldScores(
  estimator: GoldEstimator,
  /** The component of each group. */
  order: readonly number[],
  { parts, samples, onFraction }: GoldScoreOptions,
): Promise<{ readonly scores: Score[]; readonly byClass: GoldByClass }> {
  const { generated, densityRatio } = estimator;
  const ordered = (terms: GoldTerms) => {
    const means = goldByClass(terms, order.length);
    return order.map((component) => means[component]!);
  };
  const real: Partial<Record<Split, ClassGold[]>> = {};
  const scores = parts.slice(0, 1).flatMap(([split]) => {
    const { marginal, conditional } = meansOf(generated);
    const how = { count: generated.classes.length, protocol: 'component', split };
    return scoresOf({ 'gold-generated-marginal': marginal, 'gold-generated-conditional': conditional }, how);
  });
  for (const [at, [split, dataset]] of parts.entries()) {
    onFraction?.(at / parts.length);
    const chosen = realRows(dataset, samples);
    const rows = chosen ?? Uint32Array.from({ length: dataset.count }, (_, i) => i);
    const terms = await estimator.ofData(dataset, rows);
    const { marginal, conditional } = meansOf(terms);
    const how = { protocol: 'assign', split, ...(chosen && { subset: rows.length }) };
    scores.push(...scoresOf({ 'gold-real-marginal': marginal, 'gold-real-conditional': conditional }, how));
    real[split] = ordered(terms);
  }
  return { scores, byClass: { densityRatio, generated: ordered(generated), ...real } };
}

function meansOf({ classes, ...terms }: GoldTerms): ClassGold {
  return goldByClass({ ...terms, classes: new Int32Array(classes.length) }, 1)[0]!;
}
