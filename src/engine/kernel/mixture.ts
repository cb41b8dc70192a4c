/**
 * @file The inner loops of Stein gradients of a Gaussian mixture, float64 (AssemblyScript, 128-bit SIMD).
 *
 * Latents go in panels of four: panel[k][0..3] is entry k of four latents. Matrices are n x n with n = d rounded up to
 * a multiple of 4 and rows n numbers apart, beyond d the identity; `d` counts what is real. Pointers are in bytes.
 */
import { product } from './triangular';

/** log 1e-14: a component so far below the best one is given up. */
const LOG_NEGLIGIBLE: f64 = -32.23619130191664;

/**
 * y = L^-1 (z - mu) of a panel and log pi N(z) = constant - |y|^2 / 2 of its latents, given L^-T at `transposed`.
 *
 * `best` holds the four largest logarithms so far, and learns these. As soon as the growing |y|^2 puts all four below
 * 1e-14 of them the rest is left out: the logarithms are then too large, and y is not to be used.
 */
export function whitenPanel(
  transposed: usize,
  n: usize,
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
    product(transposed + (j << 3), n << 3, difference, 32, min(d, j + 4), rows, 32);
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

/** Rows u_i = L^-T y_i of the four latents of a panel, given L^-1 at `inverse`, n numbers apart. */
export function unwhitenPanel(inverse: usize, n: usize, d: usize, y: usize, u: usize): void {
  const stride = n << 3;
  for (let j: usize = 0; j < n; j += 4) {
    product(y + (j << 5), 32, inverse + j * stride + (j << 3), stride, d - j, u + (j << 3), stride);
  }
}

/** Rows share_i g_i of four latents (n numbers apart), and sum <- sum + their sum. */
export function weighPanel(g: usize, shares: usize, n: usize, out: usize, sum: usize): void {
  const stride = n << 3;
  const w0 = v128.load64_splat(shares);
  const w1 = v128.load64_splat(shares, 8);
  const w2 = v128.load64_splat(shares, 16);
  const w3 = v128.load64_splat(shares, 24);
  for (let j: usize = 0; j < stride; j += 16) {
    const x0 = f64x2.mul(w0, v128.load(g + j));
    const x1 = f64x2.mul(w1, v128.load(g + stride + j));
    const x2 = f64x2.mul(w2, v128.load(g + 2 * stride + j));
    const x3 = f64x2.mul(w3, v128.load(g + 3 * stride + j));
    v128.store(out + j, x0);
    v128.store(out + stride + j, x1);
    v128.store(out + 2 * stride + j, x2);
    v128.store(out + 3 * stride + j, x3);
    const total = f64x2.add(f64x2.add(x0, x1), f64x2.add(x2, x3));
    v128.store(sum + j, f64x2.add(v128.load(sum + j), total));
  }
}

/** out = scale (M + M^T), d x d with rows d apart, for an M with rows n apart. */
export function symmetricSum(m: usize, n: usize, d: usize, scale: f64, out: usize): void {
  const wide = n << 3;
  const narrow = d << 3;
  for (let i: usize = 0; i < d; i++) {
    let column = m + (i << 3);
    let mirrored = out + (i << 3);
    const row = m + i * wide;
    const to = out + i * narrow;
    for (let j: usize = 0; j <= i; j++) {
      const value = scale * (load<f64>(row + (j << 3)) + load<f64>(column));
      store<f64>(to + (j << 3), value);
      store<f64>(mirrored, value);
      column += wide;
      mirrored += narrow;
    }
  }
}

/** A <- A + x B + y C for symmetric d x d matrices (rows d apart); of C (rows n apart) the upper triangle is read. */
export function addSymmetric(a: usize, x: f64, b: usize, y: f64, c: usize, n: usize, d: usize): void {
  const wide = n << 3;
  const narrow = d << 3;
  for (let i: usize = 0; i < d; i++) {
    const row = i * narrow;
    let mirrored = a + (i << 3) + row;
    for (let j = i; j < d; j++) {
      const at = row + (j << 3);
      const value = load<f64>(a + at) + x * load<f64>(b + at) + y * load<f64>(c + i * wide + (j << 3));
      store<f64>(a + at, value);
      store<f64>(mirrored, value);
      mirrored += narrow;
    }
  }
}
