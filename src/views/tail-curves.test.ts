import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { tailMap } from './heavy-tails.js';
import { tailCurves } from './tail-curves.js';

const stream = Stream.root(5);
const rows = 2000;
const columns = 3;
/** A Gaussian, a log-normal and a cubed Gaussian column. */
const values = Float64Array.from({ length: rows * columns }, (_, at) => {
  const z = stream.normal();
  return [z, 7 * Math.exp(z), z ** 3][at % columns]!;
});
const x = { rows, columns, values };
const column = (j: number) => values.filter((_, at) => at % columns === j);

describe('curves of columns', () => {
  it('are a line for a Gaussian column, and standardise the others', () => {
    const curves = tailCurves(x)!;
    const [c, w, a, b, l] = [0, 1, 2, 3, 4].map((row) => curves.subarray(row * columns, (row + 1) * columns));
    expect([...l!]).toEqual([1, 0, 0]);
    expect([c![0], w![0], a![0], b![0]]).toEqual([0, 0, 0, 0]);
    for (const j of [1, 2]) {
      const y = column(j).map((value) => a![j]! * Math.asinh((value - c![j]!) * w![j]!) + b![j]!);
      const mean = y.reduce((sum, v) => sum + v / rows, 0);
      expect(mean).toBeCloseTo(0, 10);
      expect(y.reduce((sum, v) => sum + v ** 2 / rows, 0)).toBeCloseTo(1, 10);
      // What a view makes of the column, but for a constant and a unit.
      const map = column(j).map(tailMap(column(j))!.map);
      const middle = map.reduce((sum, v) => sum + v / rows, 0);
      const deviation = Math.sqrt(map.reduce((sum, v) => sum + (v - middle) ** 2 / rows, 0));
      y.forEach((v, i) => {
        expect(Math.abs(v - (map[i]! - middle) / deviation)).toBeLessThan(0.06);
      });
    }
  });

  it('say the same of columns that were standardised on reading', () => {
    const scaling = { shift: [0, 12, -3], scale: [1, 20, 0.5] };
    const [plain, scaled] = [tailCurves(x)!, tailCurves(x, undefined, scaling)!];
    for (const j of [1, 2]) {
      const bent = (curves: Float64Array, value: number) =>
        curves[6 + j]! * Math.asinh((value - curves[j]!) * curves[3 + j]!) + curves[9 + j]!;
      for (const value of column(j).slice(0, 50)) {
        const read = (value - scaling.shift[j]!) / scaling.scale[j]!;
        expect(bent(scaled, read)).toBeCloseTo(bent(plain, value), 10);
      }
    }
  });

  it('are not there without heavy tails', () => {
    expect(tailCurves({ rows, columns: 1, values: column(0) })).toBeUndefined();
  });
});
