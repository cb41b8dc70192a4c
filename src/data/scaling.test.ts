import { describe, expect, it } from 'vitest';
import { fromTriplets, sparseScaling } from './formats/sparse.js';
import { columnScaling, standardized } from './scaling.js';

const repeated = (value: number, rows = 480) => new Float64Array(rows).fill(value);

describe('columnScaling', () => {
  it.each([0.1, 3, 14.62, 1e9, -1e-12, 1e-300, 0])('finds that 480 times %d is constant', (value) => {
    expect(columnScaling(repeated(value), 1)).toEqual({ shift: [value], scale: [1] });
    expect(columnScaling(new Float32Array(480).fill(value), 1).scale).toEqual([1]);
  });

  it('takes a column that differs by rounding for constant, and one that differs by more not', () => {
    const jitter = (value: number, by: number) => repeated(value).map((x, i) => x + (i % 2 ? by : -by));
    expect(columnScaling(jitter(14.62, 1e-15), 1).scale).toEqual([1]);
    expect(columnScaling(Float32Array.from(jitter(14.62, 1e-6)), 1).scale).toEqual([1]);
    expect(columnScaling(jitter(1e9, 64), 1).scale).toEqual([1]);
    expect(columnScaling(jitter(14.62, 1e-6), 1).scale[0]).toBeCloseTo(1e-6, 14);
    expect(columnScaling(jitter(0, 1e-9), 1).scale[0]).toBeCloseTo(1e-9, 15);
    expect(columnScaling(jitter(14.62, 1e-3), 1).scale[0]).toBeCloseTo(1e-3, 9);
  });

  it.each([
    ['seconds of an hour', 1.6e9, 60, 0],
    ['seconds of ten minutes', 1.6e9, 10, 0],
    ['seconds with fractions', 1.6e9, 60, 0.345],
    ['dates as 20200101', 20200101, 0.4, 0],
    ['numbers that count', 4294967000, 1, 0],
    ['whole numbers that float32 has', 5412345, 0.1, 0],
    ['metres to the north', 5412340, 0.05, 0.123],
    ['days of the Julian calendar', 2460000, 0.05, 0.25001],
  ])('scales %s, which are large and differ by more than rounding', (_, start, step, fraction) => {
    const values = Float64Array.from({ length: 60 }, (_, i) => start + Math.floor(i * step) + fraction);
    const { shift, scale } = columnScaling(values, 1);
    const scaled = Array.from(values, (x) => standardized(x, shift[0]!, scale[0]!));
    expect(Math.max(...scaled.map(Math.abs))).toBeLessThan(2);
    expect(scaled.reduce((sum, x) => sum + x * x, 0) / 60).toBeCloseTo(1, 6);
  });

  it('leaves nothing of a constant column, whatever its size', () => {
    for (const by of [1, 8, 32, 128, 512, 1024, 4096]) {
      const values = Float32Array.from({ length: 64 }, (_, i) => 1.6e9 + by * (i % 32));
      const { shift, scale } = columnScaling(values, 1);
      const most = Math.max(...values.map((x) => Math.abs(standardized(x, shift[0]!, scale[0]!))));
      expect(most).toBeLessThan(2);
    }
  });

  it('keeps the bits of the other columns beside a constant one', () => {
    const column = Float64Array.from({ length: 31 }, (_, i) => Math.sin(i) * 3 + 0.1);
    const beside = Float64Array.from({ length: 62 }, (_, i) => (i % 2 ? 0.1 : column[i / 2]!));
    let shift = 0;
    for (const x of column) shift += x / 31;
    let variance = 0;
    for (const x of column) variance += (x - shift) ** 2 / 31;
    expect(columnScaling(beside, 2)).toEqual({ shift: [shift, 0.1], scale: [Math.sqrt(variance), 1] });
  });

  it('is that of sparse columns: all there, none there, some there', () => {
    const rows = 30;
    const row = Uint32Array.from({ length: rows + 3 }, (_, i) => (i < rows ? i : i - rows));
    const column = Uint32Array.from({ length: rows + 3 }, (_, i) => (i < rows ? 0 : 2));
    const value = Float32Array.from({ length: rows + 3 }, (_, i) => (i < rows ? 0.1 : i));
    const { shift, scale } = sparseScaling(fromTriplets(rows, 3, { row, column, value }));
    expect([shift[0], scale[0], shift[1], scale[1]]).toEqual([Math.fround(0.1), 1, 0, 1]);
    expect(scale[2]).toBeGreaterThan(1);
  });
});

describe('standardized', () => {
  it('reads the constant of another precision as the constant', () => {
    expect(standardized(Math.fround(14.62), 14.62, 1)).toBe(0);
    expect(standardized(Math.fround(123456789.123), 123456789.123, 1)).toBe(0);
    expect(standardized(15.62, 14.62, 1)).toBeCloseTo(1, 12);
    expect(standardized(1e-9, 0, 1)).toBe(1e-9);
    expect(standardized(7, 3, 2)).toBe(2);
  });
});
