import { describe, expect, it } from 'vitest';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { untied } from './untied.js';

const rowsOf = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

describe('rows with many copies', () => {
  it('are moved by about 1e-4 deviations, the others stay', () => {
    const x = rowsOf([...Array.from({ length: 30 }, () => [1, 5]), [0, 0], [2, 3], [2, 3]]);
    const made = untied(x, 10, Stream.root(0));
    expect([...made.values.subarray(60)]).toEqual([0, 0, 2, 3, 2, 3]);
    const moves = Float64Array.from({ length: 60 }, (_, at) => made.values[at]! - x.values[at]!);
    const size = Math.sqrt(moves.reduce((sum, move) => sum + move ** 2, 0) / 60);
    expect(size).toBeGreaterThan(2e-5);
    expect(size).toBeLessThan(2e-4);
    expect(new Set(moves).size).toBe(60);
  });

  it('stay where copies are few: the same matrix', () => {
    const x = rowsOf([...Array.from({ length: 11 }, () => [1, 5]), [0, 0]]);
    expect(untied(x, 10, Stream.root(0))).toBe(x);
    expect(untied(x, 9, Stream.root(0))).not.toBe(x);
  });
});
