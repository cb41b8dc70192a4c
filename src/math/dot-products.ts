/**
 * @file Blocked dot products of rows: the inner loop of float64 factorisations.
 *
 * Eight sums stay in registers. Rows are read from left to right: columns of a 64 x 64 matrix lie 512 bytes apart,
 * which fights over a few sets of the cache.
 */

/**
 * The 2 x 4 block of dot products of the rows of a at ai, ai + stride and the rows of b at bj, ..., bj + 3 stride,
 * `columns` long, written at out[o] with rows d apart.
 */
export function dots2x4(
  a: Float64Array,
  ai: number,
  b: Float64Array,
  bj: number,
  stride: number,
  columns: number,
  out: Float64Array,
  o: number,
  d: number,
): void {
  const a1 = ai + stride;
  const b1 = bj + stride;
  const b2 = b1 + stride;
  const b3 = b2 + stride;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (let p = 0; p < columns; p++) {
    const x = a[ai + p]!;
    const y = a[a1 + p]!;
    const w0 = b[bj + p]!;
    const w1 = b[b1 + p]!;
    const w2 = b[b2 + p]!;
    const w3 = b[b3 + p]!;
    s00 += x * w0;
    s01 += x * w1;
    s02 += x * w2;
    s03 += x * w3;
    s10 += y * w0;
    s11 += y * w1;
    s12 += y * w2;
    s13 += y * w3;
  }
  out[o] = s00;
  out[o + 1] = s01;
  out[o + 2] = s02;
  out[o + 3] = s03;
  out[o + d] = s10;
  out[o + d + 1] = s11;
  out[o + d + 2] = s12;
  out[o + d + 3] = s13;
}
