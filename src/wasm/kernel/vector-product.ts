/**
 * @file Products of a float32 matrix and a vector (AssemblyScript, 128-bit SIMD). Pointers and strides are in bytes.
 */

/** The sum of four lanes and of the products of two rows from `at` on, where fewer than four are left. */
function finished(lanes: v128, a: usize, b: usize, at: usize, length: usize): f32 {
  const pairs = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  let sum = f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
  for (; at < length; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
}

/** c_i = sum_k a[i, k] b_k, a sum of four interleaved ones. Four rows at a time, so that additions of different sums overlap. */
export function timesVector(a: usize, b: usize, c: usize, m: usize, k: usize): void {
  const length = k << 2;
  const wide = length & ~15;
  let i: usize = 0;
  for (; i + 4 <= m; i += 4) {
    const a1 = a + length;
    const a2 = a1 + length;
    const a3 = a2 + length;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let at: usize = 0; at < wide; at += 16) {
      const x = v128.load(b + at);
      s0 = f32x4.add(s0, f32x4.mul(v128.load(a + at), x));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(a1 + at), x));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(a2 + at), x));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(a3 + at), x));
    }
    const to = c + (i << 2);
    store<f32>(to, finished(s0, a, b, wide, length));
    store<f32>(to, finished(s1, a1, b, wide, length), 4);
    store<f32>(to, finished(s2, a2, b, wide, length), 8);
    store<f32>(to, finished(s3, a3, b, wide, length), 12);
    a = a3 + length;
  }
  for (; i < m; i++) {
    let lanes = f32x4.splat(0);
    for (let at: usize = 0; at < wide; at += 16)
      lanes = f32x4.add(lanes, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    store<f32>(c + (i << 2), finished(lanes, a, b, wide, length));
    a += length;
  }
}

/** c <- c + a x, for rows of `stride` bytes. */
function addRow(a: usize, x: f32, c: usize, stride: usize): void {
  const factor = f32x4.splat(x);
  const wide = stride & ~15;
  let i: usize = 0;
  for (; i < wide; i += 16)
    v128.store(c + i, f32x4.add(v128.load(c + i), f32x4.mul(factor, v128.load(a + i))));
  for (; i < stride; i += 4) store<f32>(c + i, load<f32>(c + i) + load<f32>(a + i) * x);
}

/** c_i = sum_k a[k, i] b_k. Four rows at a time: the sums are then read and written a quarter as often. */
export function transposedTimesVector(a: usize, b: usize, c: usize, m: usize, k: usize): void {
  const stride = m << 2;
  const wide = stride & ~15;
  memory.fill(c, 0, stride);
  let row: usize = 0;
  for (; row + 4 <= k; row += 4) {
    const from = b + (row << 2);
    const a1 = a + stride;
    const a2 = a1 + stride;
    const a3 = a2 + stride;
    const x0 = v128.load32_splat(from);
    const x1 = v128.load32_splat(from, 4);
    const x2 = v128.load32_splat(from, 8);
    const x3 = v128.load32_splat(from, 12);
    let i: usize = 0;
    for (; i < wide; i += 16) {
      let sum = f32x4.add(v128.load(c + i), f32x4.mul(x0, v128.load(a + i)));
      sum = f32x4.add(sum, f32x4.mul(x1, v128.load(a1 + i)));
      sum = f32x4.add(sum, f32x4.mul(x2, v128.load(a2 + i)));
      v128.store(c + i, f32x4.add(sum, f32x4.mul(x3, v128.load(a3 + i))));
    }
    for (; i < stride; i += 4) {
      let sum = load<f32>(c + i) + load<f32>(a + i) * f32x4.extract_lane(x0, 0);
      sum += load<f32>(a1 + i) * f32x4.extract_lane(x1, 0);
      sum += load<f32>(a2 + i) * f32x4.extract_lane(x2, 0);
      store<f32>(c + i, sum + load<f32>(a3 + i) * f32x4.extract_lane(x3, 0));
    }
    a = a3 + stride;
  }
  for (; row < k; row++) {
    addRow(a, load<f32>(b + (row << 2)), c, stride);
    a += stride;
  }
}
