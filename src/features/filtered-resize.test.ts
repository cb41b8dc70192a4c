import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Filter, filtered } from './filtered-resize.js';
import { imageFitting } from './image-fitting.js';

type Size = readonly [number, number];
interface Case {
  from: Size;
  to: Size;
  filter: Filter;
  plane: number[];
  exact: number[];
  bytes: number[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/pillow_resize.json', import.meta.url), 'utf8'),
) as { cases: Case[]; fitted: number[] };

describe('resizing with a filter', () => {
  it.each(golden.cases)(
    '$filter, $from to $to, as Pillow does it',
    ({ from, to, filter, plane, exact, bytes }) => {
      const out = new Float32Array(exact.length + 1).fill(-9);
      filtered(from, to, filter, 'unit')(Float32Array.from([0, ...plane.map((x) => x / 255)]), 1, out, 1);
      expect(out[0]).toBe(-9);
      exact.forEach((value, i) => {
        expect(Math.abs(255 * out[i + 1]! - value)).toBeLessThan(2e-3);
        // Pillow rounds bytes after either pass.
        expect(Math.abs(255 * out[i + 1]! - bytes[i]!)).toBeLessThan(1.6);
      });
    },
  );

  it('keeps values in the interval of the data', () => {
    const out = new Float32Array(8);
    const plane = Float32Array.of(-1, -1, 1, 1);
    filtered([1, 4], [1, 8], 'bicubic', 'signed')(plane, 0, out, 0);
    expect(Math.max(...out)).toBe(1);
    filtered([1, 4], [1, 8], 'bicubic', 'real')(plane, 0, out, 0);
    expect(Math.max(...out)).toBeGreaterThan(1.05);
  });
});

describe('fitting', () => {
  it('makes the shorter side, and cuts the middle, as transformers does', () => {
    const plane = Float32Array.from({ length: 9 * 13 }, (_, i) => ((97 * i * i + 31 * i) % 256) / 255);
    const fit = imageFitting([9, 13], 'unit', 'net', { shortest: 8, crop: [6, 6], resize: 'bicubic' });
    expect(fit.sides).toEqual([6, 6]);
    const out = new Float32Array(36);
    fit.apply(plane, 0, out);
    golden.fitted.forEach((value, i) => {
      expect(Math.abs(255 * out[i]! - value)).toBeLessThan(2e-3);
    });
  });

  it('gives the longer side rounded down, upright or not', () => {
    expect(imageFitting([9, 13], 'unit', 'net', { shortest: 8 }).sides).toEqual([8, 11]);
    expect(imageFitting([13, 9], 'unit', 'net', { shortest: 8 }).sides).toEqual([11, 8]);
  });

  it('refuses a crop that is larger than the image', () => {
    expect(() => imageFitting([9, 13], 'unit', 'net.onnx', { shortest: 8, crop: [10, 10] })).toThrow(
      'The images are 8x11 when net.onnx cuts 10x10 from their middle; declare shortest=10 or more.',
    );
  });
});
