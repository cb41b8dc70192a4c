import { describe, expect, it } from 'vitest';
import type { ResolvedRun } from '../../config/schema.js';
import type { ColumnCoding } from '../../data/coding.js';
import { roundedTimes } from './export-description.js';

const facts = (coding: ColumnCoding[], scaling?: { shift: number[]; scale: number[] }) =>
  ({ coding, scaling }) as unknown as ResolvedRun['dataset'];

describe('what float32 loses of times of day', () => {
  it('is told in seconds, by the day around which they lie', () => {
    const coding: ColumnCoding[] = [
      { kind: 'category', name: 'city', levels: ['Rome', 'Oslo'] },
      { kind: 'date', name: 'seen', times: true },
    ];
    for (const [day, seconds] of [
      [19_000.25, 169],
      [15_000.5, 85],
      [-300.5, 3],
    ] as const) {
      const near = Float32Array.of(day, 0);
      const bits = new Uint32Array(near.buffer);
      bits[1] = bits[0]! + 1;
      expect(Math.ceil(86_400 * Math.abs(near[1]! - near[0]!))).toBe(seconds);
      expect(roundedTimes(facts(coding, { shift: [0, 0, day], scale: [1, 1, 1] }), '; ')).toBe(
        `; times of day in seen are rounded to steps of ${seconds} seconds, as a float32 holds a day and no more of its time`,
      );
    }
  });

  it('is nothing for days, numbers and words', () => {
    expect(roundedTimes(facts([{ kind: 'date', name: 'day' }]))).toBe('');
    expect(roundedTimes(facts([{ kind: 'number', name: 'x' }]))).toBe('');
  });
});
