/** @file Gaussian mixtures of data, fitted by expectation-maximisation in float64. */
import { MixturaError, usageError } from '../errors.js';
import { columnProducts, productBlocks, rowProducts } from '../math/dense.js';
import { invertLower, tryCholesky } from '../math/linalg.js';
import type { Matrix } from '../math/matrix.js';

/** How the covariances of the components are bound: each its own, one for all, or each a diagonal one. */
export type CovarianceType = 'full' | 'tied' | 'diagonal';

/** Settings of {@link fitGaussianMixture}. */
export interface GaussianMixtureOptions {
  /** Default `full`. */
  readonly covariance?: CovarianceType | undefined;
  /** Added to the diagonal of every covariance, in squared units of the data (default 1e-6). */
  readonly floor?: number | undefined;
  /** It ends where the mean log-likelihood of a row rises by less (default 1e-3). */
  readonly tolerance?: number | undefined;
  /** Default 100. */
  readonly maxIterations?: number | undefined;
}

/** A fitted mixture: p(x) = sum_k weights_k N(x; means_k, covariances_k). */
export interface GaussianMixture {
  readonly components: number;
  readonly dim: number;
  /** K, sums to 1. */
  readonly weights: Float64Array;
  /** K x d. */
  readonly means: Float64Array;
  /** K x d x d, whatever the type. */
  readonly covariances: Float64Array;
  /** Posterior p(k | x_i), n x K. */
  readonly responsibilities: Float64Array;
  /** Mean of log p(x_i). */
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Bayesian information criterion: -2 n logLikelihood + (free parameters) log n; smaller is better. */
  readonly bic: number;
}

/** Means, weights and whitening factors of the components. */
interface Parameters {
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  /** Of each component L^-1, where covariance = L L^T. */
  readonly whitening: readonly Float64Array[];
  /** sum of log diag L^-1. */
  readonly logDeterminants: Float64Array;
}

const TINY = 10 * Number.EPSILON;
/** A row with a smaller probability of a component changes none of its sums in float64. */
const NEGLIGIBLE = 1e-17;

/**
 * Fits a mixture, from a division of the rows into groups: their means, covariances and shares come first.
 *
 * E: p(k | x) is proportional to weights_k N(x; means_k, covariances_k).
 * M: n_k = sum_i p(k | x_i); means_k, covariances_k are the weighted ones, the floor added; weights_k = n_k / n.
 *
 * Source: Dempster, Laird and Rubin 1977; conventions and stopping rule of scikit-learn's GaussianMixture.
 *
 * @param x n x d, finite
 * @param start the group of each row, 0..K-1, each with at least one row
 * @throws a usage error where a group is empty, a MixturaError where a covariance is not positive definite
 */
export function fitGaussianMixture(
  x: Matrix,
  start: ArrayLike<number>,
  components: number,
  options: GaussianMixtureOptions = {},
): GaussianMixture {
  const { covariance = 'full', floor = 1e-6, tolerance = 1e-3, maxIterations = 100 } = options;
  let parameters = maximise(x, hard(start, x.rows, components), components, covariance, floor);
  let [before, converged, iterations] = [Number.NEGATIVE_INFINITY, false, 0];
  while (!converged && iterations < maxIterations) {
    iterations++;
    const { responsibilities, logLikelihood } = expect(x, parameters);
    parameters = maximise(x, responsibilities, components, covariance, floor);
    converged = Math.abs(logLikelihood - before) < tolerance;
    before = logLikelihood;
  }
  const last = expect(x, parameters);
  const { weights, means, covariances } = parameters;
  const free = freeParameters(covariance, components, x.columns);
  return {
    ...{ components, dim: x.columns, weights, means, covariances, iterations, converged },
    ...last,
    bic: -2 * x.rows * last.logLikelihood + free * Math.log(x.rows),
  };
}

/** Posteriors n x K of rows under a fitted mixture, and the mean of log p(x). */
export function mixturePosterior(
  x: Matrix,
  { components, dim, weights, means, covariances }: GaussianMixture,
): { readonly responsibilities: Float64Array; readonly logLikelihood: number } {
  return expect(x, whitened(components, dim, weights, means, covariances));
}

function hard(start: ArrayLike<number>, rows: number, components: number): Float64Array {
  if (start.length !== rows) throw new RangeError(`${start.length} groups for ${rows} rows`);
  const out = new Float64Array(rows * components);
  const counts = new Float64Array(components);
  for (let i = 0; i < rows; i++) {
    out[i * components + start[i]!] = 1;
    counts[start[i]!]! += 1;
  }
  const empty = counts.indexOf(0);
  if (empty >= 0) throw usageError(`Group ${empty} of the start has no rows; a mixture needs one in each.`);
  return out;
}

function expect(x: Matrix, parameters: Parameters) {
  const { rows } = x;
  const components = parameters.weights.length;
  const responsibilities = squaredDistances(x, parameters);
  const constant = -0.5 * x.columns * Math.log(2 * Math.PI);
  const base = parameters.logDeterminants.map((log, k) => constant + log + Math.log(parameters.weights[k]!));
  for (let at = 0; at < responsibilities.length; at++) {
    responsibilities[at] = base[at % components]! - 0.5 * responsibilities[at]!;
  }
  let total = 0;
  for (let at = 0; at < responsibilities.length; at += components) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < components; k++) most = Math.max(most, responsibilities[at + k]!);
    let sum = 0;
    for (let k = 0; k < components; k++) sum += Math.exp(responsibilities[at + k]! - most);
    const log = most + Math.log(sum);
    for (let k = 0; k < components; k++) responsibilities[at + k] = Math.exp(responsibilities[at + k]! - log);
    total += log;
  }
  return { responsibilities, logLikelihood: total / rows };
}

