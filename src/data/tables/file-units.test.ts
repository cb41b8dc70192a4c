import { expect, it } from 'vitest';
import { inFileUnits } from './file-units.js';

it('gives table columns, bytes and images back as their files had them', () => {
  const values = Float32Array.of(0, 1, -1, 0.5);
  const scaling = { shift: [100, -5], scale: [10, 2] };
  expect(Array.from(inFileUnits(values, { kind: 'points', shape: [2], scaling }))).toEqual([100, -3, 90, -4]);
  expect(Array.from(inFileUnits(values, { kind: 'table', shape: [4], maximum: 16 }))).toEqual([
    0, 16, -16, 8,
  ]);
  expect(inFileUnits(values, { kind: 'image', shape: [1, 2, 2], maximum: 16 })).toBe(values);
  const counts = inFileUnits(Float32Array.of(0, 1, 0.5), { kind: 'table', shape: [3], largestCount: 255 });
  expect(Array.from(counts)).toEqual([0, 255, 15]);
  expect(inFileUnits(values, { kind: 'table', shape: [4] })).toBe(values);
});
