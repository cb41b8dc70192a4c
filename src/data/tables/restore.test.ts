import { describe, expect, it } from 'vitest';
import type { ColumnCoding } from '../coding.js';
import { type FileRows, restoredColumns, restoredRows } from './restore.js';

const CODING: readonly ColumnCoding[] = [
  { kind: 'number', name: 'age', fill: 40.5, indicator: true },
  { kind: 'category', name: 'city', levels: ['Rome', 'Oslo', ''], other: true },
  { kind: 'date', name: 'since', fill: 18_500 },
  { kind: 'number', name: 'member', fill: 1 },
];
/** Eight coded columns: age, its mark, four of city, since, member. */
const mixed: FileRows = {
  kind: 'table',
  shape: [8],
  scaling: { shift: [40, 0.5, 0, 0, 0, 0, 18_600, 0.5], scale: [10, 1, 1, 1, 1, 1, 100, 0.5] },
  coding: CODING,
  columnValues: [
    { decimals: 0, least: 18, most: 90 },
    {
      others: [
        { word: 'Bern', count: 3 },
        { word: 'Paris', count: 1 },
      ],
    },
    { least: 18_500, most: 18_700 },
    { levels: [0, 1] },
  ],
};
const ROWS = Float32Array.of(
  ...[0.13, -0.4, 0.9, 0.1, 0, 0, 0.5049, 0.2],
  ...[9, -0.2, 0.1, 0.7, 0, 0.2, -3, -0.1],
  ...[1, 0.2, 0.1, 0.2, 0.3, 0.2, 0, -2],
  ...[-9, -0.4, 0.1, 0.2, 0.3, 0.9, 0, 3],
);

describe('generated rows of a mixed table', () => {
  it('are restored to what each column may hold', () => {
    expect(restoredColumns(ROWS, mixed)).toEqual([
      { name: 'age', kind: 'whole', values: [41, 90, undefined, 18] },
      { name: 'city', kind: 'text', values: ['Rome', 'Oslo', undefined, 'Bern'] },
      { name: 'since', kind: 'date', values: [18_650, 18_500, 18_600, 18_600] },
      { name: 'member', kind: 'whole', values: [1, 0, 0, 1] },
    ]);
  });

  it('are coded rows again: one column of a category is 1, a missing number is its median, marked', () => {
    expect([...restoredRows(ROWS, mixed)]).toEqual([
      ...[41, 0, 1, 0, 0, 0, 18_650, 1],
      ...[90, 0, 0, 1, 0, 0, 18_500, 0],
      ...[40.5, 1, 0, 0, 1, 0, 18_600, 0],
      ...[18, 0, 0, 0, 0, 1, 18_600, 1],
    ]);
    const gaps = restoredRows(ROWS, mixed, 'NaN');
    expect([gaps[16], gaps[17], gaps[18]]).toEqual([Number.NaN, 1, 0]);
  });

  it('of a run that does not know the values of its columns have words and dates alone', () => {
    const { columnValues: _, ...older } = mixed;
    const [age, city, since, member] = restoredColumns(ROWS, older);
    expect(age).toMatchObject({ kind: 'real', values: [41.3, 130, undefined, -50] });
    expect(city!.values).toEqual(['Rome', 'Oslo', undefined, '(other)']);
    expect(since!.values).toEqual([18_650, 18_300, 18_600, 18_600]);
    expect(member!.values).toEqual([0.6, 0.45, -0.5, 2]);
  });

  it('have other words as often as the data', () => {
    const rows = Float32Array.from({ length: 8 * 1000 }, (_, i) => (i % 8 === 5 ? 1 : 0));
    const cities = restoredColumns(rows, mixed)[1]!.values;
    const bern = cities.filter((word) => word === 'Bern').length;
    expect(bern).toBeGreaterThan(740);
    expect(bern).toBeLessThan(760);
    expect(cities.filter((word) => word === 'Paris').length).toBe(1000 - bern);
  });
});

describe('generated rows of numbers', () => {
  it('are restored column by column, with names or without', () => {
    const points: FileRows = {
      ...{ kind: 'points', shape: [2], scaling: { shift: [5, 0], scale: [2, 1] } },
      columnValues: [{ decimals: 0 }, {}],
    };
    expect(restoredColumns(Float32Array.of(0.3, 1 / 3), points)).toEqual([
      { name: 'x1', kind: 'whole', values: [6] },
      { name: 'x2', kind: 'real', values: [0.3333333] },
    ]);
    expect([...restoredRows(Float32Array.of(0.3, 0.25), points)]).toEqual([6, 0.25]);
  });

  it('are counts where all columns are', () => {
    const counts: FileRows = {
      ...{ kind: 'table', shape: [3], largestCount: 7, columns: ['a', 'b', 'c'] },
      columnValues: [{ decimals: 0, least: 0, most: 7 }],
    };
    // log2(x + 1) / 3.
    expect([...restoredRows(Float32Array.of(0.5, -0.2, 1.1), counts)]).toEqual([2, 0, 7]);
  });

  it('of whole numbers beyond 32 bits are floats', () => {
    const large: FileRows = {
      ...{ kind: 'table', shape: [1], scaling: { shift: [5e9], scale: [1e3] } },
      columnValues: [{ decimals: 0 }],
    };
    expect(restoredColumns(Float32Array.of(0.5), large)).toEqual([
      { name: 'x1', kind: 'real', values: [5_000_000_500] },
    ]);
  });
});
