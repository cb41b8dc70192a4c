/**
 * @file Elementary functions of four float32 lanes, within a few units in the last place (AssemblyScript, 128-bit SIMD).
 * The polynomials are those of the Cephes library (S. Moshier), as most SIMD libraries have them.
 *
 * Constants are read from memory, by one instruction each: V8 would compute them by three or four in every iteration.
 */

/** exp: log2 e; 3/2 2^23, which rounds what it is added to; ln 2 in two parts, the first exact in small multiples. */
const EXP = memory.data<f32>([
  1.44269504088896341, 12582912, 0.693359375, -2.1219444e-4, 1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3,
  4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 88.7228394, -87.3365448,
]);
/** log: least normal number, sqrt(1/2), then the polynomial from its highest power. */
const LOG = memory.data<f32>([
  1.17549435e-38, 0.707106781186547524, 7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1,
  1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, 0.5,
]);
const TANH = memory.data<f32>([
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, 0.625, 2,
]);
const INFINITY: f32 = f32.MAX_VALUE * 2;

/** The constant at `pointer` in every lane. */
function all(pointer: usize): v128 {
  return v128.load32_splat(pointer);
}

/** p x + the constant at `pointer`. */
function step(p: v128, x: v128, pointer: usize): v128 {
  return f32x4.add(f32x4.mul(p, x), all(pointer));
}

/** 2^n for whole n from -126 to 127. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x; 0 below -87.3, where float32 would become subnormal. */
export function expLanes(x: v128): v128 {
  const highest = all(EXP + 44);
  const lowest = all(EXP + 48);
  const held = f32x4.pmax(f32x4.pmin(x, highest), lowest);
  // x = n ln 2 + r with whole n; the sum with 3/2 2^23 holds n in its last bits.
  const sum = step(all(EXP), held, EXP + 4);
  const n = f32x4.sub(sum, all(EXP + 4));
  const r = f32x4.sub(f32x4.sub(held, f32x4.mul(n, all(EXP + 8))), f32x4.mul(n, all(EXP + 12)));
  let p = all(EXP + 16);
  p = step(p, r, EXP + 20);
  p = step(p, r, EXP + 24);
  p = step(p, r, EXP + 28);
  p = step(p, r, EXP + 32);
  p = step(p, r, EXP + 36);
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), all(EXP + 40));
  // 2^n in two factors: 2^128 is not a float32.
  const whole = i32x4.sub(sum, all(EXP + 4));
  const half = i32x4.shr_s(whole, 1);
  const value = f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
  const finite = v128.andnot(value, f32x4.lt(x, lowest));
  return v128.bitselect(f32x4.splat(INFINITY), finite, f32x4.gt(x, highest));
}

/** log x; -infinity at 0, NaN below; subnormal numbers count as the least normal one. */
export function logLanes(x: v128): v128 {
  const held = f32x4.pmax(x, all(LOG));
  // x = m 2^e with m in [sqrt(1/2), sqrt 2).
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(held, 23), i32x4.splat(126)));
  let m = v128.or(v128.and(held, i32x4.splat(0x007fffff)), all(LOG + 44));
  const below = f32x4.lt(m, all(LOG + 4));
  e = f32x4.sub(e, v128.and(below, f32x4.splat(1)));
  m = f32x4.sub(f32x4.add(m, v128.and(below, m)), f32x4.splat(1));
  let p = all(LOG + 8);
  for (let i: usize = 12; i <= 40; i += 4) p = step(p, m, LOG + i);
  const square = f32x4.mul(m, m);
  let y = f32x4.mul(f32x4.mul(p, m), square);
  y = f32x4.add(y, f32x4.mul(e, all(EXP + 12)));
  y = f32x4.sub(y, f32x4.mul(square, all(LOG + 44)));
  y = f32x4.add(f32x4.add(m, y), f32x4.mul(e, all(EXP + 8)));
  y = v128.bitselect(x, y, f32x4.eq(x, f32x4.splat(INFINITY)));
  y = v128.bitselect(f32x4.splat(-INFINITY), y, f32x4.eq(x, f32x4.splat(0)));
  // Negative numbers and NaN.
  return v128.bitselect(y, f32x4.splat(<f32>NaN), f32x4.ge(x, f32x4.splat(0)));
}

/** tanh x. */
export function tanhLanes(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = all(TANH);
  p = step(p, z, TANH + 4);
  p = step(p, z, TANH + 8);
  p = step(p, z, TANH + 12);
  p = step(p, z, TANH + 16);
  const small = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const grown = f32x4.add(expLanes(f32x4.add(size, size)), f32x4.splat(1));
  const large = f32x4.sub(f32x4.splat(1), f32x4.div(all(TANH + 24), grown));
  const signed = v128.or(large, v128.and(x, i32x4.splat(<i32>0x80000000)));
  // NaN is not at least 0.625: the small branch returns NaN.
  return v128.bitselect(signed, small, f32x4.ge(size, all(TANH + 20)));
}

/** 1 / (1 + e^-x). */
export function sigmoidLanes(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), expLanes(f32x4.neg(x))));
}

/** log(1 + e^x) = max(x, 0) + log(1 + t), t = e^-|x|; log(1 + t) = t log(u) / (u - 1) with u = 1 + t rounded. */
export function softplusLanes(x: v128): v128 {
  const one = f32x4.splat(1);
  const t = expLanes(f32x4.neg(f32x4.abs(x)));
  const u = f32x4.add(one, t);
  const ratio = f32x4.div(f32x4.mul(t, logLanes(u)), f32x4.sub(u, one));
  const rest = v128.bitselect(t, ratio, f32x4.eq(u, one));
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), rest);
}
