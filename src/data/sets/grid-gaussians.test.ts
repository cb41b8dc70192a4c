import { describe, expect, it } from 'vitest';
import { classCounts } from '../dataset.js';
import { grid } from './grid-gaussians.js';

describe('grid', () => {
  const data = grid();
  const points = new Float32Array(2 * data.count);
  data.read(
    Uint32Array.from({ length: data.count }, (_, i) => i),
    points,
  );

  it('has 5,000 points in nine equal modes', () => {
    expect([...classCounts(data)!]).toEqual([556, 556, 556, 556, 556, 555, 555, 555, 555]);
    expect([...classCounts(data.test!())!]).toEqual(new Array(9).fill(100));
    expect([data.kind, data.range, data.shape]).toEqual(['points', 'signed', [2]]);
    expect(Math.min(...points)).toBe(-1);
    expect(Math.max(...points)).toBe(1);
  });

  it('stands on a 3 x 3 grid, row by row from the top left, twenty deviations apart', () => {
    const { means, sigma, weights } = data.truth!;
    expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
    const at = (mode: number, axis: 0 | 1) => means[2 * mode + axis]!;
    for (let mode = 0; mode < 9; mode++) {
      const [row, column] = [Math.floor(mode / 3), mode % 3];
      expect(at(mode, 0)).toBeCloseTo(at(4, 0) + (column - 1) * 20 * sigma[0], 12);
      expect(at(mode, 1)).toBeCloseTo(at(4, 1) + (1 - row) * 20 * sigma[1], 12);
    }
    expect(data.classNames![0]).toBe('top left');
  });

  it('has means and deviations that equal the truth it tells', () => {
    const { means, sigma } = data.truth!;
    for (let mode = 0; mode < 9; mode++) {
      for (const axis of [0, 1] as const) {
        const values = [...points].filter((_, i) => i % 2 === axis && data.labels![i >> 1] === mode);
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
        expect(Math.abs(mean - means[2 * mode + axis]!)).toBeLessThan(
          (5 * sigma[axis]) / Math.sqrt(values.length),
        );
        expect(Math.abs(deviation / sigma[axis] - 1)).toBeLessThan(0.15);
      }
    }
  });

  it('is the same every time', () => {
    expect(grid().fingerprint).toBe(data.fingerprint);
  });
});
