/** @file The few dense loops in which the prior spends its time, blocked 2 x 4 so that sums stay in registers. */

/**
 * out (d x d) = A^T B for A and B given as `rows` x d; with `lowerOnly`, blocks strictly above the diagonal are left.
 */
export function transposedProduct(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  d: number,
  out: Float64Array,
  lowerOnly: boolean,
): void {
  if (d % 4 !== 0) {
    transposedProductPlain(a, b, rows, d, out);
    return;
  }
  for (let i = 0; i < d; i += 2) {
    const end = lowerOnly ? i + 2 : d;
    for (let j = 0; j < end; j += 4) {
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let p = 0, ai = i, bj = j; p < rows; p++, ai += d, bj += d) {
        const a0 = a[ai]!;
        const a1 = a[ai + 1]!;
        const b0 = b[bj]!;
        const b1 = b[bj + 1]!;
        const b2 = b[bj + 2]!;
        const b3 = b[bj + 3]!;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
      }
      const o = i * d + j;
      out[o] = s00;
      out[o + 1] = s01;
      out[o + 2] = s02;
      out[o + 3] = s03;
      out[o + d] = s10;
      out[o + d + 1] = s11;
      out[o + d + 2] = s12;
      out[o + d + 3] = s13;
    }
  }
}

/** out (d x d) = W B for a lower triangular W (zeros above) and any B, both d x d. */
export function lowerProduct(w: Float64Array, b: Float64Array, d: number, out: Float64Array): void {
  if (d % 4 !== 0) {
    lowerProductPlain(w, b, d, out);
    return;
  }
  for (let i = 0; i < d; i += 2) {
    const wi = i * d;
    for (let j = 0; j < d; j += 4) {
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let p = 0, bj = j; p < i + 2; p++, bj += d) {
        const a0 = w[wi + p]!;
        const a1 = w[wi + d + p]!;
        const b0 = b[bj]!;
        const b1 = b[bj + 1]!;
        const b2 = b[bj + 2]!;
        const b3 = b[bj + 3]!;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
      }
      const o = wi + j;
      out[o] = s00;
      out[o + 1] = s01;
      out[o + 2] = s02;
      out[o + 3] = s03;
      out[o + d] = s10;
      out[o + d + 1] = s11;
      out[o + d + 2] = s12;
      out[o + d + 3] = s13;
    }
  }
}

function transposedProductPlain(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  d: number,
  out: Float64Array,
): void {
  out.fill(0, 0, d * d);
  for (let p = 0; p < rows; p++) {
    for (let i = 0; i < d; i++) {
      const x = a[p * d + i]!;
      for (let j = 0; j < d; j++) out[i * d + j]! += x * b[p * d + j]!;
    }
  }
}

function lowerProductPlain(w: Float64Array, b: Float64Array, d: number, out: Float64Array): void {
  out.fill(0, 0, d * d);
  for (let i = 0; i < d; i++) {
    for (let p = 0; p <= i; p++) {
      const x = w[i * d + p]!;
      for (let j = 0; j < d; j++) out[i * d + j]! += x * b[p * d + j]!;
    }
  }
}
