/** @file Intra-class Frechet distance: how well each component of a model covers a class of its own. */
import { minimumCostAssignment } from '../cluster/hungarian.js';
import { MixturaError } from '../errors.js';
import { frechetBetween, type GaussianStatistics, prepareGaussian } from './frechet.js';

/** A matching of K classes and K components, and the mean of the matched distances. */
export interface IcfidMatch {
  /** Mean distance under the greedy matching, as published. */
  readonly greedy: number;
  /** The component of each class under it. */
  readonly greedyMap: number[];
  /** Mean distance under the matching that makes it least; never above `greedy`. */
  readonly optimal: number;
  /** The component of each class under it. */
  readonly optimalMap: number[];
}

/** {@link IcfidMatch} with all distances. */
export interface Icfid extends IcfidMatch {
  /** K x K: `distances[y * K + c]` is the Frechet distance of class y and component c. */
  readonly distances: Float64Array;
}

/**
 * ICFID: the mean Frechet distance of K real classes and the K components matched to them, one to one.
 *
 * `F[y, c]` is the distance of class y and component c. Greedy: for y = 0..K-1 in this order the smallest F[y, c]
 * among the components that are left; so it depends on the order of the classes, which the Hungarian optimum does
 * not. K^2 distances.
 *
 * Source: SLOGAN (Hwang et al. 2022), Algorithm 2.
 *
 * @param real statistics of each class
 * @param generated statistics of samples of each component, of as many components as classes
 * @param progress called with the number of distances done and their total
 * @throws MixturaError when the numbers of classes and components differ or are 0, or those of columns differ
 */
export function icfid(
  real: readonly GaussianStatistics[],
  generated: readonly GaussianStatistics[],
  progress: (done: number, total: number) => void = () => {},
): Icfid {
  const k = real.length;
  if (k === 0 || generated.length !== k) {
    throw new MixturaError(
      `ICFID is not defined for ${k} classes and ${generated.length} components: it needs as many of both, at least one.`,
    );
  }
  const classes = real.map(prepareGaussian);
  const components = generated.map(prepareGaussian);
  const distances = new Float64Array(k * k);
  classes.forEach((a, y) => {
    components.forEach((b, c) => {
      distances[y * k + c] = frechetBetween(a, b);
      progress(y * k + c + 1, k * k);
    });
  });
  return { ...matchClasses(distances, k), distances };
}

/**
 * Greedy and optimal matching of K classes and K components by their distances (K x K, row-major, a row a class).
 *
 * @example
 * const { greedy, optimal } = matchClasses([1, 5, 2, 20], 2);
 * greedy; // => 10.5
 * optimal; // => 3.5
 */
export function matchClasses(distances: ArrayLike<number>, k: number): IcfidMatch {
  const greedyMap: number[] = [];
  for (let y = 0; y < k; y++) {
    let best = -1;
    for (let c = 0; c < k; c++) {
      if (greedyMap.includes(c)) continue;
      if (best < 0 || distances[y * k + c]! < distances[y * k + best]!) best = c;
    }
    greedyMap.push(best);
  }
  const optimalMap = [...minimumCostAssignment(distances, k, k).columnOfRow];
  const meanOver = (map: readonly number[]) => map.reduce((sum, c, y) => sum + distances[y * k + c]!, 0) / k;
  const greedy = meanOver(greedyMap);
  return { greedy, greedyMap, optimal: Math.min(greedy, meanOver(optimalMap)), optimalMap };
}
