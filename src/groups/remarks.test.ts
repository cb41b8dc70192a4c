import { expect, it } from 'vitest';
import { bicCounts } from './remarks.js';

it('says why the Bayesian criterion counts more groups, and why fewer', () => {
  expect(bicCounts(true)).toBe('it counts groups of other than Gaussian shape more than once');
  expect(bicCounts(false)).toBe('it counts too few where groups have few rows for their columns');
});
