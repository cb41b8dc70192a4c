/** @file The directions along which rows vary most: principal components. */
import { dot } from './cholesky.js';
import { columnProducts, ownRowProducts, rowProducts } from './dense.js';
import { symmetricEigen } from './eigen.js';
import { largestEigen } from './lanczos.js';
import { columnMeans, type Matrix } from './matrix.js';
import { Stream } from './random.js';

/** Directions of the largest variance, widest first. */
export interface PrincipalComponents {
  /** Number k of components. */
  readonly count: number;
  /** Mean of the rows, d. */
  readonly mean: Float64Array;
  /** Unit directions, k x d; the entry of largest magnitude of each is positive. */
  readonly directions: Float64Array;
  /** Variance along each direction, with the divisor n - 1. */
  readonly variances: Float64Array;
  /** Sum of the variances of all columns. */
  readonly total: number;
}

/** Up to this size all eigenvectors are found at once, which is exact and takes milliseconds. */
const SMALL = 100;
/** A direction with less than this share of the largest variance is rounding. */
const ROUNDING = 1e-12;
/** Of the eigenvectors; what is left of it in a direction of 1 % of the largest variance is 1e-6. */
const TOLERANCE = 1e-8;
/** Values that are centred at a time. */
const CHUNK = 1 << 20;

/**
 * The at most `most` principal components of the n x d rows; directions without variance are left out.
 *
 * They are eigenvectors of the d x d covariance, or of the n x n products of the rows where d > n. Takes
 * n d min(n, d) / 2 multiplications, and memory for min(n, d)^2 numbers.
 *
 * @param x finite
 */
export function principalComponents(x: Matrix, most: number): PrincipalComponents {
  const { rows: n, columns: d } = x;
  const mean = columnMeans(x);
  if (d <= n) return componentsOfProducts({ products: columnProducts(x, mean), mean, rows: n }, most);
  const centred = centredRows(x, mean, 0, n);
  const products = ownRowProducts(centred);
  const top = alongColumns(largestOf(products, n, Math.min(most, n)), centred);
  return assembled(top, n, mean, totalVariance(products, n, n));
}

function totalVariance(products: Float64Array, size: number, rows: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += products[i * size + i]!;
  return sum / Math.max(rows - 1, 1);
}

/** Sums of products of centred rows, of which components can be found without the rows. */
export interface CentredProducts {
  /** sum_i (x_i - mean)(x_i - mean)^T, d x d. */
  readonly products: Float64Array;
  readonly mean: Float64Array;
  readonly rows: number;
}

/** The at most `most` principal components of rows by their products; directions without variance are left out. */
export function componentsOfProducts(
  { products, mean, rows }: CentredProducts,
  most: number,
): PrincipalComponents {
  const d = mean.length;
  return assembled(largestOf(products, d, Math.min(most, d)), rows, mean, totalVariance(products, d, rows));
}

/** Coordinates of rows along the components, (x - mean) . direction, n x k. */
export function alongComponents(x: Matrix, components: PrincipalComponents): Matrix {
  const { count, mean, directions } = components;
  const values = new Float64Array(x.rows * count);
  const basis = { rows: count, columns: x.columns, values: directions };
  const step = Math.max(1, Math.floor(CHUNK / x.columns));
  for (let row = 0; row < x.rows && count > 0; row += step) {
    const part = centredRows(x, mean, row, Math.min(row + step, x.rows));
    values.set(rowProducts(part, basis), row * count);
  }
  return { rows: x.rows, columns: count, values };
}

/** Eigenpairs, descending. */
interface Pairs {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** The same first vector in every call, so that equal data have equal components. */
const start = () => Stream.root(0).fork('principal components');

function largestOf(a: Float64Array, n: number, count: number): Pairs {
  if (n > SMALL && 3 * count <= n) {
    const apply = (x: Float64Array, out: Float64Array): void => {
      for (let i = 0; i < n; i++) out[i] = dot(a, i * n, x, 0, n);
    };
    return largestEigen({ size: n, count, apply, tolerance: TOLERANCE, stream: start() });
  }
  const { values, vectors } = symmetricEigen(a, n);
  const order = Array.from({ length: count }, (_, i) => n - 1 - i);
  return {
    values: Float64Array.from(order, (i) => values[i]!),
    vectors: order.map((i) => vectors.slice(i * n, i * n + n)),
  };
}

/** From eigenvectors u of X X^T to those of X^T X: X^T u, scaled to length 1. */
function alongColumns({ values, vectors }: Pairs, { rows, columns, values: x }: Matrix): Pairs {
  return {
    values,
    vectors: vectors.map((u) => {
      const v = new Float64Array(columns);
      for (let i = 0; i < rows; i++) {
        const weight = u[i]!;
        const from = i * columns;
        for (let j = 0; j < columns; j++) v[j]! += weight * x[from + j]!;
      }
      const length = Math.sqrt(dot(v, 0, v, 0, v.length));
      return length > 0 ? v.map((value) => value / length) : v;
    }),
  };
}

function assembled({ values, vectors }: Pairs, n: number, mean: Float64Array, total: number) {
  const least = ROUNDING * Math.max(values[0] ?? 0, 0);
  const kept = vectors.filter((_, i) => values[i]! > least);
  const directions = new Float64Array(kept.length * mean.length);
  kept.forEach((vector, i) => {
    directions.set(withPositiveLargest(vector), i * mean.length);
  });
  const variances = Float64Array.from(kept, (_, i) => values[i]! / Math.max(n - 1, 1));
  return { count: kept.length, mean, directions, variances, total };
}

/** The sign of an eigenvector is arbitrary; this choice makes equal data give equal coordinates. */
function withPositiveLargest(vector: Float64Array): Float64Array {
  let best = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(best) + 1e-12) best = value;
  return best < 0 ? vector.map((value) => -value) : vector;
}

function centredRows({ columns, values }: Matrix, mean: Float64Array, from: number, to: number): Matrix {
  const out = new Float64Array((to - from) * columns);
  for (let i = from; i < to; i++) {
    const at = (i - from) * columns;
    for (let j = 0; j < columns; j++) out[at + j] = values[i * columns + j]! - mean[j]!;
  }
  return { rows: to - from, columns, values: out };
}
