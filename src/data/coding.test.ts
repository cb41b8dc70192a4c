import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ColumnCoding, codedNames, codedWidth, codeRows, decodeRow, isoDate } from './coding.js';

const CODING: readonly ColumnCoding[] = [
  { kind: 'number', name: 'age', fill: 40, indicator: true },
  { kind: 'category', name: 'city', levels: ['Rome', 'Oslo', ''], other: true },
  { kind: 'date', name: 'when', fill: 19000 },
];

describe('codeRows', () => {
  it('gives numbers or their fill with an indicator, and a 1 in the column of the word', () => {
    const rows = Float64Array.of(7, 1, 18000, Number.NaN, 2, Number.NaN, 3, Number.NaN, 1);
    expect(Array.from(codeRows(rows, CODING))).toEqual([
      ...[7, 0, 0, 1, 0, 0, 18000],
      ...[40, 1, 0, 0, 1, 0, 19000],
      ...[3, 0, 0, 0, 0, 1, 1],
    ]);
    expect(codedNames(CODING)).toEqual([
      'age',
      'age is missing',
      'city=Rome',
      'city=Oslo',
      'city is missing',
      'city=(other)',
      'when',
    ]);
    expect(CODING.map(codedWidth)).toEqual([2, 4, 1]);
  });

  it('gives no two columns one name, also where the file has a column of the same name', () => {
    const coding: ColumnCoding[] = [
      { kind: 'number', name: 'a', fill: 1, indicator: true },
      { kind: 'number', name: 'a is missing' },
      { kind: 'category', name: 'c', levels: ['b', ''] },
      { kind: 'date', name: 'c=b' },
      { kind: 'category', name: 'c=b', levels: ['x'] },
      { kind: 'category', name: 'c', levels: ['b=x'] },
    ];
    expect(codedNames(coding)).toEqual([
      ...['a', 'a is missing.1', 'a is missing', 'c=b.1', 'c is missing', 'c=b', 'c=b=x', 'c=b=x.1'],
    ]);
  });

  it('gives zeros for a word without a column, and keeps what has no fill', () => {
    const coding: ColumnCoding[] = [
      { kind: 'category', name: 'c', levels: ['a', 'b'] },
      { kind: 'number', name: 'x' },
    ];
    expect(Array.from(codeRows(Float64Array.of(Number.NaN, Number.NaN), coding))).toEqual([0, 0, Number.NaN]);
    expect(() => codeRows(Float64Array.of(1, 2, 3), coding)).toThrow(RangeError);
  });
});

describe('decodeRow', () => {
  it('undoes codeRows', () => {
    const cell = fc.tuple(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: -200_000, max: 200_000 }),
    );
    fc.assert(
      fc.property(cell, ([x, gone, level, day]) => {
        const raw = Float64Array.of(gone ? Number.NaN : x, level === 3 ? Number.NaN : level, day);
        const word = ['Rome', 'Oslo', '', '(other)'][level];
        expect(decodeRow(codeRows(raw, CODING), CODING)).toEqual([gone ? '' : x, word, isoDate(day)]);
      }),
      { seed: 1 },
    );
  });

  it('takes the largest of what a generator gives', () => {
    expect(decodeRow([31.5, 0.4, 0.2, 0.7, 0.1, 0.3, 18262.4], CODING)).toEqual([31.5, 'Oslo', '2020-01-01']);
    expect(decodeRow([31.5, 0.6, 0.2, 0.7, 0.8, 0.3, 18262.6], CODING)).toEqual(['', '', '2020-01-02']);
  });
});

it('writes days as ISO 8601, with times to the second', () => {
  expect([isoDate(0), isoDate(-1), isoDate(18262.75, true), isoDate(1e12)]).toEqual([
    '1970-01-01',
    '1969-12-31',
    '2020-01-01T18:00:00Z',
    '',
  ]);
});
