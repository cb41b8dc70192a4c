/**
 * @file Products of the form A^T B in float64, in blocks of four (AssemblyScript, 128-bit SIMD). Pointers and strides are
 * in bytes. Matrices are n x n, n a multiple of 4, with rows `stride` apart. A product A^T B reads both factors along
 * their rows, so that nothing has to be packed.
 */

/** What becomes of a product A^T B. */
const SET: i32 = 0;
const ADD: i32 = 1;
const SUBTRACT: i32 = 2;

/** s + x y, or s - x y. */
function step(s: v128, x: v128, y: v128, mode: i32): v128 {
  return mode == SUBTRACT ? f64x2.sub(s, f64x2.mul(x, y)) : f64x2.add(s, f64x2.mul(x, y));
}

/** The 4 x 4 block at `c` of A^T B, C + A^T B or C - A^T B: sums over `rows` (at least 1) rows of a and b. */
function block(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  rows: usize,
  c: usize,
  stride: usize,
  mode: i32,
): void {
  const c1 = c + stride;
  const c2 = c1 + stride;
  const c3 = c2 + stride;
  const zero = f64x2.splat(0);
  let s00 = mode == SET ? zero : v128.load(c);
  let s01 = mode == SET ? zero : v128.load(c, 16);
  let s10 = mode == SET ? zero : v128.load(c1);
  let s11 = mode == SET ? zero : v128.load(c1, 16);
  let s20 = mode == SET ? zero : v128.load(c2);
  let s21 = mode == SET ? zero : v128.load(c2, 16);
  let s30 = mode == SET ? zero : v128.load(c3);
  let s31 = mode == SET ? zero : v128.load(c3, 16);
  const end = a + rows * aStride;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load64_splat(a);
    s00 = inline.always(step(s00, x, b0, mode));
    s01 = inline.always(step(s01, x, b1, mode));
    x = v128.load64_splat(a, 8);
    s10 = inline.always(step(s10, x, b0, mode));
    s11 = inline.always(step(s11, x, b1, mode));
    x = v128.load64_splat(a, 16);
    s20 = inline.always(step(s20, x, b0, mode));
    s21 = inline.always(step(s21, x, b1, mode));
    x = v128.load64_splat(a, 24);
    s30 = inline.always(step(s30, x, b0, mode));
    s31 = inline.always(step(s31, x, b1, mode));
    a += aStride;
    b += bStride;
  } while (a != end);
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** C = A^T B, one block. */
export function product(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  rows: usize,
  c: usize,
  stride: usize,
): void {
  inline.always(block(a, aStride, b, bStride, rows, c, stride, SET));
}

/** C <- C + A^T B, one block. */
function addProduct(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  rows: usize,
  c: usize,
  stride: usize,
): void {
  inline.always(block(a, aStride, b, bStride, rows, c, stride, ADD));
}

/** C <- C - A^T B, one block; all rows are `stride` apart. */
export function subtractProduct(a: usize, b: usize, rows: usize, c: usize, stride: usize): void {
  inline.always(block(a, stride, b, stride, rows, c, stride, SUBTRACT));
}

/** The blocks on and above the diagonal of C = A^T A. */
export function gram(a: usize, c: usize, n: usize, stride: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    for (let j = i; j < n; j += 4) {
      product(a + (i << 3), stride, a + (j << 3), stride, n, c + i * stride + (j << 3), stride);
    }
  }
}

/** C <- C + A^T B, for factors of `rows` rows. */
export function addCrossProduct(a: usize, b: usize, rows: usize, c: usize, n: usize, stride: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    for (let j: usize = 0; j < n; j += 4) {
      addProduct(a + (i << 3), stride, b + (j << 3), stride, rows, c + i * stride + (j << 3), stride);
    }
  }
}
