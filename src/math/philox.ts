/** @file The Philox4x32-10 bijection (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const M0_LOW = MULTIPLIER_0 & 0xffff;
const M0_HIGH = MULTIPLIER_0 >>> 16;
const M1_LOW = MULTIPLIER_1 & 0xffff;
const M1_HIGH = MULTIPLIER_1 >>> 16;
const WEYL_0 = 0x9e3779b9 | 0;
const WEYL_1 = 0xbb67ae85 | 0;
const ROUNDS = 10;

/** Four 32-bit words: a counter, or the state of a stream. */
export type Words4 = readonly [number, number, number, number];

/**
 * Writes `blocks` successive Philox4x32-10 outputs, four words each, to the start of `out`.
 *
 * Block `b` encrypts the 128-bit counter (low + b, high, c2, c3) under the key (k0, k1), where (low, high) is one
 * 64-bit number. The 32x32 -> 64 bit products are put together from 16-bit halves with `Math.imul`, so that every
 * intermediate stays an int32. Source: Salmon et al. 2011, section 3.3.
 */
export function philoxFill(out: Int32Array, blocks: number, counter: Words4, k0: number, k1: number): void {
  let low = counter[0] | 0;
  let high = counter[1] | 0;
  const third = counter[2] | 0;
  const fourth = counter[3] | 0;
  for (let b = 0; b < blocks; b++) {
    let c0 = low;
    let c1 = high;
    let c2 = third;
    let c3 = fourth;
    let key0 = k0 | 0;
    let key1 = k1 | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const aLow = c0 & 0xffff;
      const aHigh = c0 >>> 16;
      const aMid = (Math.imul(aHigh, M0_LOW) + (Math.imul(aLow, M0_LOW) >>> 16)) | 0;
      const aCarry = (Math.imul(aLow, M0_HIGH) + (aMid & 0xffff)) | 0;
      const high0 = (Math.imul(aHigh, M0_HIGH) + (aMid >>> 16) + (aCarry >>> 16)) | 0;
      const low0 = Math.imul(c0, MULTIPLIER_0);
      const bLow = c2 & 0xffff;
      const bHigh = c2 >>> 16;
      const bMid = (Math.imul(bHigh, M1_LOW) + (Math.imul(bLow, M1_LOW) >>> 16)) | 0;
      const bCarry = (Math.imul(bLow, M1_HIGH) + (bMid & 0xffff)) | 0;
      const high1 = (Math.imul(bHigh, M1_HIGH) + (bMid >>> 16) + (bCarry >>> 16)) | 0;
      const low1 = Math.imul(c2, MULTIPLIER_1);
      c0 = high1 ^ c1 ^ key0;
      c1 = low1;
      c2 = high0 ^ c3 ^ key1;
      c3 = low0;
      key0 = (key0 + WEYL_0) | 0;
      key1 = (key1 + WEYL_1) | 0;
    }
    const o = b * 4;
    out[o] = c0;
    out[o + 1] = c1;
    out[o + 2] = c2;
    out[o + 3] = c3;
    low = (low + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
  }
}
