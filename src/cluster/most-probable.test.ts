import { expect, it } from 'vitest';
import { mostProbable } from './most-probable.js';

it('is the first of the largest of each row', () => {
  expect([...mostProbable([0.2, 0.5, 0.3, 0.4, 0.2, 0.4], 3)]).toEqual([1, 0]);
});

it('is of the class that is most probable, whose columns may each be less than that of another', () => {
  const classes = [0, 1, 0];
  expect([...mostProbable([0.3, 0.4, 0.3, 0.2, 0.6, 0.2], 3, classes)]).toEqual([0, 1]);
  expect([...mostProbable([0.25, 0.4, 0.35], 3, classes)]).toEqual([2]);
});
