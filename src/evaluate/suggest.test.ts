import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { largestPlaces, suggestRows } from './suggest.js';

describe('the rows to label next', () => {
  const worth = [0.1, 5, 0.3, 4, 0.2, 6, 0, 1];
  const data = arrayDataset({
    ...{ name: 'points', kind: 'points', shape: [1], range: 'real', source: '' },
    values: new Float32Array(8),
  });
  const worthOf = async (_: unknown, rows: ArrayLike<number>) =>
    Float64Array.from({ length: rows.length }, (_, i) => worth[rows[i]!]!);

  it('are the largest of all, the largest first: the last of an unsorted list would be others', async () => {
    const all = Uint32Array.from(worth, (_, row) => row);
    const found = await suggestRows({ worthOf }, data, all, 3);
    expect(found).toEqual([
      { row: 5, worth: 6 },
      { row: 1, worth: 5 },
      { row: 3, worth: 4 },
    ]);
    expect(found.map(({ row }) => row).sort()).not.toEqual([...all].slice(-3));
  });

  it('are among those that may be chosen, and all of them where they are few', async () => {
    const found = await suggestRows({ worthOf }, data, Uint32Array.of(0, 4, 7), 10);
    expect(found.map(({ row }) => row)).toEqual([7, 4, 0]);
  });

  it('of equal values come the first first; what is no number is refused', () => {
    expect(largestPlaces([1, 2, 2, 2], 2)).toEqual([1, 2]);
    expect(() => largestPlaces([1, Number.NaN], 1)).toThrow(/no numbers for some rows/);
  });
});
