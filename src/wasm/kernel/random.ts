/**
 * @file Philox words, normals and Gumbel numbers in bulk (AssemblyScript, 128-bit SIMD): the same bits as
 * `math/philox.ts` and `math/elementary.ts`, which say what is computed and why. Every lane goes through the operations
 * of those functions in their order, which every machine rounds in the same way. Pointers are in bytes.
 */

const MULTIPLIER_0: i32 = 0xd2511f53;
const MULTIPLIER_1: i32 = 0xcd9e8d57;
const WEYL_0: i32 = 0x9e3779b9;
const WEYL_1: i32 = 0xbb67ae85;

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const SQRT2: f64 = 1.4142135623730951;
const HALF_PI: f64 = 1.5707963267948966;
const TWO_POW_26: f64 = 67108864;
const TWO_POW_52: f64 = 4503599627370496;
const TWO_POW_MINUS_30: f64 = 9.313225746154785e-10;
const TWO_POW_MINUS_53: f64 = 1.1102230246251565e-16;

/**
 * Writes at least `blocks` outputs of Philox4x32-10 (four words each; up to three more), of the counters
 * (low + b, high, third, fourth) with (low, high) one 64-bit number, under the key (key0, key1): four side by side.
 */
export function philox(
  out: usize,
  blocks: usize,
  low: i32,
  high: i32,
  third: i32,
  fourth: i32,
  key0: i32,
  key1: i32,
): void {
  const m0 = i32x4.splat(MULTIPLIER_0);
  const m1 = i32x4.splat(MULTIPLIER_1);
  const end = out + (blocks << 4);
  while (out < end) {
    let c0 = i32x4.add(i32x4.splat(low), i32x4(0, 1, 2, 3));
    // A lane that has passed 2^32 carries: the comparison gives -1 there.
    let c1 = i32x4.sub(i32x4.splat(high), i32x4.lt_u(c0, i32x4.splat(low)));
    let c2 = i32x4.splat(third);
    let c3 = i32x4.splat(fourth);
    let k0 = key0;
    let k1 = key1;
    for (let round = 0; round < 10; round++) {
      const p0 = i64x2.extmul_low_i32x4_u(c0, m0);
      const q0 = i64x2.extmul_high_i32x4_u(c0, m0);
      const p1 = i64x2.extmul_low_i32x4_u(c2, m1);
      const q1 = i64x2.extmul_high_i32x4_u(c2, m1);
      const high0 = v128.shuffle<i32>(p0, q0, 1, 3, 5, 7);
      const high1 = v128.shuffle<i32>(p1, q1, 1, 3, 5, 7);
      c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(k0));
      c1 = v128.shuffle<i32>(p1, q1, 0, 2, 4, 6);
      c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(k1));
      c3 = v128.shuffle<i32>(p0, q0, 0, 2, 4, 6);
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
    const b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
    const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
    const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<i64>(a, b, 0, 2));
    v128.store(out, v128.shuffle<i64>(a, b, 1, 3), 16);
    v128.store(out, v128.shuffle<i64>(c, d, 0, 2), 32);
    v128.store(out, v128.shuffle<i64>(c, d, 1, 3), 48);
    const next = low + 4;
    if (<u32>next < <u32>low) high++;
    low = next;
    out += 64;
  }
}

/** p q + c. */
function horner(p: v128, q: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, q), f64x2.splat(c));
}

/** log x of positive normal numbers, the exponent taken `less` smaller: `portableLog` of elementary.ts. */
function logarithm(x: v128, less: f64): v128 {
  // The exponent becomes the last bits of a number in [2^52, 2^53), from which it is taken exactly.
  const raised = v128.or(i64x2.shr_u(x, 52), f64x2.splat(TWO_POW_52));
  let exponent = f64x2.sub(f64x2.sub(raised, f64x2.splat(TWO_POW_52)), f64x2.splat(1023.0 + less));
  let m = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const large = f64x2.gt(m, f64x2.splat(SQRT2));
  m = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, large);
  exponent = f64x2.add(exponent, v128.and(large, f64x2.splat(1)));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const q = f64x2.mul(s, s);
  let p = f64x2.splat(1.0 / 21.0);
  p = inline.always(horner(p, q, 1.0 / 19.0));
  p = inline.always(horner(p, q, 1.0 / 17.0));
  p = inline.always(horner(p, q, 1.0 / 15.0));
  p = inline.always(horner(p, q, 1.0 / 13.0));
  p = inline.always(horner(p, q, 1.0 / 11.0));
  p = inline.always(horner(p, q, 1.0 / 9.0));
  p = inline.always(horner(p, q, 1.0 / 7.0));
  p = inline.always(horner(p, q, 1.0 / 5.0));
  p = inline.always(horner(p, q, 1.0 / 3.0));
  const twice = f64x2.mul(f64x2.splat(2), s);
  const mantissa = f64x2.add(twice, f64x2.mul(f64x2.mul(twice, q), p));
  const small = f64x2.add(f64x2.mul(exponent, f64x2.splat(LN2_LOW)), mantissa);
  return f64x2.add(f64x2.mul(exponent, f64x2.splat(LN2_HIGH)), small);
}

