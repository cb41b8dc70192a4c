import { describe, expect, it } from 'vitest';
import { columnRoles, roleWeights, withTwoValued } from './column-roles.js';

describe('a column of two values', () => {
  const of = (columns: number, values: readonly number[]) => ({
    ...{ rows: values.length / columns, columns, values: Float64Array.from(values) },
  });
  // An income, an age, and whether somebody has a card (7 and 9).
  const x = of(3, [1, 5, 7, 2, 6, 9, 3, 8, 9, 4, 9, 9]);

  it('is a category beside numbers, and lies as far apart as two levels', () => {
    const roles = withTwoValued(x, columnRoles(3));
    expect(roles).toEqual([{ kind: 'number' }, { kind: 'number' }, { kind: 'two', low: 7, high: 9 }]);
    // A quarter and three quarters: 1 / sqrt(3/16) = 2.31 deviations, at most 2, over a gap of 2.
    expect(roleWeights(x, roles)[2]).toBe(1);
    expect(roleWeights(x, roles, 0.5)[2]).toBe(0.25);
    expect(roleWeights(of(3, [1, 5, 7, 2, 6, 9, 3, 8, 9, 4, 9, 7]), roles)[2]).toBe(1);
  });

  it('is a number where most columns are such, and where it has one value or three', () => {
    const marks = of(3, [0, 1, 5, 1, 0, 6, 1, 1, 7]);
    expect(withTwoValued(marks, columnRoles(3))).toEqual(columnRoles(3));
    const others = of(2, [1, 0, 1, 2, 1, 3]);
    expect(withTwoValued(others, columnRoles(2))).toEqual(columnRoles(2));
  });
});
