import { describe, expect, it } from 'vitest';
import { areWhole, dateValues, nearestValue, numberValues } from './column-values.js';

const many = (values: readonly number[], times = 10) => Array.from({ length: times }, () => values).flat();

describe('what values a column holds', () => {
  it('are its levels where they are few, and each is frequent', () => {
    expect(numberValues(many([1, 0, Number.NaN]))).toEqual({ levels: [0, 1] });
    expect(numberValues(many([4, 8, 6]))).toEqual({ levels: [4, 6, 8] });
    // Nine rows of each are too few to tell, and so are 21 values.
    expect(numberValues(many([4, 8, 6], 9))).toEqual({ decimals: 0, least: 4, most: 8 });
    const different = Array.from({ length: 21 }, (_, i) => i / 2);
    expect(numberValues(many(different, 20))).toEqual({ decimals: 1, least: 0 });
  });

  it('are whole numbers between the extremes, if none was negative', () => {
    expect(numberValues([23, 41, Number.NaN, 67])).toEqual({ decimals: 0, least: 23, most: 67 });
    expect(numberValues([-3, 41, 67])).toEqual({ decimals: 0 });
  });

  it('have as many digits as the one that has most', () => {
    expect(numberValues([0.5, 12.25, 3])).toEqual({ decimals: 2, least: 0 });
    expect(numberValues([-0.1, 1234567.8])).toEqual({ decimals: 1 });
    expect(numberValues([0.1 + 0.2, -1])).toEqual({ decimals: 1 });
    expect(numberValues([Math.PI, -1])).toEqual({});
    expect(numberValues(Float32Array.of(12.34, -1), true)).toEqual({ decimals: 2 });
    expect(numberValues(Float32Array.of(12.34, -1))).toEqual({});
  });

  it('are nothing where all are missing', () => {
    expect(numberValues([Number.NaN])).toEqual({});
    expect(dateValues([Number.NaN])).toEqual({});
    expect(dateValues([19_000, Number.NaN, 18_000.5])).toEqual({ least: 18_000.5, most: 19_000 });
  });
});

describe('the nearest value', () => {
  it('is a level, or rounded and between the extremes', () => {
    expect([-2, 0.4, 0.6, 9].map((x) => nearestValue(x, { levels: [0, 1] }))).toEqual([0, 0, 1, 1]);
    const age = { decimals: 0, least: 18, most: 90 };
    expect([3, 44.5, 44.4, 91].map((x) => nearestValue(x, age))).toEqual([18, 45, 44, 90]);
    expect([-0.001, 12.345].map((x) => nearestValue(x, { decimals: 2, least: 0 }))).toEqual([0, 12.35]);
    expect(Object.is(nearestValue(-0.2, { decimals: 0 }), 0)).toBe(true);
  });

  it('is the value itself where nothing is known, and of none none', () => {
    expect(nearestValue(-1.234567, {})).toBe(-1.234567);
    expect(nearestValue(Number.NaN, { levels: [0, 1] })).toBeNaN();
  });

  it('of whole numbers is whole', () => {
    expect([{ decimals: 0 }, { levels: [0, 2] }].map(areWhole)).toEqual([true, true]);
    expect([{ decimals: 1 }, { levels: [0.5] }, {}].map(areWhole)).toEqual([false, false, false]);
  });
});
