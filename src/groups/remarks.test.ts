import { expect, it } from 'vitest';
import { asGood, bicCounts, whyOutside } from './remarks.js';

it('says why the Bayesian criterion counts more groups, and why fewer', () => {
  expect(bicCounts(true)).toBe('it counts groups of other than Gaussian shape more than once');
  expect(bicCounts(false)).toBe('it counts too few where groups have few rows for their columns');
});

it('says which numbers of groups are as good, where there is no clear step', () => {
  const count = { groups: 14, given: false, least: 14, most: 17, all: [14, 17, 16], gap: 1.2 };
  expect(asGood(count)).toEqual([
    '14 groups; 14 to 17 are as good: the merge curve has no clear step between them.',
  ]);
  expect(asGood({ ...count, gap: 3 })).toEqual([]);
  expect(asGood({ ...count, given: true })).toEqual([]);
  expect(asGood({ ...count, most: 15 })).toEqual([]);
  expect(asGood({ ...count, groups: 13 })).toEqual([]);
});

it('says why a number of groups is none of those that the merge curve finds', () => {
  const count = { groups: 20, given: false, least: 21, most: 22, limit: 20, fragments: [] };
  expect(whyOutside(count)).toBe(', and no more than 20 were looked for');
  expect(whyOutside({ ...count, limit: undefined, fragments: [1] })).toBe(
    ', of which one is too small to be a group',
  );
  expect(whyOutside({ ...count, least: 18 })).toBe('');
  expect(whyOutside({ ...count, given: true })).toBe('');
  expect(whyOutside({ ...count, groups: 23 })).toContain('nothing joins');
});
