/**
 * @file Products of float32 matrices of small and middling size (AssemblyScript, 128-bit SIMD). Pointers and strides
 * are in bytes. Each sum is taken in the order of the contracted index, whatever the blocking.
 */
import { timesVector, transposedTimesVector } from './vector-product';

/** Columns of a panel of the right factor, which is packed so that the innermost loop reads it in one line. */
const PANEL: usize = 8;
/** Memory for a tile of results that reaches beyond the matrix. */
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
function transposeFour(b: usize, stride: usize, out: usize): void {
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
    transposeFour(b + (row << 2), stride, out + (row << 5));
    transposeFour(b + 4 * stride + (row << 2), stride, out + (row << 5) + 16);
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

/**
 * C (m x n) = A' B', where A' is A (m x k), or with `transposeA` the transpose of A (k x m); B' likewise.
 * `workspace` is working memory: 32 k bytes, and with `transposeA` 4 k (m rounded up to a multiple of 4) bytes more.
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
  workspace: usize,
): void {
  if (n == 1) {
    if (transposeA) transposedTimesVector(a, b, c, m, k);
    else timesVector(a, b, c, m, k);
    return;
  }
  const end = workspace + (k << 5);
  if (transposeA) packTransposed(a, m, k, end);
  const first = transposeA ? end : a;
  const aRow: usize = transposeA ? 4 : k << 2;
  const aStep: usize = transposeA ? 16 : 4;
  const stride = n << 2;
  for (let j: usize = 0; j < n; j += PANEL) {
    const columns = min(PANEL, n - j);
    if (transposeB) packColumns(b + j * (k << 2), k << 2, k, columns, workspace);
    else packRows(b + (j << 2), stride, k, columns, workspace);
    let row = first;
    let to = c + (j << 2);
    for (let i: usize = 0; i < m; i += 4) {
      if (i + 4 <= m && columns == PANEL)
        tile(row, row + aRow, row + 2 * aRow, row + 3 * aRow, aStep, workspace, end, to, stride);
      else partialTile(row, aRow, aStep, workspace, end, to, stride, min<usize>(4, m - i), columns);
      // Four rows on: a packed panel is as long as four rows.
      row += k << 4;
      to += stride << 2;
    }
  }
}
