import { describe, expect, it } from 'vitest';
import { tridiagonalEigenvalues } from './bisection.js';

const of = (diagonal: number[], off: number[]) =>
  tridiagonalEigenvalues(Float64Array.from(diagonal), Float64Array.from(off));

describe('tridiagonalEigenvalues', () => {
  it.each([1, 2, 5, 64, 301])('has the closed form of the second difference of order %i', (n) => {
    const values = of(new Array<number>(n).fill(2), new Array<number>(n - 1).fill(-1));
    values.forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 13);
    });
  });

  it('keeps the relative accuracy of small eigenvalues of a graded matrix', () => {
    // det = 1e-30 - 1e-32 to the last digits; the large eigenvalue is 1.
    const [small, large] = of([1e-30, 1], [1e-16]);
    expect(small! / 9.9e-31).toBeCloseTo(1, 13);
    expect(large).toBeCloseTo(1, 15);
  });

  it('finds diagonals, signs, equal and vanishing eigenvalues', () => {
    expect([...of([3, -2, 3, 0, -5], [0, 0, 0, 0])].map((x) => Number(x.toFixed(12)))).toEqual([
      -5, -2, 0, 3, 3,
    ]);
    expect([...of([0, 0], [1])].map((x) => Number(x.toFixed(14)))).toEqual([-1, 1]);
    expect([...of([0, 0, 0], [0, 0])]).toEqual([0, 0, 0]);
    expect([...of([7], [])].map((x) => Number(x.toFixed(12)))).toEqual([7]);
  });

  it('finds the close pairs of Wilkinson matrices', () => {
    // W21+: the largest eigenvalues agree to 1e-13; the published value.
    const diagonal = Array.from({ length: 21 }, (_, i) => Math.abs(10 - i));
    const values = of(diagonal, new Array<number>(20).fill(1));
    expect(values[20]).toBeCloseTo(10.746194182903393, 12);
    expect(values[19]).toBeCloseTo(10.746194182903322, 12);
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(110, 11);
  });

  it.each([1e-250, 1e250])('works at the scale of %d', (scale) => {
    const values = of([2 * scale, 2 * scale], [scale]);
    expect(values[0]! / scale).toBeCloseTo(1, 13);
    expect(values[1]! / scale).toBeCloseTo(3, 13);
  });
});
