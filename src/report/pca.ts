/** @file Principal components: the plane in which a cloud of latents is widest. */
import { MixturaError } from '../errors.js';
import { symmetricEigen } from '../math/linalg.js';

/** Principal components: the centre of the data and the directions of the largest variance. */
export interface Pca {
  /** Mean of the data, `[d]`. */
  readonly mean: Float64Array;
  /** Unit directions, widest first, `[components, d]`; the largest entry of each is positive. */
  readonly directions: Float64Array;
  /** Share of the total variance along each direction, `[components]`. */
  readonly explained: Float64Array;
}

/**
 * Principal components of n points of d dimensions, from the eigenvectors of the covariance
 * `1/n sum (x - mean)(x - mean)^T` in float64.
 *
 * @param x `[n, d]`, row-major
 * @throws MixturaError when there is no point, a value is not finite, or more components than dimensions are
 * asked for
 */
export function pca(x: ArrayLike<number>, d: number, components = 2): Pca {
  const n = x.length / d;
  if (!Number.isInteger(n) || n < 1 || components > d) {
    throw new MixturaError(
      `${components} principal components need points of at least as many dimensions; there are ${x.length} values in ${d} dimensions.`,
    );
  }
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j]! += x[i * d + j]! / n;
  const { values, vectors } = symmetricEigen(covariance(x, mean, n), d);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const directions = new Float64Array(components * d);
  const explained = new Float64Array(components);
  for (let c = 0; c < components; c++) {
    const row = d - 1 - c;
    directions.set(withPositiveLargest(vectors.subarray(row * d, (row + 1) * d)), c * d);
    explained[c] = total > 0 ? Math.max(0, values[row]!) / total : 0;
  }
  return { mean, directions, explained };
}

/** Coordinates of points along principal components: `(x - mean) directions^T`, `[n, components]`. */
export function project(x: ArrayLike<number>, { mean, directions, explained }: Pca): Float64Array {
  const [d, components] = [mean.length, explained.length];
  const n = x.length / d;
  const out = new Float64Array(n * components);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < components; c++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (x[i * d + j]! - mean[j]!) * directions[c * d + j]!;
      out[i * components + c] = sum;
    }
  }
  return out;
}

function covariance(x: ArrayLike<number>, mean: Float64Array, n: number): Float64Array {
  const d = mean.length;
  const sums = new Float64Array(d * d);
  const centred = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) centred[j] = x[i * d + j]! - mean[j]!;
    for (let j = 0; j < d; j++) {
      const value = centred[j]! / n;
      for (let k = 0; k <= j; k++) sums[j * d + k]! += value * centred[k]!;
    }
  }
  for (let j = 0; j < d; j++) for (let k = 0; k < j; k++) sums[k * d + j] = sums[j * d + k]!;
  return sums;
}

/** An eigenvector's sign is arbitrary; this choice makes pictures of equal runs equal. */
function withPositiveLargest(vector: Float64Array): Float64Array {
  const largest = vector.reduce(
    (best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best),
    0,
  );
  return largest < 0 ? vector.map((value) => -value) : vector;
}
