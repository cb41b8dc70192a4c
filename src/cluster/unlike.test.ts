import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { knownRows, unlikeness } from './unlike.js';

/** Rows (x, 0): their one principal direction is the first column. */
const line = (values: readonly number[]) => ({
  rows: values.length,
  columns: 2,
  values: Float64Array.from(values.flatMap((x) => [x, 0])),
});

function normals(rows: number, columns: number, name: string, deviation = 1, mean = 0) {
  const values = Stream.root(4)
    .fork(name)
    .normals(new Float64Array(rows * columns));
  return { rows, columns, values: values.map((x) => mean + deviation * x) };
}

describe('how unlike rows are to known ones', () => {
  it('is the distance to the fifth nearest, over the spacing around it and of all', () => {
    const known = knownRows(line([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))!;
    expect([...known.spacing]).toEqual([5, 4, 3, 3, 3, 3, 3, 3, 4, 5]);
    // Of 12: the fifth nearest is 5, and those between have spacings of 3, 3, 3, 4 and 5; 3.6 is the mean of all.
    const soft = 0.05 * 3.6;
    expect(unlikeness(line([12]), known)[0]).toBeCloseTo(
      (7 + soft) / Math.sqrt((3.6 + soft) * (3.6 + soft)),
      6,
    );
    // A known row is compared with the others: 1, 2, 3, 4 and 5 of 0.
    expect(unlikeness(line([0]), known)[0]).toBeCloseTo(
      (5 + soft) / Math.sqrt((3.2 + soft) * (3.6 + soft)),
      5,
    );
  });

  it('is about 1 for rows of the same kind, also of a group that is spread otherwise, and large for others', () => {
    const kind = (rows: number, name: string) => {
      const [narrow, wide] = [normals(rows, 6, `${name} a`), normals(rows, 6, `${name} b`, 3, 20)];
      return { rows: 2 * rows, columns: 6, values: Float64Array.of(...narrow.values, ...wide.values) };
    };
    const known = knownRows(kind(300, 'known'))!;
    const same = unlikeness(kind(300, 'same'), known);
    const median = (values: Float32Array) => values.slice().sort()[values.length >> 1]!;
    expect(median(same.subarray(0, 300))).toBeGreaterThan(0.6);
    expect(median(same.subarray(300))).toBeLessThan(1.9);
    expect(same.filter((x) => x > known.usual).length / 600).toBeLessThan(0.04);
    const other = unlikeness(normals(100, 6, 'other', 1, 9), known);
    expect(other.every((x) => x > 2 * known.usual)).toBe(true);
  });

  it('is 1 for rows that occur many times, and nothing is known of too few or of equal rows', () => {
    const known = knownRows(line(Array.from({ length: 100 }, (_, i) => i % 5)))!;
    expect([...unlikeness(line([3, 30]), known)][0]).toBe(1);
    expect(unlikeness(line([3, 30]), known)[1]).toBeGreaterThan(10);
    expect(knownRows(line([0, 1, 2, 3, 4, 5]))).toBeUndefined();
    expect(knownRows(line([2, 2, 2, 2, 2, 2, 2, 2]))).toBeUndefined();
  });
});
