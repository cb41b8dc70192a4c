/** @file Products of triangular matrices and vectors, four rows at a time. */

/**
 * y <- rows from..to-1 of T x for a lower triangular T (d x d at `base`, zeros above); returns the sum of their squares.
 */
export function lowerTimesVector(
  t: Float64Array,
  base: number,
  d: number,
  x: Float64Array,
  from: number,
  to: number,
  y: Float64Array,
  yBase: number,
): number {
  let squares = 0;
  let i = from;
  for (; i + 3 < to; i += 4) {
    const o0 = base + i * d;
    const o1 = o0 + d;
    const o2 = o1 + d;
    const o3 = o2 + d;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    // Places above the diagonal hold 0, so that four rows may share their loop to column i + 3.
    const end = i + 4;
    for (let j = 0; j < end; j++) {
      const v = x[j]!;
      s0 += t[o0 + j]! * v;
      s1 += t[o1 + j]! * v;
      s2 += t[o2 + j]! * v;
      s3 += t[o3 + j]! * v;
    }
    y[yBase + i] = s0;
    y[yBase + i + 1] = s1;
    y[yBase + i + 2] = s2;
    y[yBase + i + 3] = s3;
    squares += s0 * s0 + s1 * s1 + (s2 * s2 + s3 * s3);
  }
  for (; i < to; i++) {
    const o = base + i * d;
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += t[o + j]! * x[j]!;
    y[yBase + i] = sum;
    squares += sum * sum;
  }
  return squares;
}

/** out <- scale T^T y for a lower triangular T (d x d at `base`) and y at `yBase`. */
export function upperTimesVector(
  t: Float64Array,
  base: number,
  d: number,
  y: Float64Array,
  yBase: number,
  scale: number,
  out: Float64Array,
): void {
  out.fill(0, 0, d);
  let i = 0;
  for (; i + 3 < d; i += 4) {
    const y0 = scale * y[yBase + i]!;
    const y1 = scale * y[yBase + i + 1]!;
    const y2 = scale * y[yBase + i + 2]!;
    const y3 = scale * y[yBase + i + 3]!;
    const o0 = base + i * d;
    const o1 = o0 + d;
    const o2 = o1 + d;
    const o3 = o2 + d;
    const end = i + 4;
    for (let j = 0; j < end; j++) {
      out[j]! += y0 * t[o0 + j]! + y1 * t[o1 + j]! + (y2 * t[o2 + j]! + y3 * t[o3 + j]!);
    }
  }
  for (; i < d; i++) {
    const y0 = scale * y[yBase + i]!;
    for (let j = 0; j <= i; j++) out[j]! += y0 * t[base + i * d + j]!;
  }
}
