import { expect, test } from 'vitest';
import { CollapseWatch, sizeWarnings } from './size-warnings.js';

test('sizes that agree and stand still need no sentence', () => {
  expect(sizeWarnings({ sizes: [0.7, 0.3] })).toEqual([]);
  expect(sizeWarnings({ sizes: [0.7, 0.3], assigned: [0.73, 0.27], earlier: [0.67, 0.33] })).toEqual([]);
});

test('each finding is one sentence that names its groups and their shares', () => {
  expect(
    sizeWarnings({ sizes: [0.6, 0.39, 0.01], assigned: [0.5, 0.5, 0], earlier: [0.5, 0.4, 0.1] }),
  ).toEqual([
    'Group 3 has no data: no row is most probable there, whatever size the model gives it.',
    'Learned and assigned sizes differ by more than 3 points: group 1 (60.0 % and 50.0 %), group 2 (39.0 % and 50.0 %).',
    'Learned sizes still moved by more than 3 points in the last tenth of the run, so more steps may change them: group 1 (from 50.0 % to 60.0 %), group 3 (from 10.0 % to 1.0 %).',
  ]);
});

test('of many groups the first are named and the rest counted', () => {
  const [sizes, assigned] = [new Array<number>(10).fill(0.1), [1, ...new Array<number>(9).fill(0)]];
  expect(sizeWarnings({ sizes, assigned })).toEqual([
    'Groups 2, 3, 4, 5, 6 and 4 more have no data: no row is most probable there, whatever size the model gives them.',
    "The model's sizes are all equal, and assigned ones differ from them by more than 3 points: group 1 (10.0 % and 100.0 %).",
  ]);
});

test('a class distribution that collapses is told once while a run goes on, and again if it comes back', () => {
  const watch = new CollapseWatch(true);
  const sentence = (step: number) =>
    `At step ${step}: The learned sizes have collapsed, unless the data are as unequal: group 1 has 96.0 %; if that stays so, end this run, and train again with another --seed, or let the sizes move less (--set priorRate=, lower).`;
  const looks = [0.9, 0.96, 0.97, 0.5, 0.96].map((size, at) => watch.look([1 - size, size], 10 * at));
  expect(looks).toEqual([undefined, sentence(10), undefined, undefined, sentence(40)]);
  expect(new CollapseWatch(false).look([1], 10)).toBeUndefined();
});

test('a class distribution that has collapsed is told first, with what to do', () => {
  expect(sizeWarnings({ sizes: [0.951, 0.049], hasRate: true })).toEqual([
    'The learned sizes have collapsed, unless the data are as unequal: group 1 has 95.1 %; train again with another --seed, or let the sizes move less (--set priorRate=, lower).',
  ]);
  // Where the method has no such setting, none is named.
  expect(sizeWarnings({ sizes: [0.951, 0.049] })).toEqual([
    'The learned sizes have collapsed, unless the data are as unequal: group 1 has 95.1 %; train again with another --seed.',
  ]);
  expect(sizeWarnings({ sizes: [0.95, 0.05] })).toEqual([]);
  expect(sizeWarnings({ sizes: [1] })).toEqual([]);
});
