import { describe, expect, it } from 'vitest';
import { classCounts } from '../dataset.js';
import { digits } from './digits.js';

describe('digits', () => {
  it('has the published sizes and class counts', () => {
    const train = digits();
    const test = train.test!();
    expect([train.count, test.count]).toEqual([3823, 1797]);
    expect([...classCounts(train)!]).toEqual([376, 389, 380, 389, 387, 376, 377, 387, 380, 382]);
    expect([...classCounts(test)!]).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    expect(train.shape).toEqual([1, 8, 8]);
    expect(train.fingerprint).not.toBe(test.fingerprint);
  });

  it('reads the first image of optdigits.tra, a zero, in sixteenths', () => {
    const train = digits();
    const out = new Float32Array(64);
    train.read([0], out);
    expect([...out.slice(0, 16)].map((v) => v * 16)).toEqual([
      0, 1, 6, 15, 12, 1, 0, 0, 0, 7, 16, 6, 6, 10, 0, 0,
    ]);
    expect(train.labels![0]).toBe(0);
  });

  it('spans exactly [0, 1]', () => {
    const train = digits();
    const all = new Float32Array(train.count * 64);
    train.read(
      Uint32Array.from({ length: train.count }, (_, i) => i),
      all,
    );
    expect(all.reduce((a, b) => Math.max(a, b))).toBe(1);
    expect(all.reduce((a, b) => Math.min(a, b))).toBe(0);
  });
});