function sineSmall(a: v128, q: v128): v128 {
  let p = f64x2.splat(1.0 / 355687428096000.0);
  p = inline.always(horner(p, q, -1.0 / 1307674368000.0));
  p = inline.always(horner(p, q, 1.0 / 6227020800.0));
  p = inline.always(horner(p, q, -1.0 / 39916800.0));
  p = inline.always(horner(p, q, 1.0 / 362880.0));
  p = inline.always(horner(p, q, -1.0 / 5040.0));
  p = inline.always(horner(p, q, 1.0 / 120.0));
  p = inline.always(horner(p, q, -1.0 / 6.0));
  return f64x2.add(a, f64x2.mul(f64x2.mul(a, q), p));
}

function cosineSmall(q: v128): v128 {
  let p = f64x2.splat(1.0 / 20922789888000.0);
  p = inline.always(horner(p, q, -1.0 / 87178291200.0));
  p = inline.always(horner(p, q, 1.0 / 479001600.0));
  p = inline.always(horner(p, q, -1.0 / 3628800.0));
  p = inline.always(horner(p, q, 1.0 / 40320.0));
  p = inline.always(horner(p, q, -1.0 / 720.0));
  p = inline.always(horner(p, q, 1.0 / 24.0));
  const most = f64x2.sub(f64x2.splat(1), f64x2.mul(f64x2.splat(0.5), q));
  return f64x2.add(most, f64x2.mul(f64x2.mul(q, q), p));
}

/** Standard normals from as many words, `count` rounded up to a multiple of 4: `normalsFromWords` of elementary.ts. */
export function normals(words: usize, count: usize, out: usize): void {
  const end = words + (count << 2);
  for (; words < end; words += 16) {
    const word = v128.load(words);
    const first = v128.shuffle<i32>(word, word, 0, 2, 0, 2);
    const second = v128.shuffle<i32>(word, word, 1, 3, 1, 3);
    const log = logarithm(f64x2.add(f64x2.convert_low_i32x4_u(first), f64x2.splat(0.5)), 32);
    const radius = f64x2.sqrt(f64x2.mul(f64x2.splat(-2), log));
    const fraction = f64x2.convert_low_i32x4_s(v128.and(second, i32x4.splat(0x3fffffff)));
    const centred = f64x2.mul(f64x2.add(fraction, f64x2.splat(0.5)), f64x2.splat(TWO_POW_MINUS_30));
    const a = f64x2.mul(f64x2.sub(centred, f64x2.splat(0.5)), f64x2.splat(HALF_PI));
    const q = f64x2.mul(a, a);
    const sine = f64x2.mul(radius, sineSmall(a, q));
    const cosine = f64x2.mul(radius, cosineSmall(q));
    // Bits 31 and 30 of the second word are the quadrant: the sign, and whether sine and cosine change places.
    const wide = i64x2.extend_low_i32x4_u(second);
    const sign = v128.and(i64x2.shl(wide, 32), i64x2.splat(i64.MIN_VALUE));
    const swap = i64x2.shr_s(i64x2.shl(wide, 33), 63);
    const x = v128.xor(v128.bitselect(f64x2.neg(sine), cosine, swap), sign);
    const y = v128.xor(v128.bitselect(cosine, sine, swap), sign);
    v128.store(out, v128.shuffle<f64>(x, y, 0, 2));
    v128.store(out, v128.shuffle<f64>(x, y, 1, 3), 16);
    out += 32;
  }
}

/** Gumbel numbers from two words each, `count` rounded up to a multiple of 2: `gumbels` of random.ts. */
export function gumbels(words: usize, count: usize, out: usize): void {
  const tiny = f64x2.splat(1e-20);
  const end = words + (count << 3);
  for (; words < end; words += 16) {
    const word = v128.load(words);
    const first = v128.shuffle<i32>(word, word, 0, 2, 0, 2);
    const second = v128.shuffle<i32>(word, word, 1, 3, 1, 3);
    const high = f64x2.convert_low_i32x4_s(i32x4.shr_u(first, 5));
    const low = f64x2.convert_low_i32x4_s(i32x4.shr_u(second, 6));
    const whole = f64x2.add(f64x2.mul(high, f64x2.splat(TWO_POW_26)), low);
    const u = f64x2.mul(whole, f64x2.splat(TWO_POW_MINUS_53));
    const inner = f64x2.neg(logarithm(f64x2.add(u, tiny), 0));
    v128.store(out, f64x2.neg(logarithm(f64x2.add(inner, tiny), 0)));
    out += 16;
  }
}
