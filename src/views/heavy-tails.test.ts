import { describe, expect, it } from 'vitest';
import { fiveGroups } from '../../test/support/made-data.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { standardised } from './columns.js';
import { heavyColumns, logarithmic, shapeOf, tailMap } from './heavy-tails.js';

const draw = (make: (z: number, u: number) => number, n = 4000) => {
  const stream = Stream.root(3);
  return Float64Array.from({ length: n }, () => make(stream.normal(), stream.uniform()));
};

function expectClose(a: Matrix, b: Matrix, digits: number): void {
  expect([a.rows, a.columns]).toEqual([b.rows, b.columns]);
  a.values.forEach((value, i) => {
    expect(value).toBeCloseTo(b.values[i]!, digits);
  });
}

describe('the shape of a column', () => {
  it('is its skewness and excess kurtosis', () => {
    const { skewness, kurtosis } = shapeOf(Float64Array.of(0, 0, 0, 4));
    expect(skewness).toBeCloseTo(2 / Math.sqrt(3), 12);
    expect(kurtosis).toBeCloseTo(-2 / 3, 12);
    expect(shapeOf(Float64Array.of(0, 0, 0, 4e300))).toEqual({ skewness, kurtosis });
    expect(shapeOf(Float64Array.of(5, 5))).toEqual({ skewness: 0, kurtosis: 0 });
  });
});

describe('columns', () => {
  it.each([
    ['Gaussian', (z: number) => z, undefined],
    ['positive Gaussian', (z: number) => 10 + z, undefined],
    ['uniform', (_: number, u: number) => u, undefined],
    ['two far groups', (z: number, u: number) => z + (u < 0.3 ? 10 : 0), undefined],
    ['log-normal', (z: number) => Math.exp(z), 'log'],
    ['exponential', (_: number, u: number) => -Math.log(1 - u), 'log'],
    ['counts with zeros', (z: number) => Math.floor(Math.exp(2 * z)), 'log'],
    ['cubed Gaussian', (z: number) => z ** 3, 'signed'],
    [
      'a scale from 0 to 100',
      (z: number) => Math.min(100, Math.max(0, Math.floor(20 * Math.exp(z)))),
      undefined,
    ],
    ['money with both signs', (z: number) => 1e6 * Math.sinh(2 * z), 'signed'],
  ])('%s', (_, make, kind) => {
    expect(tailMap(draw(make))?.kind).toBe(kind);
  });

  it('that are log-normal become Gaussian, whatever their unit', () => {
    for (const unit of [1e-6, 1, 1e9]) {
      const map = tailMap(draw((z) => unit * Math.exp(2 * z)))!.map;
      expect(map(unit * Math.E ** 3) - map(unit)).toBeCloseTo(3, 12);
    }
  });

  it('take values below those of the fit as their smallest', () => {
    const values = draw((z) => Math.exp(z));
    const { map } = tailMap(values)!;
    expect(map(-5)).toBe(map(values.slice().sort()[0]!));
  });
});

describe('the view of logarithms', () => {
  it('makes the table that was exponentiated the one before', () => {
    const plain = fiveGroups(Stream.root(0), { rows: 1000 }).x;
    const { x } = fiveGroups(Stream.root(0), { rows: 1000, exponentiated: true });
    expect(heavyColumns(plain)).toEqual([]);
    expect(heavyColumns(x)).toEqual([0, 1, 2, 3, 4]);
    expectClose(logarithmic(x).apply(x), standardised(plain).apply(plain), 9);
    expect(logarithmic(x).sentence).toContain('The logarithm of 5 of 11 columns');
  });

  it('is that of standardised columns where none has heavy tails', () => {
    const { x } = fiveGroups(Stream.root(1), { rows: 500 });
    expectClose(logarithmic(x).apply(x), standardised(x).apply(x), 12);
  });

  it('leaves categories as they are', () => {
    const values = draw((z) => (z > 1.5 ? 1 : 0));
    const roles = [{ kind: 'level', category: 0 }] as const;
    expect(heavyColumns({ rows: values.length, columns: 1, values }, roles)).toEqual([]);
  });
});
