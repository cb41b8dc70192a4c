import { describe, expect, it } from 'vitest';
import { mixedTable } from '../../test/support/made-data.js';
import type { ColumnCoding } from '../data/coding.js';
import { Stream } from '../math/random.js';
import { columnRoles, roleWeights } from './column-roles.js';
import { standardised } from './columns.js';

const table = (...rows: number[][]) => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

describe('standardised columns', () => {
  it('have mean 0 and deviation 1; other rows are scaled like those of the fit', () => {
    const view = standardised(table([1, 10], [3, 30], [5, 50], [7, 70]));
    const x = view.apply(table([4, 40], [4 + Math.sqrt(5), 0]));
    expect([view.columns, x.rows, x.columns]).toEqual([2, 2, 2]);
    expect(x.values[0]).toBe(0);
    expect(x.values[2]).toBeCloseTo(1, 12);
    expect(x.values[3]).toBeCloseTo(-40 / Math.sqrt(500), 12);
  });

  it('leave out constant columns, and bear any scale', () => {
    const view = standardised(table([1e-30, 7, 1e30, -0.1], [2e-30, 7, -1e30, -0.1 - 1e-15]));
    expect(view.columns).toBe(2);
    expect([...view.apply(table([1e-30, 7, 1e30, 0])).values].map((x) => Math.round(x * 1e9) / 1e9)).toEqual([
      -1, 1,
    ]);
    expect(standardised(table([1, 2], [1, 2])).columns).toBe(0);
    expect(standardised(table([1, 2])).columns).toBe(0);
  });
});

describe('columns of categories', () => {
  const coding: ColumnCoding[] = [
    { kind: 'number', name: 'a', fill: 0, indicator: true },
    { kind: 'category', name: 'b', levels: ['x', 'y', 'z'] },
    { kind: 'date', name: 'c' },
    { kind: 'category', name: 'd', levels: ['p'], other: true },
  ];

  it('are known from the coding', () => {
    const level = (category: number) => ({ kind: 'level', category });
    const [number, indicator] = [{ kind: 'number' }, { kind: 'indicator' }];
    expect(columnRoles(8, coding)).toEqual([
      number,
      indicator,
      level(1),
      level(1),
      level(1),
      number,
      level(3),
      level(3),
    ]);
    expect(columnRoles(2)).toEqual([number, number]);
    expect(() => columnRoles(7, coding)).toThrow('A coding of 8 columns for 7');
  });

  it('weigh together as much as a number, however many they are, where there are no more numbers', () => {
    const { x, coding: made } = mixedTable(Stream.root(0), 2000);
    const roles = columnRoles(x.columns, made);
    const weights = roleWeights(x, roles);
    const plain = standardised(x, roles).apply(x);
    const { rows, columns } = plain;
    const values = plain.values.map((value, at) => {
      const weight = weights[at % columns]!;
      return Number.isNaN(weight) ? value : weight * x.values[at]!;
    });
    const distance = (wanted: (j: number) => boolean) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const other = (i * 7 + 13) % rows;
        for (let j = 0; j < columns; j++)
          if (wanted(j)) sum += (values[i * columns + j]! - values[other * columns + j]!) ** 2 / rows;
      }
      return sum;
    };
    const category = (c: number) =>
      distance((j) => roles[j]!.kind === 'level' && (roles[j] as { category: number }).category === c);
    expect(distance((j) => j === 0)).toBeCloseTo(2, 0);
    for (const c of [12, 13, 14]) expect(Math.abs(category(c) - 2)).toBeLessThan(0.15);
    // 11 indicators of 5 % weigh 11 * 2 * 0.05 * 0.95 / 4.
    expect(Math.abs(distance((j) => roles[j]!.kind === 'indicator') - 0.26)).toBeLessThan(0.05);
  });

  it('weigh less than the distance of near rows where there are numbers', () => {
    const stream = Stream.root(4);
    const rows = Array.from({ length: 2000 }, () => {
      const level = stream.int(4);
      return [
        ...Array.from({ length: 6 }, () => stream.normal()),
        ...[0, 1, 2, 3].map((l) => +(l === level)),
      ];
    });
    const roles = columnRoles(10, [
      ...Array.from(
        { length: 6 },
        (_, i): ColumnCoding => ({ kind: 'number', name: `n${i}`, fill: 0, indicator: false }),
      ),
      { kind: 'category', name: 'city', levels: ['a', 'b', 'c', 'd'] },
    ]);
    const x = table(...rows);
    const { values } = standardised(x, roles).apply(x);
    const apart = (a: number, b: number) =>
      Math.hypot(...[6, 7, 8, 9].map((j) => values[a * 10 + j]! - values[b * 10 + j]!));
    const other = rows.findIndex((row) => row[6] !== rows[0]![6]);
    // Tenth neighbours of 2,000 rows in six dimensions lie about 1.25 apart.
    expect(apart(0, other)).toBeGreaterThan(0.6);
    expect(apart(0, other)).toBeLessThan(0.8);
  });

  it('never put a rare level far away', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => (i === 0 ? [0, 1] : [1, 0]));
    const roles = [
      { kind: 'level', category: 0 },
      { kind: 'level', category: 0 },
    ] as const;
    const x = table(...rows);
    expect([...roleWeights(x, roles)]).toEqual([Math.SQRT2, Math.SQRT2]);
    const { values } = standardised(x, roles).apply(x);
    expect(Math.hypot(values[0]! - values[2]!, values[1]! - values[3]!)).toBeCloseTo(2, 12);
  });
});
