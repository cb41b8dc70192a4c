/**
 * @file Cholesky factors, products and inverses of triangular matrices in float64, in blocks of four (AssemblyScript,
 * 128-bit SIMD). Pointers and strides are in bytes. Matrices are n x n, n a multiple of 4, with rows `stride` apart.
 */
import { product, subtractProduct } from './cross-product';

/** C = R^T B for an upper triangular R. */
export function triangularProduct(r: usize, b: usize, c: usize, n: usize, stride: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    for (let j: usize = 0; j < n; j += 4) {
      product(r + (i << 3), stride, b + (j << 3), stride, i + 4, c + i * stride + (j << 3), stride);
    }
  }
}

/** Writes zeros, two at a time. */
function clear(pointer: usize, end: usize): void {
  const zero = f64x2.splat(0);
  for (; pointer < end; pointer += 16) v128.store(pointer, zero);
}

/** The number at row i, column j. */
function at(m: usize, stride: usize, i: usize, j: usize): f64 {
  return load<f64>(m + i * stride + (j << 3));
}

/** Solves R^T X = C for the upper triangular 4 x 4 block R at `r`; X replaces C (4 x 2 `pairs`), rows `stride` apart. */
function solveBlock(r: usize, c: usize, stride: usize, pairs: usize): void {
  const d0 = f64x2.splat(at(r, stride, 0, 0));
  const d1 = f64x2.splat(at(r, stride, 1, 1));
  const d2 = f64x2.splat(at(r, stride, 2, 2));
  const d3 = f64x2.splat(at(r, stride, 3, 3));
  const r01 = f64x2.splat(at(r, stride, 0, 1));
  const r02 = f64x2.splat(at(r, stride, 0, 2));
  const r03 = f64x2.splat(at(r, stride, 0, 3));
  const r12 = f64x2.splat(at(r, stride, 1, 2));
  const r13 = f64x2.splat(at(r, stride, 1, 3));
  const r23 = f64x2.splat(at(r, stride, 2, 3));
  const end = c + (pairs << 4);
  for (; c != end; c += 16) {
    const c1 = c + stride;
    const c2 = c1 + stride;
    const c3 = c2 + stride;
    const x0 = f64x2.div(v128.load(c), d0);
    const x1 = f64x2.div(f64x2.sub(v128.load(c1), f64x2.mul(r01, x0)), d1);
    const t2 = f64x2.sub(f64x2.sub(v128.load(c2), f64x2.mul(r02, x0)), f64x2.mul(r12, x1));
    const x2 = f64x2.div(t2, d2);
    const t3 = f64x2.sub(f64x2.sub(v128.load(c3), f64x2.mul(r03, x0)), f64x2.mul(r13, x1));
    const x3 = f64x2.div(f64x2.sub(t3, f64x2.mul(r23, x2)), d3);
    v128.store(c, x0);
    v128.store(c1, x1);
    v128.store(c2, x2);
    v128.store(c3, x3);
  }
}

/** Factors the 4 x 4 block at `r` (upper part) in place; the number of good pivots, 4 if all. */
function factorBlock(r: usize, stride: usize): i32 {
  for (let i: usize = 0; i < 4; i++) {
    const row = r + i * stride;
    for (let k: usize = 0; k < i; k++) {
      const x = at(r, stride, k, i);
      for (let j = i; j < 4; j++) {
        store<f64>(row + (j << 3), load<f64>(row + (j << 3)) - x * at(r, stride, k, j));
      }
    }
    const pivot = load<f64>(row + (i << 3));
    if (!(pivot > 0) || pivot == Infinity) return <i32>i;
    const root = sqrt(pivot);
    store<f64>(row + (i << 3), root);
    for (let j = i + 1; j < 4; j++) store<f64>(row + (j << 3), load<f64>(row + (j << 3)) / root);
  }
  return 4;
}

/**
 * Cholesky factor R of a symmetric matrix, A = R^T R (the upper triangle is read), with 0 below the diagonal in the
 * blocks of eight on it. Returns -1, or the index of the first pivot that is not positive and finite.
 */
export function cholesky(a: usize, r: usize, n: usize, stride: usize): i32 {
  for (let i: usize = 0; i < n; i++) {
    const row = i * stride;
    const from = (i & ~1) << 3;
    clear(r + row + ((i & ~7) << 3), r + row + from);
    for (let j = row + from; j < row + (n << 3); j += 16) v128.store(r + j, v128.load(a + j));
    if (i & 1) store<f64>(r + row + from, 0);
  }
  for (let i: usize = 0; i < n; i += 4) {
    const row = r + i * stride;
    const above = r + (i << 3);
    const diagonal = row + (i << 3);
    if (i > 0) {
      for (let j = i; j < n; j += 4) subtractProduct(above, r + (j << 3), i, row + (j << 3), stride);
      // The product has filled the lower part of the block on the diagonal.
      for (let k: usize = 1; k < 4; k++) {
        for (let j: usize = 0; j < k; j++) store<f64>(diagonal + k * stride + (j << 3), 0);
      }
    }
    const good = factorBlock(diagonal, stride);
    if (good < 4) return <i32>i + good;
    solveBlock(diagonal, diagonal + 32, stride, (n - i - 4) >> 1);
  }
  return -1;
}

