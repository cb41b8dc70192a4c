/**
 * @file Dense float64 products and the sweeps of a tridiagonal reduction over one imported WebAssembly memory
 * (AssemblyScript, 128-bit SIMD). Pointers and strides are in bytes.
 *
 * Each sum is taken in the order of the contracted index, one product after the other, whatever the blocking: equal
 * rows give equal bits, which lets a caller find that a distance is exactly 0.
 */

/** Panels of the first factor that stay in the second-level cache while those of the second factor pass by. */
const PANELS_AT_ONCE: usize = 32;

/** The 4 x 4 block at `c`, 4 rows `stride` apart: c[i, j] += sum_k a[k, i] b[k, j], k < length (at least 1). */
function tile(a: usize, b: usize, length: usize, c: usize, stride: usize): void {
  const c1 = c + stride;
  const c2 = c1 + stride;
  const c3 = c2 + stride;
  let s00 = v128.load(c);
  let s01 = v128.load(c, 16);
  let s10 = v128.load(c1);
  let s11 = v128.load(c1, 16);
  let s20 = v128.load(c2);
  let s21 = v128.load(c2, 16);
  let s30 = v128.load(c3);
  let s31 = v128.load(c3, 16);
  const end = a + (length << 5);
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load64_splat(a);
    s00 = f64x2.add(s00, f64x2.mul(x, b0));
    s01 = f64x2.add(s01, f64x2.mul(x, b1));
    x = v128.load64_splat(a, 8);
    s10 = f64x2.add(s10, f64x2.mul(x, b0));
    s11 = f64x2.add(s11, f64x2.mul(x, b1));
    x = v128.load64_splat(a, 16);
    s20 = f64x2.add(s20, f64x2.mul(x, b0));
    s21 = f64x2.add(s21, f64x2.mul(x, b1));
    x = v128.load64_splat(a, 24);
    s30 = f64x2.add(s30, f64x2.mul(x, b0));
    s31 = f64x2.add(s31, f64x2.mul(x, b1));
    a += 32;
    b += 32;
  } while (a < end);
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/**
 * C += A B^T of packed factors: panel p of a factor holds rows 4p..4p+3 as `length` groups of four,
 * a[p][k][0..3], and C has rows `stride` apart. With `lower` only the 4 x 4 blocks on and below the diagonal
 * are computed.
 */
export function multiplyPanels(
  a: usize,
  aPanels: usize,
  b: usize,
  bPanels: usize,
  length: usize,
  c: usize,
  stride: usize,
  lower: bool,
): void {
  const panel = length << 5;
  for (let begin: usize = 0; begin < aPanels; begin += PANELS_AT_ONCE) {
    const end = min(begin + PANELS_AT_ONCE, aPanels);
    const columns = lower ? min(end, bPanels) : bPanels;
    for (let j: usize = 0; j < columns; j++) {
      for (let i = lower ? max(begin, j) : begin; i < end; i++) {
        tile(a + i * panel, b + j * panel, length, c + (i << 2) * stride + (j << 5), stride);
      }
    }
  }
}

/** Row `r` of {@link reflect} from column `from` to the diagonal, one number at a time. */
function reflectRow(row: usize, r: usize, from: usize, v: usize, w: usize, u: usize, p: usize): void {
  const vr = load<f64>(v + (r << 3));
  const wr = load<f64>(w + (r << 3));
  const ur = load<f64>(u + (r << 3));
  let sum: f64 = 0;
  for (let k = from << 3; k < r << 3; k += 8) {
    const x = load<f64>(row + k) - (vr * load<f64>(w + k) + wr * load<f64>(v + k));
    store<f64>(row + k, x);
    sum += x * load<f64>(u + k);
    store<f64>(p + k, load<f64>(p + k) + x * ur);
  }
  const at = r << 3;
  const x = load<f64>(row + at) - (vr * wr + wr * vr);
  store<f64>(row + at, x);
  store<f64>(p + at, load<f64>(p + at) + sum + x * ur);
}

/** x - (vr w + wr v). */
function reflected(x: v128, vr: v128, w: v128, wr: v128, v: v128): v128 {
  return f64x2.sub(x, f64x2.add(f64x2.mul(vr, w), f64x2.mul(wr, v)));
}

/** The sum of both lanes, added to the number at `pointer`. */
function addLanes(pointer: usize, lanes: v128): void {
  store<f64>(pointer, load<f64>(pointer) + (f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1)));
}

/** Columns 0..r-1 of rows r..r+3 of {@link reflect}, two columns at a time; r is a multiple of 4, at least 4. */
function reflectRows(row: usize, stride: usize, r: usize, v: usize, w: usize, u: usize, p: usize): void {
  const at = r << 3;
  const row1 = row + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let k: usize = 0;
  do {
    const wk = v128.load(w + k);
    const vk = v128.load(v + k);
    const uk = v128.load(u + k);
    let sum = v128.load(p + k);
    let x = inline.always(
      reflected(v128.load(row + k), v128.load64_splat(v + at), wk, v128.load64_splat(w + at), vk),
    );
    v128.store(row + k, x);
    s0 = f64x2.add(s0, f64x2.mul(x, uk));
    sum = f64x2.add(sum, f64x2.mul(x, v128.load64_splat(u + at)));
    x = inline.always(
      reflected(v128.load(row1 + k), v128.load64_splat(v + at, 8), wk, v128.load64_splat(w + at, 8), vk),
    );
    v128.store(row1 + k, x);
    s1 = f64x2.add(s1, f64x2.mul(x, uk));
    sum = f64x2.add(sum, f64x2.mul(x, v128.load64_splat(u + at, 8)));
    x = inline.always(
      reflected(v128.load(row2 + k), v128.load64_splat(v + at, 16), wk, v128.load64_splat(w + at, 16), vk),
    );
    v128.store(row2 + k, x);
    s2 = f64x2.add(s2, f64x2.mul(x, uk));
    sum = f64x2.add(sum, f64x2.mul(x, v128.load64_splat(u + at, 16)));
    x = inline.always(
      reflected(v128.load(row3 + k), v128.load64_splat(v + at, 24), wk, v128.load64_splat(w + at, 24), vk),
    );
    v128.store(row3 + k, x);
    s3 = f64x2.add(s3, f64x2.mul(x, uk));
    v128.store(p + k, f64x2.add(sum, f64x2.mul(x, v128.load64_splat(u + at, 24))));
    k += 16;
  } while (k < at);
  addLanes(p + at, s0);
  addLanes(p + at + 8, s1);
  addLanes(p + at + 16, s2);
  addLanes(p + at + 24, s3);
}

/**
 * In one pass over the lower triangle of the leading n x n part of a symmetric matrix at `a` (rows `stride` apart,
 * 16-byte aligned): A <- A - v w^T - w v^T, then p = A u. Fusing the two halves what the memory has to carry.
 */
export function reflect(a: usize, stride: usize, n: usize, v: usize, w: usize, u: usize, p: usize): void {
  memory.fill(p, 0, n << 3);
  const blocked = n & ~3;
  for (let r: usize = 0; r < n; r++) {
    const row = a + r * stride;
    if (r >= blocked) reflectRow(row, r, 0, v, w, u, p);
    else {
      if ((r & 3) == 0 && r > 0) reflectRows(row, stride, r, v, w, u, p);
      reflectRow(row, r, r & ~3, v, w, u, p);
    }
  }
}
