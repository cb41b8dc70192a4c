import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { lookedRows, neighboursOf, smallestOf } from './looked.js';

const of = (count: number, columns: number) => ({ count, shape: [columns] });

describe('the rows that are looked at', () => {
  it('are all of 20,000', () => {
    const looked = lookedRows(of(20_000, 50), undefined, Stream.root(0));
    expect(looked).toEqual(Uint32Array.from({ length: 20_000 }, (_, i) => i));
  });

  it('are a random sample of more: ascending, different, the same for the same seed', () => {
    const looked = lookedRows(of(200_000, 50), undefined, Stream.root(0));
    expect(looked.length).toBe(12_000);
    expect(looked.every((row, i) => i === 0 || row > looked[i - 1]!)).toBe(true);
    expect(looked.at(-1)).toBeLessThan(200_000);
    // Spread over all: the mean of 12,000 uniform numbers has a deviation of 0.3 %.
    const mean = looked.reduce((sum, row) => sum + row, 0) / looked.length;
    expect(Math.abs(mean / 100_000 - 1)).toBeLessThan(0.02);
    expect(lookedRows(of(200_000, 50), undefined, Stream.root(0))).toEqual(looked);
    expect(lookedRows(of(200_000, 50), undefined, Stream.root(1))).not.toEqual(looked);
  });

  it('are as many as asked for, 20,000 of narrow data, and fewer of wide data', () => {
    const count = (columns: number, most?: number) =>
      lookedRows(of(100_000, columns), most, Stream.root(0)).length;
    expect([count(50, 500), count(8), count(20_000), count(1e6)]).toEqual([500, 20_000, 2000, 2000]);
    const counts = { ...of(100_000, 20_000), largestCount: 90 };
    expect(lookedRows(counts, undefined, Stream.root(0)).length).toBe(12_000);
  });
});

describe('the smallest group', () => {
  it('is 20 rows or 0.4 %, a tenth of small data, and what is asked for in proportion to the sample', () => {
    expect([smallestOf(8000, 8000, undefined), smallestOf(1000, 1000, undefined)]).toEqual([32, 20]);
    expect([smallestOf(40, 40, undefined), smallestOf(5, 5, undefined)]).toEqual([4, 2]);
    expect([smallestOf(300, 300, undefined, 40), smallestOf(8, 8, undefined, 8)]).toEqual([3, 1]);
    expect([smallestOf(1000, 1000, 7), smallestOf(20_000, 200_000, 500)]).toEqual([7, 50]);
  });
});

describe('neighbours', () => {
  it('are 10, fewer of few rows, more along one column', () => {
    expect([8000, 80, 40, 12, 4, 3].map((rows) => neighboursOf(rows, 5))).toEqual([10, 10, 5, 3, 3, 2]);
    expect([neighboursOf(10_000, 1), neighboursOf(4, 1)]).toEqual([200, 2]);
  });
});
