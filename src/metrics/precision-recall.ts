/** @file Improved precision and recall: fidelity and coverage by neighbourhoods of features. */
import { checkMatrices, columnMeans, type Matrix } from '../math/matrix.js';
import { eachDistance, neighbourRadii } from './neighbours.js';

/** Result of {@link precisionRecall}. */
export interface PrecisionRecall {
  /** Fraction of generated rows within some real row's neighbourhood. */
  readonly precision: number;
  /** Fraction of real rows within some generated row's neighbourhood. */
  readonly recall: number;
}

/**
 * Improved precision and recall; the neighbourhood of a row reaches to its k-th nearest row of its own set, itself
 * not counted.
 *
 * precision = fraction of generated y with `|y - x| <= |x - NN_k(x)|` for some real x; recall with the sides swapped.
 * 1 and 1 for identical sets. n^2 d time, n d memory.
 *
 * Source: Kynkaanniemi et al. 2019, eq. 1 and 2 (k = 3).
 *
 * @throws MixturaError when columns differ, a set is empty or not finite, or k is not below the rows of both sets
 */
export function precisionRecall(real: Matrix, fake: Matrix, k = 3): PrecisionRecall {
  checkMatrices(real, 'real features', fake, 'generated features');
  const center = columnMeans(real);
  const realRadii = neighbourRadii(real, k, center, 'real features');
  const fakeRadii = neighbourRadii(fake, k, center, 'generated features');
  const realInside = new Uint8Array(real.rows);
  const fakeInside = new Uint8Array(fake.rows);
  eachDistance(real, fake, center, (i, j, squared) => {
    if (squared <= realRadii[i]!) fakeInside[j] = 1;
    if (squared <= fakeRadii[j]!) realInside[i] = 1;
  });
  return { precision: fractionOf(fakeInside), recall: fractionOf(realInside) };
}

function fractionOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
}
