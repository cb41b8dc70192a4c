/** @file Density and coverage: fidelity and diversity by the neighbourhoods of real features alone. */
import { checkMatrices, columnMeans, type Matrix } from '../math/matrix.js';
import { eachDistance, neighbourRadii } from './neighbours.js';

/** Result of {@link densityCoverage}. */
export interface DensityCoverage {
  /** Mean number of real neighbourhoods around a generated row, divided by k; may exceed 1. */
  readonly density: number;
  /** Fraction of real rows with a generated row in their neighbourhood. */
  readonly coverage: number;
}

/**
 * Density and coverage; the neighbourhood of a real row x is the open ball to its k-th nearest real row, itself not
 * counted.
 *
 * density = `sum_{x, y} [|x - y| < |x - NN_k(x)|] / (k m)` over m generated rows y, and coverage = the fraction of x
 * with such a y. Both are 1 for identical sets of distinct rows. n^2 d time, n d memory.
 *
 * Source: Naeem et al. 2020 (k = 5); strict comparison as in their code.
 *
 * @throws MixturaError when columns differ, a set is empty or not finite, or k is not below the number of real rows
 */
export function densityCoverage(real: Matrix, fake: Matrix, k = 5): DensityCoverage {
  checkMatrices(real, 'real features', fake, 'generated features');
  const center = columnMeans(real);
  const radii = neighbourRadii(real, k, center, 'real features');
  const covered = new Uint8Array(real.rows);
  let inside = 0;
  eachDistance(real, fake, center, (i, _, squared) => {
    if (squared < radii[i]!) {
      inside++;
      covered[i] = 1;
    }
  });
  return {
    density: inside / (k * fake.rows),
    coverage: covered.reduce((sum, flag) => sum + flag, 0) / real.rows,
  };
}
