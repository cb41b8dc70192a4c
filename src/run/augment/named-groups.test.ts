import { expect, it } from 'vitest';
import { divided } from './named-groups.js';

it.each([
  [10, [0.5, 0.3, 0.2], [5, 3, 2]],
  // 2.5 and 2.5: of equal remainders the first is rounded up.
  [5, [1, 1], [3, 2]],
  [7, [0.1, 0.2], [2, 5]],
  [3, [0, 0], [2, 1]],
  [0, [1, 2], [0, 0]],
] as const)('%i in proportions %j are %j', (count, shares, parts) => {
  expect(divided(count, shares)).toEqual(parts);
});
