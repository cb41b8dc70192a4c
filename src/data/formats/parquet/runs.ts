/** @file The packed numbers in Parquet pages, checked before they are decoded: no run or block may claim more bytes than there are. */

import { readVarint } from './thrift.js';

/** A run may be padded to whole groups of 8 numbers, by some writers up to 63 of them. */
const PADDING = 512;
const MAX_BLOCK = 2 ** 20;

/**
 * Walks `count` numbers of `width` bits in runs (repeated, or packed in groups of 8) from `start`.
 *
 * @returns how many of the numbers are 1.
 * @throws RangeError if a run is longer than the numbers that are left, or not there.
 */
export function walkRuns(page: Uint8Array, start: number, width: number, count: number): number {
  if (width > 32) throw new RangeError(`numbers of ${width} bits`);
  const bytes = (width + 7) >> 3;
  let ones = 0;
  for (let at = start, seen = 0; seen < count; ) {
    const header = readVarint(page, at, page.length);
    at = header.end;
    const packed = (header.value & 1) === 1;
    const run = (header.value >>> 1) * (packed ? 8 : 1);
    if (run > count - seen + PADDING) throw new RangeError(`a run of ${run} for ${count - seen} numbers`);
    const length = packed ? (run * width) / 8 : bytes;
    // The last group of a page may lack the bytes of its padding.
    const needed = packed ? Math.ceil((Math.min(run, count - seen) * width) / 8) : bytes;
    if (at + needed > page.length) throw new RangeError('a run is cut');
    const used = Math.min(run, count - seen);
    if (width === 1) ones += packed ? onesIn(page, at, used) : page[at] === 1 ? used : 0;
    at += length;
    seen += run;
  }
  return ones;
}

/**
 * Walks `count` numbers stored as packed differences from `start`.
 *
 * @throws RangeError if blocks are of a size that cannot be, or not there.
 */
export function walkDeltas(page: Uint8Array, start: number, count: number): number {
  const end = page.length;
  const block = readVarint(page, start, end);
  const minis = readVarint(page, block.end, end);
  const perMini = block.value / minis.value;
  if (!(block.value > 0 && block.value <= MAX_BLOCK && minis.value > 0 && Number.isInteger(perMini))) {
    throw new RangeError(`blocks of ${block.value} in ${minis.value} parts`);
  }
  let at = skipNumber(page, readVarint(page, minis.end, end).end);
  for (let seen = 1; seen < count; ) {
    at = skipNumber(page, at);
    const widths = page.subarray(at, at + minis.value);
    if (widths.length < minis.value) throw new RangeError('a block is cut');
    at += minis.value;
    for (let i = 0; i < minis.value && seen < count; i++, seen += perMini) {
      if (widths[i]! > 64) throw new RangeError(`differences of ${widths[i]} bits`);
      const used = Math.min(perMini, count - seen);
      if (at + Math.ceil((used * widths[i]!) / 8) > end) throw new RangeError('a block is cut');
      at += (perMini * widths[i]!) / 8;
    }
  }
  return at;
}

function onesIn(page: Uint8Array, at: number, bits: number): number {
  let ones = 0;
  for (let i = 0; i < bits; i++) ones += (page[at + (i >> 3)]! >> (i & 7)) & 1;
  return ones;
}

/** A number of at most 10 bytes, of which only the end matters. */
function skipNumber(page: Uint8Array, start: number): number {
  for (let at = start; at < Math.min(start + 10, page.length); at++) if (page[at]! < 128) return at + 1;
  throw new RangeError('a number has no end');
}
