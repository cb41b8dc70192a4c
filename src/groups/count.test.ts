import { describe, expect, it } from 'vitest';
import type { MergeCurve } from '../cluster/merge-curve.js';
import { clearGroups, clearParts, countOf } from './count.js';

/** A curve of cells of 100 rows, which are merged into the first one with these strengths, the last cell first. */
function curveOf(strengths: readonly number[], cells = strengths.length + 1, size = 100): MergeCurve {
  return {
    cells: {
      part: Int32Array.from({ length: size * cells }, (_, i) => Math.floor(i / size)),
      parts: cells,
    },
    merges: strengths.map((strength, i) => ({ parts: cells - i, strength, into: 0, from: cells - 1 - i })),
  };
}
const counted = (strengths: readonly number[], smallest = 20) => ({ curve: curveOf(strengths), smallest });

describe('clear parts', () => {
  it.each([
    ['where the next merge is weaker than 0.15', [0.5, 0.4, 0.3, 0.1, 0.01], 3],
    ['one, where none is', [0.5, 0.4, 0.3, 0.2], 1],
    ['more, where a step of the curve is clear: 0.64 to at most 0.2', [0.5, 0.6, 0.64, 0.16, 0.2, 0.05], 4],
    ['no more, where the step is small: 0.4 to 0.2', [0.5, 0.6, 0.4, 0.16, 0.2, 0.05], 2],
    ['no more, where later merges are not weak: 0.7 to 0.26', [0.5, 0.6, 0.7, 0.16, 0.26, 0.05], 2],
  ])('are %s', (_, strengths, parts) => {
    expect(clearParts(curveOf(strengths))).toBe(parts);
  });

  it('are those that no edge joins, at least', () => {
    expect(clearParts({ ...curveOf([0.4], 4) })).toBe(3);
  });

  it('of fewer than the least rows are no groups', () => {
    const { cells, merges } = curveOf([0.5, 0.4, 0.1, 0.1]);
    const part = cells.part.slice();
    // The second cell loses all but ten of its rows to the first.
    for (let i = 100; i < 190; i++) part[i] = 0;
    expect(clearGroups({ curve: { cells: { part, parts: 5 }, merges }, smallest: 20 })).toBe(2);
    expect(clearGroups({ curve: { cells: { part, parts: 5 }, merges }, smallest: 10 })).toBe(3);
  });
});

describe('the number of groups', () => {
  const two = counted([0.5, 0.4, 0.01]);
  const three = counted([0.5, 0.05, 0.01]);
  const four = counted([0.1, 0.05, 0.01]);

  it('is the most frequent one, and of equally frequent ones that of the whole', () => {
    expect(countOf(three, [two, two, four])).toMatchObject({ likely: 2, least: 2, most: 4 });
    expect(countOf(three, [two, two, three])).toMatchObject({ likely: 3, all: [3, 2, 2, 3] });
  });

  it('is as clear as the step of the whole curve there', () => {
    expect(countOf(two, []).gap).toBeCloseTo(40, 12);
    expect(countOf(four, []).gap).toBe(Number.POSITIVE_INFINITY);
  });
});