/** |L_k^-1 (x_i - m_k)|^2 of every row and component, n x K: one product with the factors of all components. */
function squaredDistances(x: Matrix, { weights, means, whitening }: Parameters): Float64Array {
  const { rows, columns: d } = x;
  const components = weights.length;
  const factors = new Float64Array(components * d * d);
  const shifts = new Float64Array(components * d);
  whitening.forEach((factor, k) => {
    // Row j of L^-1 gives coordinate j of L^-1 x.
    factors.set(factor, k * d * d);
    const mean = { rows: 1, columns: d, values: means.subarray(k * d, k * d + d) };
    shifts.set(rowProducts(mean, { rows: d, columns: d, values: factor }), k * d);
  });
  const squares = new Float64Array(rows * components);
  const all = { rows: components * d, columns: d, values: factors };
  productBlocks(x, all, (block) => {
    const { products, stride } = block;
    const end = block.column + block.columns;
    for (let i = 0; i < block.rows; i++) {
      const line = i * stride - block.column;
      const out = (block.row + i) * components;
      for (let c = block.column; c < end; ) {
        const k = Math.floor(c / d);
        const stop = Math.min(end, (k + 1) * d);
        let sum = squares[out + k]!;
        for (; c < stop; c++) {
          const z = products[line + c]! - shifts[c]!;
          sum += z * z;
        }
        squares[out + k] = sum;
      }
    }
  });
  return squares;
}

function maximise(
  x: Matrix,
  responsibilities: Float64Array,
  components: number,
  type: CovarianceType,
  floor: number,
): Parameters {
  const { rows, columns: d, values } = x;
  const sizes = new Float64Array(components).fill(TINY);
  const means = new Float64Array(components * d);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < components; k++) {
      const r = responsibilities[i * components + k]!;
      if (r < NEGLIGIBLE) continue;
      sizes[k]! += r;
      for (let j = 0; j < d; j++) means[k * d + j]! += r * values[i * d + j]!;
    }
  }
  for (let k = 0; k < components; k++) for (let j = 0; j < d; j++) means[k * d + j]! /= sizes[k]!;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const covariances = new Float64Array(components * d * d);
  const pooled = new Float64Array(d * d);
  for (let k = 0; k < components; k++) {
    const scatter = scatterOf(x, responsibilities, components, k, means.subarray(k * d, k * d + d), type);
    if (type === 'tied') for (let j = 0; j < d * d; j++) pooled[j]! += scatter[j]! / total;
    else for (let j = 0; j < d * d; j++) covariances[k * d * d + j] = scatter[j]! / sizes[k]!;
  }
  for (let k = 0; k < components; k++) {
    if (type === 'tied') covariances.set(pooled, k * d * d);
    for (let j = 0; j < d; j++) covariances[k * d * d + j * d + j]! += floor;
  }
  return whitened(
    components,
    d,
    sizes.map((size) => size / total),
    means,
    covariances,
  );
}

/** sum_i p(k | x_i) (x_i - m)(x_i - m)^T, d x d; only its diagonal for diagonal covariances. */
function scatterOf(
  { rows, columns: d, values }: Matrix,
  responsibilities: Float64Array,
  components: number,
  k: number,
  mean: Float64Array,
  type: CovarianceType,
): Float64Array {
  if (type === 'diagonal') {
    const out = new Float64Array(d * d);
    for (let i = 0; i < rows; i++) {
      const r = responsibilities[i * components + k]!;
      for (let j = 0; j < d; j++) out[j * d + j]! += r * (values[i * d + j]! - mean[j]!) ** 2;
    }
    return out;
  }
  // Rows of next to no weight do not count: most rows belong to one component.
  const scaled = new Float64Array(rows * d);
  let used = 0;
  for (let i = 0; i < rows; i++) {
    const r = responsibilities[i * components + k]!;
    if (r < NEGLIGIBLE) continue;
    const root = Math.sqrt(r);
    for (let j = 0; j < d; j++) scaled[used * d + j] = root * (values[i * d + j]! - mean[j]!);
    used++;
  }
  return columnProducts(
    { rows: used, columns: d, values: scaled.subarray(0, used * d) },
    new Float64Array(d),
  );
}

function whitened(
  components: number,
  d: number,
  weights: Float64Array,
  means: Float64Array,
  covariances: Float64Array,
): Parameters {
  const logDeterminants = new Float64Array(components);
  const whitening = Array.from({ length: components }, (_, k) => {
    const factor = new Float64Array(d * d);
    if (tryCholesky(covariances.subarray(k * d * d, (k + 1) * d * d), d, factor) >= 0) {
      throw new MixturaError(
        `The covariance of group ${k} is not positive definite: give fewer groups, fewer columns, or a larger floor.`,
      );
    }
    const inverse = invertLower(factor, d);
    for (let j = 0; j < d; j++) logDeterminants[k]! += Math.log(inverse[j * d + j]!);
    return inverse;
  });
  return { weights, means, covariances, whitening, logDeterminants };
}

function freeParameters(type: CovarianceType, components: number, d: number): number {
  const perCovariance = type === 'diagonal' ? d : (d * (d + 1)) / 2;
  return components - 1 + components * d + perCovariance * (type === 'tied' ? 1 : components);
}
