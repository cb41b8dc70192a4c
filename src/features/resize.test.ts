import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bilinear, type Position } from './resize.js';

type Size = readonly [number, number];
interface Case extends Record<'half-pixel' | 'align-corners', number[]> {
  from: Size;
  to: Size;
  plane: number[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/bilinear.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

function resized(plane: readonly number[], from: Size, to: Size, mode: Position): Float32Array {
  const out = new Float32Array(to[0] * to[1] + 1).fill(-9);
  bilinear(from, to, mode)(Float32Array.from([0, ...plane]), 1, out, 1);
  expect(out[0]).toBe(-9);
  return out.subarray(1);
}

describe('bilinear resizing', () => {
  const modes = ['half-pixel', 'align-corners'] as const;
  it.each(golden.cases.flatMap((each) => modes.map((mode) => [mode, each] as const)))(
    '%s as PyTorch does it: %o',
    (mode, { from, to, plane, ...expected }) => {
      const found = resized(plane, from, to, mode);
      expect(found.length).toBe(expected[mode].length);
      expected[mode].forEach((value, i) => {
        expect(found[i]).toBeCloseTo(value, 5);
      });
    },
  );

  it('asymmetric takes pixel i from position i in/out: doubling repeats the last pixel', () => {
    expect([...resized([0, 4, 8], [1, 3], [1, 6], 'asymmetric')]).toEqual([0, 2, 4, 6, 8, 8]);
    expect([...resized([0, 4, 8], [3, 1], [6, 1], 'asymmetric')]).toEqual([0, 2, 4, 6, 8, 8]);
  });

  it('the own size changes nothing in any mode', () => {
    const plane = [3, 1, 4, 1, 5, 9];
    for (const mode of [...modes, 'asymmetric'] as const) {
      expect([...resized(plane, [2, 3], [2, 3], mode)]).toEqual(plane);
    }
  });
});