/** Writes the transpose of the 4 x 4 block at `from` to `to`, another block. */
export function transposeBlock(from: usize, to: usize, stride: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const row = from + half * 2 * stride;
    const column = to + (half << 4);
    for (let j: usize = 0; j < 2; j++) {
      const x = v128.load(row + (j << 4));
      const y = v128.load(row + stride + (j << 4));
      v128.store(column + 2 * j * stride, v128.shuffle<f64>(x, y, 0, 2));
      v128.store(column + (2 * j + 1) * stride, v128.shuffle<f64>(x, y, 1, 3));
    }
  }
}

/**
 * W = R^-T of the upper triangular factor of A = R^T R, and its transpose: W is lower triangular, W A W^T = I.
 * Blocks beyond the diagonal are not written: they must hold 0.
 */
export function invertFactor(r: usize, w: usize, transposed: usize, n: usize, stride: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    const row = w + i * stride;
    // Rows i..i+3 of R^T W = I.
    for (let k: usize = 0; k < 4; k++) {
      clear(row + k * stride, row + k * stride + ((i + 4) << 3));
      store<f64>(row + k * stride + ((i + k) << 3), 1);
    }
    for (let j: usize = 0; j < i; j += 4) {
      const from = j * stride;
      subtractProduct(r + from + (i << 3), w + from + (j << 3), i - j, row + (j << 3), stride);
    }
    solveBlock(r + i * stride + (i << 3), row, stride, (i + 4) >> 1);
    for (let j: usize = 0; j <= i; j += 4) {
      transposeBlock(row + (j << 3), transposed + j * stride + (i << 3), stride);
    }
  }
}

/** Entries j..j+3 of y + R^T x, x having `length` numbers. */
function fourRows(r: usize, stride: usize, j: usize, x: usize, length: usize, y: usize, out: usize): void {
  let s0 = v128.load(y + (j << 3));
  let s1 = v128.load(y + (j << 3), 16);
  let p = r + (j << 3);
  const end = p + min(length, j + 4) * stride;
  do {
    const v = v128.load64_splat(x);
    s0 = f64x2.add(s0, f64x2.mul(v, v128.load(p)));
    s1 = f64x2.add(s1, f64x2.mul(v, v128.load(p, 16)));
    p += stride;
    x += 8;
  } while (p != end);
  v128.store(out + (j << 3), s0);
  v128.store(out + (j << 3), s1, 16);
}

/** Entries j..j+7 of y + R^T x, R upper triangular with zeros in the block of eight on the diagonal. */
function eightRows(r: usize, stride: usize, j: usize, x: usize, length: usize, y: usize, out: usize): void {
  let s0 = v128.load(y + (j << 3));
  let s1 = v128.load(y + (j << 3), 16);
  let s2 = v128.load(y + (j << 3), 32);
  let s3 = v128.load(y + (j << 3), 48);
  let p = r + (j << 3);
  const end = p + min(length, j + 8) * stride;
  do {
    const v = v128.load64_splat(x);
    s0 = f64x2.add(s0, f64x2.mul(v, v128.load(p)));
    s1 = f64x2.add(s1, f64x2.mul(v, v128.load(p, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v, v128.load(p, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v, v128.load(p, 48)));
    p += stride;
    x += 8;
  } while (p != end);
  v128.store(out + (j << 3), s0);
  v128.store(out + (j << 3), s1, 16);
  v128.store(out + (j << 3), s2, 32);
  v128.store(out + (j << 3), s3, 48);
}

/**
 * out_i = shift_c + R_c^T x_i for `count` rows of d numbers and c = component[i] (int32): `r` holds the
 * upper triangular matrices one after the other, `shift` rows of d numbers. A row may write up to three numbers past its
 * end, which the next row then overwrites.
 */
export function affineRows(
  r: usize,
  n: usize,
  stride: usize,
  shift: usize,
  component: usize,
  x: usize,
  out: usize,
  d: usize,
  count: usize,
): void {
  const eights = n & ~7;
  for (let i: usize = 0; i < count; i++) {
    const c = <usize>load<i32>(component + (i << 2));
    const m = r + c * n * stride;
    const y = shift + ((c * d) << 3);
    for (let j: usize = 0; j < eights; j += 8) eightRows(m, stride, j, x, d, y, out);
    if (eights < n) fourRows(m, stride, eights, x, d, y, out);
    x += d << 3;
    out += d << 3;
  }
}
