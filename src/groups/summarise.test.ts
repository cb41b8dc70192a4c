import { describe, expect, it } from 'vitest';
import { reasonOf } from './summarise.js';

const division = (parts: number, stability: number, border = 0.1) => ({
  ...{ parts, stability, border },
  score: parts > 1 ? stability - 0.3 * border : 0.6,
});

describe('the reason of a choice', () => {
  it('is the score, or finer groups where others have a higher one', () => {
    expect(reasonOf([division(4, 0.97), division(3, 0.9)], {})).toBe(
      'Of the 2 divisions that were tried, none has a clearly higher score, which is the agreement of subsamples less what unclear borders take off (score 0.940: agreement 0.970, strongest link of two groups 0.10).',
    );
    expect(reasonOf([division(9, 0.9), division(3, 0.99)], { views: ['a'] })).toBe(
      'Of the 2 divisions that were asked for, its groups are the finer parts of groups with a higher score, and come back well themselves (score 0.870: agreement 0.900, strongest link of two groups 0.10).',
    );
    expect(reasonOf([division(4, 0.97)], {})).toBe('It is the only one that was asked for.');
  });

  it('does not praise one group for coming back', () => {
    expect(reasonOf([division(1, 1), division(1, 1)], {})).toBe(
      'No border in the graph of neighbours is clear, so nothing was divided.',
    );
    expect(reasonOf([division(1, 1), division(3, 0.4), division(5, 0.3)], {})).toBe(
      'Of the 3 divisions, 2 have several groups, which do not come back well enough on subsamples.',
    );
    expect(reasonOf([division(1, 1)], { groups: 1 })).toBe(
      'One group was asked for, so nothing was divided.',
    );
  });
});
