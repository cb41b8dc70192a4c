/**
 * @file Sums, softmax and log-sum-exp of float32 arrays (AssemblyScript, 128-bit SIMD). Pointers and strides are in
 * bytes; counts are of values unless it says otherwise.
 */
import { expLanes, logLanes } from './functions';

function total(lanes: v128): f32 {
  const pairs = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The sum of `length` bytes of values. */
function rowSum(x: usize, length: usize): f32 {
  const wide = length & ~31;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let i: usize = 0;
  for (; i < wide; i += 32) {
    s0 = f32x4.add(s0, v128.load(x + i));
    s1 = f32x4.add(s1, v128.load(x + i, 16));
  }
  let sum = total(f32x4.add(s0, s1));
  for (; i < length; i += 4) sum += load<f32>(x + i);
  return sum;
}

/** out[o] = sum_r x[o, r]. */
export function sumRows(x: usize, out: usize, outer: usize, count: usize): void {
  const length = count << 2;
  for (let o: usize = 0; o < outer; o++) store<f32>(out + (o << 2), rowSum(x + o * length, length));
}

/** Sixteen columns of {@link sumColumns}: c[0..15] = sum_r x[r, 0..15], rows `stride` apart. */
function sumSixteen(x: usize, count: usize, stride: usize, c: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (let r: usize = 0; r < count; r++) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    x += stride;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
}

/** out[o, i] = sum_r x[o, r, i]. */
export function sumColumns(x: usize, out: usize, outer: usize, count: usize, inner: usize): void {
  const stride = inner << 2;
  const sixteens = stride & ~63;
  for (let o: usize = 0; o < outer; o++) {
    let i: usize = 0;
    for (; i < sixteens; i += 64) sumSixteen(x + i, count, stride, out + i);
    for (; i < stride; i += 4) {
      let sum: f32 = 0;
      for (let r: usize = 0; r < count; r++) sum += load<f32>(x + i + r * stride);
      store<f32>(out + i, sum);
    }
    x += count * stride;
    out += stride;
  }
}

/** The largest of `length` bytes of values (at least one); NaN may be passed over, the exponentials then have it. */
function rowMaximum(x: usize, length: usize): f32 {
  const wide = length & ~15;
  let lanes = v128.load32_splat(x);
  let i: usize = 0;
  for (; i < wide; i += 16) lanes = f32x4.pmax(lanes, v128.load(x + i));
  for (; i < length; i += 4) lanes = f32x4.pmax(lanes, v128.load32_splat(x + i));
  const pairs = f32x4.pmax(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** Writes e^(x - top) if `keep`, and returns their sum. */
function expRow(x: usize, out: usize, length: usize, top: f32, keep: bool): f32 {
  const shift = f32x4.splat(top);
  const wide = length & ~15;
  let lanes = f32x4.splat(0);
  let i: usize = 0;
  for (; i < wide; i += 16) {
    const e = inline.always(expLanes(f32x4.sub(v128.load(x + i), shift)));
    if (keep) v128.store(out + i, e);
    lanes = f32x4.add(lanes, e);
  }
  let sum = total(lanes);
  for (; i < length; i += 4) {
    const e = f32x4.extract_lane(expLanes(f32x4.sub(v128.load32_splat(x + i), shift)), 0);
    if (keep) store<f32>(out + i, e);
    sum += e;
  }
  return sum;
}

/** out[o, r] = e^x[o, r] / sum_r e^x[o, r]. */
export function softmax(x: usize, out: usize, outer: usize, count: usize): void {
  const length = count << 2;
  const wide = length & ~15;
  for (let o: usize = 0; o < outer; o++) {
    const sum = expRow(x, out, length, rowMaximum(x, length), true);
    const divisor = f32x4.splat(sum);
    let i: usize = 0;
    for (; i < wide; i += 16) v128.store(out + i, f32x4.div(v128.load(out + i), divisor));
    for (; i < length; i += 4) store<f32>(out + i, load<f32>(out + i) / sum);
    x += length;
    out += length;
  }
}

/** out[o] = log sum_r e^x[o, r]. */
export function logSumExp(x: usize, out: usize, outer: usize, count: usize): void {
  const length = count << 2;
  for (let o: usize = 0; o < outer; o++) {
    const top = rowMaximum(x, length);
    const sum = expRow(x, 0, length, top, false);
    store<f32>(out + (o << 2), top + f32x4.extract_lane(logLanes(f32x4.splat(sum)), 0));
    x += length;
  }
}
