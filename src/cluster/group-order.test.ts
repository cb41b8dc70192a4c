import { expect, it } from 'vitest';
import { groupNumbers, groupOrder } from './group-order.js';

it.each([
  [
    [0.2, 0.5, 0.3],
    [1, 2, 0],
    [3, 1, 2],
  ],
  [
    [0.25, 0.5, 0.25],
    [1, 0, 2],
    [2, 1, 3],
  ],
  [[1], [0], [1]],
])('groups of sizes %j are in the order %j', (sizes, order, numbers) => {
  expect(groupOrder(sizes)).toEqual(order);
  expect(groupNumbers(sizes)).toEqual(numbers);
});
