/**
 * @file The inner loops of Stein gradients of a Gaussian mixture, float64 (AssemblyScript, 128-bit SIMD).
 *
 * Latents go in panels of four: panel[k][0..3] is entry k of four latents. Vectors and matrices are of n entries, d
 * rounded up to a multiple of 4, with rows `stride` apart; pointers and strides are in bytes. Beyond d factors and
 * covariances hold the identity, all else 0.
 */
import { product } from './cross-product';
import { transposeBlock } from './triangular';

/** log 1e-14: a component so far below the best one is skipped. */
const LOG_NEGLIGIBLE: f64 = -32.23619130191664;

/**
 * y = L^-1 (z - mu) of a panel and log pi N(z) = constant - |y|^2 / 2 of its latents, given L^-T at `transposed`.
 *
 * `best` holds the four largest logarithms so far, and is updated. As soon as the growing |y|^2 puts all four below 1e-14
 * of them, the rest is left out: the logarithms are then too large, and y is meaningless.
 */
export function whitenPanel(
  transposed: usize,
  n: usize,
  stride: usize,
  d: usize,
  mean: usize,
  constant: f64,
  z: usize,
  difference: usize,
  y: usize,
  best: usize,
  logarithms: usize,
): void {
  for (let k: usize = 0; k < d; k++) {
    const mu = v128.load64_splat(mean + (k << 3));
    const to = k << 5;
    v128.store(difference + to, f64x2.sub(v128.load(z + to), mu));
    v128.store(difference + to, f64x2.sub(v128.load(z + to, 16), mu), 16);
  }
  const half = f64x2.splat(0.5);
  const far = f64x2.splat(LOG_NEGLIGIBLE);
  const least0 = f64x2.add(v128.load(best), far);
  const least1 = f64x2.add(v128.load(best, 16), far);
  let log0 = f64x2.splat(constant);
  let log1 = log0;
  for (let j: usize = 0; j < n; j += 4) {
    const rows = y + (j << 5);
    product(transposed + (j << 3), stride, difference, 32, j + 4, rows, 32);
    let squares0 = f64x2.splat(0);
    let squares1 = squares0;
    for (let k: usize = 0; k < 128; k += 32) {
      const y0 = v128.load(rows + k);
      const y1 = v128.load(rows + k, 16);
      squares0 = f64x2.add(squares0, f64x2.mul(y0, y0));
      squares1 = f64x2.add(squares1, f64x2.mul(y1, y1));
    }
    log0 = f64x2.sub(log0, f64x2.mul(half, squares0));
    log1 = f64x2.sub(log1, f64x2.mul(half, squares1));
    if (!v128.any_true(v128.or(f64x2.ge(log0, least0), f64x2.ge(log1, least1)))) break;
  }
  v128.store(logarithms, log0);
  v128.store(logarithms, log1, 16);
  v128.store(best, f64x2.max(v128.load(best), log0));
  v128.store(best, f64x2.max(v128.load(best, 16), log1), 16);
}

/** The rows u_i = L^-T y_i of the four latents of a panel, given L^-1 at `inverse`. */
export function unwhitenPanel(inverse: usize, n: usize, stride: usize, y: usize, u: usize): void {
  for (let j: usize = 0; j < n; j += 4) {
    product(y + (j << 5), 32, inverse + j * stride + (j << 3), stride, n - j, u + (j << 3), stride);
  }
}

/** The rows r_i g_i of the four latents of a panel, r_i being responsibilities, and sum <- sum + sum_i r_i g_i. */
export function weightPanel(
  n: usize,
  stride: usize,
  g: usize,
  responsibilities: usize,
  weighted: usize,
  sum: usize,
): void {
  const w0 = v128.load64_splat(responsibilities);
  const w1 = v128.load64_splat(responsibilities, 8);
  const w2 = v128.load64_splat(responsibilities, 16);
  const w3 = v128.load64_splat(responsibilities, 24);
  for (let j: usize = 0; j < n << 3; j += 16) {
    const from = g + j;
    const to = weighted + j;
    const x0 = f64x2.mul(w0, v128.load(from));
    const x1 = f64x2.mul(w1, v128.load(from + stride));
    const x2 = f64x2.mul(w2, v128.load(from + 2 * stride));
    const x3 = f64x2.mul(w3, v128.load(from + 3 * stride));
    v128.store(to, x0);
    v128.store(to + stride, x1);
    v128.store(to + 2 * stride, x2);
    v128.store(to + 3 * stride, x3);
    const total = f64x2.add(f64x2.add(x0, x1), f64x2.add(x2, x3));
    v128.store(sum + j, f64x2.add(v128.load(sum + j), total));
  }
}

/** M <- scale (M + M^T). */
export function symmetrise(m: usize, scale: f64, n: usize, stride: usize, buffer: usize): void {
  const factor = f64x2.splat(scale);
  for (let i: usize = 0; i < n; i += 4) {
    for (let j = i; j < n; j += 4) {
      const above = m + i * stride + (j << 3);
      const below = m + j * stride + (i << 3);
      transposeBlock(below, buffer, stride);
      for (let k: usize = 0; k < 4 * stride; k += stride) {
        for (let half = k; half < k + 32; half += 16) {
          const sum = f64x2.add(v128.load(above + half), v128.load(buffer + half));
          v128.store(buffer + half, f64x2.mul(factor, sum));
        }
      }
      copyBlock(buffer, above, stride);
      transposeBlock(buffer, below, stride);
    }
  }
}

function copyBlock(from: usize, to: usize, stride: usize): void {
  for (let k: usize = 0; k < 4; k++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += stride;
    to += stride;
  }
}

/** A <- A + x B + y C for symmetric matrices; of C the blocks on and above the diagonal are read. */
export function addSymmetric(a: usize, x: f64, b: usize, y: f64, c: usize, n: usize, stride: usize): void {
  const xs = f64x2.splat(x);
  const ys = f64x2.splat(y);
  for (let i: usize = 0; i < n; i += 4) {
    for (let j = i; j < n; j += 4) {
      const at = i * stride + (j << 3);
      for (let k = at; k < at + 4 * stride; k += stride) {
        for (let half = k; half < k + 32; half += 16) {
          const first = f64x2.add(v128.load(a + half), f64x2.mul(xs, v128.load(b + half)));
          v128.store(a + half, f64x2.add(first, f64x2.mul(ys, v128.load(c + half))));
        }
      }
      if (j > i) transposeBlock(a + at, a + j * stride + (i << 3), stride);
    }
  }
}

/** Rows 0..d-1 of `count` matrices as float32, d numbers each, without gaps. The last may write one number more. */
export function roundMatrices(m: usize, count: usize, n: usize, stride: usize, d: usize, out: usize): void {
  for (let c: usize = 0; c < count; c++) {
    for (let i: usize = 0; i < d; i++) {
      const row = m + i * stride;
      for (let j: usize = 0; j < d; j += 2) {
        v128.store64_lane(out + (j << 2), f32x4.demote_f64x2_zero(v128.load(row + (j << 3))), 0);
      }
      out += d << 2;
    }
    m += n * stride;
  }
}
