import { expect, it } from 'vitest';
import { thumbnail } from './thumbnail.js';

it('leaves small images as they are', () => {
  const samples = new Float32Array(2 * 64 * 64);
  expect(thumbnail(samples, [1, 64, 64])).toEqual({ samples, shape: [1, 64, 64] });
});

it('makes large ones of means of blocks, also where these do not fit', () => {
  // 3 rows of 65: blocks of 2 x 2, the last of each side smaller.
  const samples = Float32Array.from({ length: 2 * 3 * 65 }, (_, i) => i);
  const { samples: small, shape } = thumbnail(samples, [2, 3, 65]);
  expect(shape).toEqual([2, 2, 33]);
  expect(small[0]).toBe((0 + 1 + 65 + 66) / 4);
  expect(small[32]).toBe((64 + 129) / 2);
  expect(small[33]).toBe((130 + 131) / 2);
  expect(small[65]).toBe(194);
  expect(small[66]).toBe(small[0]! + 195);
});
