/** @file The two sides of GM-GAN's trade-off: how sure a classifier is of samples, and how much they vary in a group. */
import { MixturaError } from '../errors.js';
import { checkMatrix, columnMeans, type Matrix, selectRows } from '../math/matrix.js';
import { eachDistance } from './neighbours.js';
import { checkProbabilities } from './probabilities.js';

/** Class probabilities and features of generated samples, by a classifier trained on real data. */
export interface QualityDiversityInput {
  /** n x classes, rows summing to 1. */
  readonly probabilities: Matrix;
  /** n x d. */
  readonly features: Matrix;
  /** n components that the samples were generated from, integers of at least 0. */
  readonly components: ArrayLike<number>;
}

/** Scores of the samples of one component. */
export interface GroupQuality {
  readonly component: number;
  readonly count: number;
  readonly quality: number;
  /** Absent where the component has a single sample. */
  readonly diversity?: number;
}

/** Result of {@link qualityDiversity}. */
export interface QualityDiversity {
  /** Mean over all samples of the largest class probability. */
  readonly quality: number;
  /** Mean over components with at least two samples, weighted by their numbers of samples; absent without any. */
  readonly diversity?: number;
  /** One entry a component that has samples, ascending. */
  readonly groups: readonly GroupQuality[];
}

/**
 * Quality and diversity of generated samples, to be set against each other over the scale of the latent components.
 *
 * quality = `mean max_y p(y | x)`; diversity of a component = the mean distance `|f_i - f_j|` of the features of its
 * pairs. Sampling from N(mu_k, s S_k), a smaller s should raise quality and lower diversity.
 *
 * Source: GM-GAN (Ben-Yosef and Weinshall 2018) asks for scores of both sides without defining them; these are ours.
 *
 * @throws MixturaError when the numbers of samples differ, a value is not finite, or a row is no distribution
 */
export function qualityDiversity({
  probabilities,
  features,
  components,
}: QualityDiversityInput): QualityDiversity {
  checkProbabilities(probabilities);
  checkMatrix(features, 'features');
  const n = probabilities.rows;
  if (features.rows !== n || components.length !== n) {
    throw new MixturaError(
      `There are ${n} rows of probabilities, ${features.rows} of features and ${components.length} components: ` +
        'give one of each per sample.',
    );
  }
  const groups = [...rowsByComponent(components)].map(([component, rows]): GroupQuality => {
    const quality = meanConfidence(selectRows(probabilities, rows));
    const group = { component, count: rows.length, quality };
    return rows.length < 2 ? group : { ...group, diversity: meanDistance(selectRows(features, rows)) };
  });
  const several = groups.filter((group) => group.diversity !== undefined);
  const quality = weightedMean(groups.map(({ quality, count }) => [quality, count]));
  if (several.length === 0) return { quality, groups };
  return {
    quality,
    diversity: weightedMean(several.map(({ diversity, count }) => [diversity!, count])),
    groups,
  };
}

/** Mean over the rows of their largest entry. */
function meanConfidence({ rows, columns, values }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let largest = 0;
    for (let j = i * columns; j < (i + 1) * columns; j++) largest = Math.max(largest, values[j]!);
    sum += largest;
  }
  return sum / rows;
}

/** Mean Euclidean distance of the pairs of at least two rows. */
function meanDistance(features: Matrix): number {
  const n = features.rows;
  let sum = 0;
  eachDistance(features, undefined, columnMeans(features), (_i, _j, squared) => {
    sum += Math.sqrt(squared);
  });
  return sum / ((n * (n - 1)) / 2);
}

function rowsByComponent(components: ArrayLike<number>): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (let i = 0; i < components.length; i++) {
    const component = components[i]!;
    if (!Number.isInteger(component) || component < 0) {
      throw new MixturaError(
        `The component of sample ${i} is ${component}: components must be integers of at least 0.`,
      );
    }
    const group = rows.get(component);
    if (group) group.push(i);
    else rows.set(component, [i]);
  }
  return new Map([...rows].sort((a, b) => a[0] - b[0]));
}

function weightedMean(pairs: readonly (readonly [value: number, weight: number])[]): number {
  let sum = 0;
  let total = 0;
  for (const [value, weight] of pairs) {
    sum += weight * value;
    total += weight;
  }
  return sum / total;
}
