/**
 * @file Products of float32 matrices of small and middling size (AssemblyScript, 128-bit SIMD). Pointers and strides
 * are in bytes. Each sum is taken in the order of the contracted index, whatever the blocking.
 */

/** Columns of a panel of the right factor, which is packed so that the innermost loop reads it in one line. */
const PANEL: usize = 8;
/** A tile of results that reaches beyond the matrix is finished here. */
const TILE = memory.data(128, 16);

/**
 * c[i, j] = sum_k a_i[k] b[k, j] for 4 rows and 8 columns: a_i start `aRow` apart and step `aStep`, b is packed,
 * rows of c are `stride` apart.
 */
function tile(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  aStep: usize,
  b: usize,
  end: usize,
  c: usize,
  stride: usize,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let k: usize = 0;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0 + k);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a1 + k);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a2 + k);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a3 + k);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    k += aStep;
    b += 32;
  } while (b < end);
  v128.store(c, s00);
  v128.store(c, s01, 16);
  c += stride;
  v128.store(c, s10);
  v128.store(c, s11, 16);
  c += stride;
  v128.store(c, s20);
  v128.store(c, s21, 16);
  c += stride;
  v128.store(c, s30);
  v128.store(c, s31, 16);
}

/** Columns of B (k x n, rows `stride` apart), row k a line of eight; zeros beyond the last column. */
function packRows(b: usize, stride: usize, k: usize, columns: usize, out: usize): void {
  for (let row: usize = 0; row < k; row++) {
    if (columns == PANEL) {
      v128.store(out, v128.load(b));
      v128.store(out, v128.load(b, 16), 16);
    } else {
      v128.store(out, f32x4.splat(0));
      v128.store(out, f32x4.splat(0), 16);
      memory.copy(out, b, columns << 2);
    }
    b += stride;
    out += 32;
  }
}

/** Four values of four rows at `b`, `stride` apart, as four columns in lines of 32 bytes. */
function turnFour(b: usize, stride: usize, out: usize): void {
  const r0 = v128.load(b);
  const r1 = v128.load(b + stride);
  const r2 = v128.load(b + 2 * stride);
  const r3 = v128.load(b + 3 * stride);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(out, v128.shuffle<i64>(low01, low23, 1, 3), 32);
  v128.store(out, v128.shuffle<i64>(high01, high23, 0, 2), 64);
  v128.store(out, v128.shuffle<i64>(high01, high23, 1, 3), 96);
}

/** The same of B given as its transpose (n x k): rows of it become columns. */
function packColumns(b: usize, stride: usize, k: usize, columns: usize, out: usize): void {
  const whole = columns == PANEL ? k & ~3 : 0;
  for (let row: usize = 0; row < whole; row += 4) {
    turnFour(b + (row << 2), stride, out + (row << 5));
    turnFour(b + 4 * stride + (row << 2), stride, out + (row << 5) + 16);
  }
  for (let j: usize = 0; j < PANEL; j++) {
    for (let row = whole; row < k; row++) {
      const value = j < columns ? load<f32>(b + j * stride + (row << 2)) : 0;
      store<f32>(out + (row << 5) + (j << 2), value);
    }
  }
}

/** A given as its transpose (k x m), in panels of four of its columns: what a tile reads lies in one line. */
function packTransposed(a: usize, m: usize, k: usize, out: usize): void {
  const stride = m << 2;
  for (let i: usize = 0; i < stride; i += 16) {
    let from = a + i;
    for (let row: usize = 0; row < k; row++) {
      v128.store(out, v128.load(from));
      from += stride;
      out += 16;
    }
  }
}

/** A tile of which only `rows` x `columns` belong to the result. */
function partialTile(
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  end: usize,
  c: usize,
  stride: usize,
  rows: usize,
  columns: usize,
): void {
  const last = rows - 1;
  tile(
    a,
    a + min<usize>(1, last) * aRow,
    a + min<usize>(2, last) * aRow,
    a + min<usize>(3, last) * aRow,
    aStep,
    b,
    end,
    TILE,
    32,
  );
  for (let i: usize = 0; i < rows; i++) memory.copy(c + i * stride, TILE + (i << 5), columns << 2);
}

/** The sum of four lanes, and of the products of two rows from `at` on, which is beyond the whole fours. */
function finished(lanes: v128, a: usize, b: usize, at: usize, length: usize): f32 {
  const pairs = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  let sum = f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
  for (; at < length; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
}

/** c_i = sum_k a[i, k] b_k, a sum of four interleaved ones. Four rows at a time: one sum alone waits for every addition. */
function timesVector(a: usize, b: usize, c: usize, m: usize, k: usize): void {
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
function transposedTimesVector(a: usize, b: usize, c: usize, m: usize, k: usize): void {
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

/**
 * C (m x n) = A' B', where A' is A (m x k), or with `transposeA` the transpose of A (k x m); B' likewise.
 * `room` is working memory: 32 k bytes, and with `transposeA` 4 k (m rounded up to a multiple of 4) bytes more.
 */
export function matmul(
  a: usize,
  b: usize,
  c: usize,
  m: usize,
  n: usize,
  k: usize,
  transposeA: bool,
  transposeB: bool,
  room: usize,
): void {
  if (n == 1) {
    if (transposeA) transposedTimesVector(a, b, c, m, k);
    else timesVector(a, b, c, m, k);
    return;
  }
  const end = room + (k << 5);
  if (transposeA) packTransposed(a, m, k, end);
  const first = transposeA ? end : a;
  const aRow: usize = transposeA ? 4 : k << 2;
  const aStep: usize = transposeA ? 16 : 4;
  const stride = n << 2;
  for (let j: usize = 0; j < n; j += PANEL) {
    const columns = min(PANEL, n - j);
    if (transposeB) packColumns(b + j * (k << 2), k << 2, k, columns, room);
    else packRows(b + (j << 2), stride, k, columns, room);
    let row = first;
    let to = c + (j << 2);
    for (let i: usize = 0; i < m; i += 4) {
      if (i + 4 <= m && columns == PANEL)
        tile(row, row + aRow, row + 2 * aRow, row + 3 * aRow, aStep, room, end, to, stride);
      else partialTile(row, aRow, aStep, room, end, to, stride, min<usize>(4, m - i), columns);
      // Four rows on: a packed panel is as long as four rows.
      row += k << 4;
      to += stride << 2;
    }
  }
}

/**
 * A box of up to four axes from one array into another, with the strides of each; a stride of 0 in the source repeats.
 */
export function copyBox(
  from: usize,
  f0: usize,
  f1: usize,
  f2: usize,
  f3: usize,
  to: usize,
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  n0: usize,
  n1: usize,
  n2: usize,
  n3: usize,
): void {
  for (let i0: usize = 0; i0 < n0; i0++) {
    for (let i1: usize = 0; i1 < n1; i1++) {
      for (let i2: usize = 0; i2 < n2; i2++) {
        let p = from + i0 * f0 + i1 * f1 + i2 * f2;
        let q = to + i0 * t0 + i1 * t1 + i2 * t2;
        if (f3 == 4 && t3 == 4) {
          memory.copy(q, p, n3 << 2);
          continue;
        }
        for (let i3: usize = 0; i3 < n3; i3++) {
          store<f32>(q, load<f32>(p));
          p += f3;
          q += t3;
        }
      }
    }
  }
}

/** Zeros. */
export function clear(to: usize, length: usize): void {
  memory.fill(to, 0, length);
}
