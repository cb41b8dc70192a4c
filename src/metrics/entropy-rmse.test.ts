import { describe, expect, it } from 'vitest';
import { generationGolden } from '../../test/support/generation-golden.js';
import { averageEntropy, type CodeCounts, codeCounts, sizeRmse } from './entropy-rmse.js';

function table(rows: readonly (readonly number[])[]): CodeCounts {
  return { codes: rows.length, classes: rows[0]!.length, counts: Float64Array.from(rows.flat()) };
}
const square = (n: number, value: (i: number, j: number) => number) =>
  table(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => value(i, j))));

describe('averageEntropy', () => {
  it('has its published and closed values', () => {
    expect(averageEntropy(square(10, (i, j) => (i === j ? 1000 : 0))).entropy).toBe(0);
    expect(averageEntropy(square(10, () => 100)).entropy).toBeCloseTo(Math.log(10), 13);
    expect(
      averageEntropy(
        table([
          [90, 10],
          [20, 80],
        ]),
      ).entropy,
    ).toBeCloseTo(0.41211420145762634, 14);
  });

  it('agrees with SciPy on a table that is not square', () => {
    const { codes, classes, counts, entropy } = generationGolden.entropy;
    const scores = averageEntropy({ codes, classes, counts: Float64Array.from(counts) });
    expect(scores.entropy).toBeCloseTo(entropy, 13);
    expect(scores.empty).toEqual({ codes: 0, classes: 0 });
  });

  it('counts an empty code or class with entropy 0, and says how many there are', () => {
    const scores = averageEntropy(
      table([
        [5, 5, 0],
        [0, 0, 0],
      ]),
    );
    expect(scores.entropy).toBeCloseTo(Math.log(2) / 5, 14);
    expect(scores.empty).toEqual({ codes: 1, classes: 1 });
  });

  it('refuses counts that are none', () => {
    expect(() => averageEntropy(table([[1, -2]]))).toThrow('The count of code 0, class 1 is -2');
    expect(() => averageEntropy({ codes: 2, classes: 2, counts: new Float64Array(3) })).toThrow(
      '2 codes and 2 classes cannot have 3 counts',
    );
  });
});

describe('codeCounts', () => {
  it('counts how often each code meets each class', () => {
    const { counts } = codeCounts([0, 1, 1, 1], [2, 0, 0, 2], 3, 3);
    expect([...counts]).toEqual([0, 0, 1, 2, 0, 1, 0, 0, 0]);
  });

  it('refuses what does not fit', () => {
    expect(() => codeCounts([0], [0, 1], 2, 2)).toThrow('1 codes with 2 classes');
    expect(() => codeCounts([2], [0], 2, 2)).toThrow(
      'code of sample 0 is 2: expected an integer from 0 to 1',
    );
    expect(() => codeCounts([0], [0.5], 2, 2)).toThrow('class of sample 0 is 0.5');
  });
});

describe('sizeRmse', () => {
  const permuted = table([
    [0, 0, 9],
    [8, 1, 0],
    [1, 7, 1],
  ]);

  it('is 0 for permuted truth with a matching table', () => {
    expect(sizeRmse({ mixing: [0.2, 0.5, 0.3], trueSizes: [0.5, 0.3, 0.2], table: permuted })).toBe(0);
  });

  it('has its closed form', () => {
    const rmse = sizeRmse({ mixing: [1 / 3, 1 / 3, 1 / 3], trueSizes: [0.5, 0.3, 0.2], table: permuted });
    const squares = (0.5 - 1 / 3) ** 2 + (0.3 - 1 / 3) ** 2 + (0.2 - 1 / 3) ** 2;
    expect(rmse).toBeCloseTo(Math.sqrt(squares / 3), 14);
  });

  it('compares what is left over with 0', () => {
    const more = table([
      [9, 0],
      [0, 9],
      [1, 1],
    ]);
    expect(sizeRmse({ mixing: [0.5, 0.3, 0.2], trueSizes: [0.5, 0.5], table: more })).toBeCloseTo(
      Math.sqrt((0.2 ** 2 + 0.2 ** 2) / 3),
      14,
    );
    const fewer = table([[0, 9]]);
    expect(sizeRmse({ mixing: [1], trueSizes: [0.4, 0.6], table: fewer })).toBeCloseTo(0.4, 14);
  });

  it('refuses sizes that do not fit', () => {
    expect(() => sizeRmse({ mixing: [1], trueSizes: [1, 0, 0], table: permuted })).toThrow(
      '1 learned sizes for 3 codes',
    );
    expect(() => sizeRmse({ mixing: [1, 0, 0], trueSizes: [1, Number.NaN, 0], table: permuted })).toThrow(
      'true size of group 1 is NaN',
    );
  });
});
