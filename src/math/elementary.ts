/**
 * @file Logarithm and normal variates from +, -, *, / and square root alone.
 *
 * Those five are rounded the same way by every IEEE 754 machine, while `Math.log` and `Math.sin` are left to the
 * JavaScript engine. Random draws built on these are the same bits everywhere.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SQRT2 = Math.SQRT2;
const HALF_PI = Math.PI / 2;
const TWO_POW_26 = 2 ** 26;
const TWO_POW_MINUS_30 = 2 ** -30;
const TWO_POW_MINUS_53 = 2 ** -53;

const bits = new DataView(new ArrayBuffer(8));

/** log(m) for m in [1/sqrt 2, sqrt 2]: 2 atanh((m - 1)/(m + 1)), whose tenth term is below 1e-17. */
function logMantissa(m: number): number {
  const s = (m - 1) / (m + 1);
  const q = s * s;
  let p = 1 / 21;
  p = p * q + 1 / 19;
  p = p * q + 1 / 17;
  p = p * q + 1 / 15;
  p = p * q + 1 / 13;
  p = p * q + 1 / 11;
  p = p * q + 1 / 9;
  p = p * q + 1 / 7;
  p = p * q + 1 / 5;
  p = p * q + 1 / 3;
  return 2 * s + 2 * s * q * p;
}

/** Natural logarithm of a positive normal number, the same bits on every machine (error below 2e-16 relative). */
export function portableLog(x: number): number {
  bits.setFloat64(0, x);
  const top = bits.getUint32(0);
  let exponent = (top >>> 20) - 1023;
  bits.setUint32(0, (top & 0x000fffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > SQRT2) {
    m *= 0.5;
    exponent++;
  }
  return exponent * LN2_HIGH + (exponent * LN2_LOW + logMantissa(m));
}

/** A uniform number of [0, 1) from two words: the upper 27 bits of one and 26 of the other. */
export function uniform53(high: number, low: number): number {
  return ((high >>> 5) * TWO_POW_26 + (low >>> 6)) * TWO_POW_MINUS_53;
}

/**
 * Box-Muller: writes count standard normals, words 2i and 2i+1 giving numbers 2i and 2i+1 (`count` may be odd).
 *
 * z = sqrt(-2 log u) (cos t, sin t), u = (w + 1/2) / 2^32. The reach is sqrt(66 log 2) = 6.76 standard deviations.
 * The angle covers [-pi/4, 7pi/4): a rotation of the usual range that saves a reduction.
 */
export function normalsFromWords(
  words: Int32Array,
  count: number,
  out: Float64Array | Float32Array,
  offset: number,
): void {
  for (let i = 0; i < count; i += 2) {
    const w = words[i]! >>> 0;
    let exponent = 31 - Math.clz32(w | 1);
    // Dividing by a power of two is exact, so m is the exact mantissa of w + 1/2.
    let m = (w + 0.5) / ((1 << exponent) >>> 0);
    if (m > SQRT2) {
      m *= 0.5;
      exponent++;
    }
    if (m < 0.7) {
      m *= 2;
      exponent--;
    }
    const e = exponent - 32;
    const radius = Math.sqrt(-2 * (e * LN2_HIGH + (e * LN2_LOW + logMantissa(m))));
    const v = words[i + 1]! | 0;
    const a = (((v & 0x3fffffff) + 0.5) * TWO_POW_MINUS_30 - 0.5) * HALF_PI;
    const sine = radius * sineSmall(a);
    const cosine = radius * cosineSmall(a);
    const quadrant = v >>> 30;
    const swap = (quadrant & 1) === 1;
    const first = swap ? -sine : cosine;
    const second = swap ? cosine : sine;
    const sign = quadrant > 1 ? -1 : 1;
    out[offset + i] = sign * first;
    if (i + 1 < count) out[offset + i + 1] = sign * second;
  }
}

/** sin a for |a| <= pi/4, Taylor to a^17 (remainder below 1e-19). */
function sineSmall(a: number): number {
  const q = a * a;
  let p = 1 / 355687428096000;
  p = p * q - 1 / 1307674368000;
  p = p * q + 1 / 6227020800;
  p = p * q - 1 / 39916800;
  p = p * q + 1 / 362880;
  p = p * q - 1 / 5040;
  p = p * q + 1 / 120;
  p = p * q - 1 / 6;
  return a + a * q * p;
}

/** cos a for |a| <= pi/4, Taylor to a^16 (remainder below 3e-18). */
function cosineSmall(a: number): number {
  const q = a * a;
  let p = 1 / 20922789888000;
  p = p * q - 1 / 87178291200;
  p = p * q + 1 / 479001600;
  p = p * q - 1 / 3628800;
  p = p * q + 1 / 40320;
  p = p * q - 1 / 720;
  p = p * q + 1 / 24;
  return 1 - 0.5 * q + q * q * p;
}
