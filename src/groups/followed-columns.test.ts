import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { followedColumns } from './followed-columns.js';

const ROWS = 60;
const looked = Uint32Array.from({ length: ROWS }, (_, i) => i);
const group = Int32Array.from(looked, (i) => 1 + (i % 3));

/** A number, then three levels of a city, the first two of which are the first two groups, the third is split. */
function table(cityOf: (row: number) => number) {
  const values = Float64Array.from({ length: ROWS * 4 }, (_, at) => {
    const [row, column] = [Math.floor(at / 4), at % 4];
    return column === 0 ? row * 1.7 : Number(cityOf(row) === column - 1);
  });
  const coding = [
    { kind: 'number', name: 'age' },
    { kind: 'category', name: 'city', levels: ['Rome', 'Bonn', 'Oslo'] },
  ] as const;
  const about = { name: 'made', kind: 'table', shape: [4], range: 'real', source: 'Made.' } as const;
  return { ...arrayDataset({ ...about, values }), coding };
}

describe('followedColumns', () => {
  it('names the category of which groups have one value each, and how many have', () => {
    expect(
      followedColumns(
        table((row) => row % 3),
        looked,
        group,
        3,
      ),
    ).toEqual([{ name: 'city', single: 3 }]);
    const split = table((row) => (row % 3 < 2 ? row % 3 : Math.floor(row / 3) % 3));
    expect(followedColumns(split, looked, group, 3)).toEqual([{ name: 'city', single: 2 }]);
  });

  it('names none where groups mix values, where all have the same one, or where there is one group', () => {
    const mixed = table((row) => Math.floor(row / 3) % 3);
    expect(followedColumns(mixed, looked, group, 3)).toEqual([]);
    const same = table(() => 1);
    expect(followedColumns(same, looked, group, 3)).toEqual([]);
    // A mark that one group of four has and the others have not.
    const four = Int32Array.from(looked, (i) => 1 + (i % 4));
    const mark = table((row) => Number(row % 4 === 0));
    expect(followedColumns(mark, looked, four, 4)).toEqual([]);
    const one = new Int32Array(ROWS).fill(1);
    expect(
      followedColumns(
        table((row) => row % 3),
        looked,
        one,
        1,
      ),
    ).toEqual([]);
  });

  it('names numbers of few values by their columns', () => {
    const values = Float64Array.from({ length: ROWS * 2 }, (_, at) =>
      at % 2 === 0 ? Math.sin(at) : Math.floor(at / 2) % 3,
    );
    const about = { name: 'made', kind: 'table', shape: [2], range: 'real', source: 'Made.' } as const;
    expect(followedColumns(arrayDataset({ ...about, values }), looked, group, 3)).toEqual([
      { name: '2', single: 3 },
    ]);
    const named = arrayDataset({ ...about, values, columns: ['x', 'kind'] });
    expect(followedColumns(named, looked, group, 3)).toEqual([{ name: 'kind', single: 3 }]);
  });
});
