/** @file The number of groups by the Bayesian information criterion of Gaussian mixtures, beside that of the merge curve. */
import { fitGaussianMixture } from '../cluster/gaussian-mixture.js';
import { MixturaError } from '../errors.js';
import type { Structure } from './structure.js';
import { graphGroups } from './teachers.js';

/** Numbers of groups to each side of the one that was found. */
const AROUND = 3;
const ITERATIONS = 50;
/** Multiplications of an iteration that are affordable; where more would be needed the criterion is not looked at. */
const AFFORDABLE = 2e8;

/**
 * The number of groups within 3 of `groups` whose mixture (full covariances, started from the groups of the graph) has
 * the smallest BIC; nothing where mixtures would take minutes. One with more parameters than rows does not count.
 */
export function countByMixtures(structure: Structure, groups: number): number | undefined {
  const { rows, floor } = structure;
  if (rows.rows * rows.columns ** 2 * (groups + AROUND) > AFFORDABLE) return undefined;
  let best: { readonly groups: number; readonly bic: number } | undefined;
  for (let k = Math.max(1, groups - AROUND); k <= groups + AROUND; k++) {
    const { part, parts } = graphGroups(structure, k);
    if (parametersOf(parts, rows.columns) > rows.rows) continue;
    const bic = bicOf(() => fitGaussianMixture(rows, part, parts, { floor, maxIterations: ITERATIONS }));
    if (bic !== undefined && (best === undefined || bic < best.bic)) best = { groups: parts, bic };
  }
  return best?.groups;
}

/** Free parameters of a mixture with full covariances. */
function parametersOf(groups: number, columns: number): number {
  return groups * (1 + columns + (columns * (columns + 1)) / 2) - 1;
}

/** Nothing where the mixture cannot be fitted. */
function bicOf(mixture: () => { readonly bic: number }): number | undefined {
  try {
    return mixture().bic;
  } catch (cause) {
    if (cause instanceof MixturaError) return undefined;
    throw cause;
  }
}
