import { describe, expect, it } from 'vitest';
import { groupStability } from './group-stability.js';
import { groupTotals, matchedRepeat, partTotals } from './matched-repeats.js';
import { sizeInterval, wilsonInterval } from './size-interval.js';

/** Ten rows: group 1 has six, group 2 three, one is in none. */
const whole = { group: Int32Array.of(1, 1, 1, 1, 1, 1, 2, 2, 2, 0), groups: 2 };
const repeatOf = (indices: number[], part: number[], parts: number) =>
  matchedRepeat(whole, {
    indices: Uint32Array.from(indices),
    division: { part: Int32Array.from(part), parts },
  });
/** Group 1 comes back without a row, which goes to the others. */
const moved = repeatOf([0, 1, 2, 3, 6, 7, 8], [1, 1, 1, 0, 0, 0, 0], 2);
/** Group 1 falls into halves. */
const halved = repeatOf([0, 1, 2, 3, 6, 7, 9], [0, 0, 1, 1, 2, 2, 2], 3);

describe('the parts of a subsample', () => {
  it('are matched one to one with groups', () => {
    expect([...moved.groupOfPart]).toEqual([2, 1]);
    expect([...moved.shared]).toEqual([0, 0, 1, 3, 3, 0]);
    expect([...groupTotals(moved)]).toEqual([0, 4, 3]);
    expect([...partTotals(moved)]).toEqual([4, 3]);
    // Equal halves: one of them is left over.
    expect([...halved.groupOfPart].sort()).toEqual([0, 1, 2]);
    expect(halved.groupOfPart[2]).toBe(2);
  });

  it('may be fewer than groups', () => {
    const one = repeatOf([0, 1, 2, 6], [0, 0, 0, 0], 1);
    expect([...one.groupOfPart]).toEqual([1]);
  });
});

describe('the stability of a group', () => {
  it('is the mean Jaccard similarity with the most similar part', () => {
    const [first, second] = groupStability([moved], 2);
    expect(first).toBeCloseTo(3 / 4, 12);
    expect(second).toBeCloseTo(3 / 4, 12);
    const both = groupStability([moved, halved], 2);
    expect(both[0]).toBeCloseTo((3 / 4 + 1 / 2) / 2, 12);
    expect(both[1]).toBeCloseTo((3 / 4 + 2 / 3) / 2, 12);
  });

  it('is 1 where the same rows come back, and without subsamples', () => {
    const same = repeatOf([0, 2, 6, 8], [5, 5, 3, 3], 6);
    expect(groupStability([same], 2)).toEqual([1, 1]);
    expect(groupStability([], 2)).toEqual([1, 1]);
  });

  it('does not count subsamples that have none of its rows', () => {
    const without = repeatOf([0, 1, 2], [0, 0, 0], 1);
    expect(groupStability([without, moved], 2)[1]).toBeCloseTo(3 / 4, 12);
  });
});

describe('the interval of a size', () => {
  it('is that of Wilson where subsamples agree', () => {
    // scipy.stats.binomtest(20, 100).proportion_ci(method='wilson'), which has more digits of z.
    const [least, most] = wilsonInterval(0.2, 100);
    expect(least).toBeCloseTo(0.1333669, 5);
    expect(most).toBeCloseTo(0.2888292, 5);
    expect(sizeInterval(0.2, 100, [repeatOf([0, 2, 6], [0, 0, 1], 2)], 1)).toEqual([least, most]);
    expect(wilsonInterval(1, 50)[1]).toBe(1);
    expect(wilsonInterval(0, 50)[0]).toBe(0);
  });

  it('is wider where sizes differ between subsamples', () => {
    // Group 1: share 3/7 instead of 4/7 of the rows of the subsample.
    const [least, most] = sizeInterval(0.6, 1e6, [moved], 1);
    expect(least).toBeCloseTo(0.6 - 1.96 / 7, 6);
    expect(most).toBeCloseTo(0.6 + 1.96 / 7, 6);
  });

  it('counts a subsample without the group as one where it has no rows', () => {
    const merged = repeatOf([0, 1, 2, 6], [0, 0, 0, 0], 1);
    expect(sizeInterval(0.3, 1e6, [merged], 2)[0]).toBe(0);
    expect(sizeInterval(0.3, 1e6, [merged], 2)[1]).toBeCloseTo(0.3 + 1.96 / 4, 6);
  });
});
