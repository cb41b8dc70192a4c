/** @file Assigning data to mixture components by the angle between encodings and component means. */
import { MixturaError } from '../errors.js';

/** Norms below this count as zero: the cosine of a zero vector is 0, so it is assigned uniformly. */
const MIN_NORM = 1e-12;

/** Encodings, and the component means that they are compared with. */
export interface CosineAssignmentInput {
  /** n x dim, row-major: encoder outputs E(x). */
  readonly encodings: Float32Array | Float64Array;
  /** K x dim, row-major: component means mu_c. */
  readonly means: Float32Array | Float64Array;
  readonly dim: number;
}

/** Each row's probability of each component. */
export interface SoftAssignment {
  /** n x K, row-major; every row sums to 1. */
  readonly probabilities: Float64Array;
  /** n: the most probable component of each row, the lowest index on ties. */
  readonly component: Int32Array;
}

/**
 * Probabilities of the components given data, from the cosine of encodings and component means.
 *
 * `p(c | x) = exp(cos(E(x), mu_c)) / sum_k exp(cos(E(x), mu_k))`, no scale or margin, so they lie within a factor
 * e^2 of one another: they rank the components and are not calibrated confidences.
 *
 * Source: SLOGAN (Hwang et al. 2022), cluster assignment of real data.
 *
 * @throws MixturaError when the sizes do not fit `dim` or an encoding or mean is not finite
 * @example
 * const encodings = Float64Array.of(1, 0, 0, 2);
 * assignByCosine({ encodings, means: Float64Array.of(3, 0, 0, 1), dim: 2 }).component; // => [0, 1]
 */
export function assignByCosine({ encodings, means, dim }: CosineAssignmentInput): SoftAssignment {
  const n = rowCount(encodings, dim, 'encodings');
  const components = rowCount(means, dim, 'means');
  const directions = unitRows(means, components, dim);
  const probabilities = new Float64Array(n * components);
  const component = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const row = probabilities.subarray(i * components, (i + 1) * components);
    const scale = 1 / Math.max(norm(encodings, i * dim, dim, 'encoding', i), MIN_NORM);
    let best = 0;
    let sum = 0;
    for (let c = 0; c < components; c++) {
      let dot = 0;
      for (let j = 0; j < dim; j++) dot += encodings[i * dim + j]! * directions[c * dim + j]!;
      row[c] = Math.exp(dot * scale); // cosines are at most 1: no overflow to guard against
      sum += row[c]!;
      if (row[c]! > row[best]!) best = c;
    }
    for (let c = 0; c < components; c++) row[c]! /= sum;
    component[i] = best;
  }
  return { probabilities, component };
}

function rowCount(values: ArrayLike<number>, dim: number, what: string): number {
  if (!Number.isInteger(dim) || dim < 1 || values.length % dim !== 0) {
    throw new MixturaError(
      `The ${what} hold ${values.length} numbers, which is not a whole number of rows of ${dim}.`,
    );
  }
  return values.length / dim;
}

function unitRows(rows: Float32Array | Float64Array, count: number, dim: number): Float64Array {
  const unit = Float64Array.from(rows);
  for (let c = 0; c < count; c++) {
    const scale = 1 / Math.max(norm(unit, c * dim, dim, 'mean', c), MIN_NORM);
    for (let j = 0; j < dim; j++) unit[c * dim + j]! *= scale;
  }
  return unit;
}

function norm(
  values: Float32Array | Float64Array,
  offset: number,
  dim: number,
  what: string,
  row: number,
): number {
  let sum = 0;
  for (let j = 0; j < dim; j++) sum += values[offset + j]! ** 2;
  if (!Number.isFinite(sum)) {
    throw new MixturaError(
      `The ${what} of row ${row} is not finite: the model has diverged, use an earlier checkpoint.`,
    );
  }
  return Math.sqrt(sum);
}
