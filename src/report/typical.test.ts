import { describe, expect, it } from 'vitest';
import { chooseMembers, firstAndSecond } from './typical.js';

describe('firstAndSecond', () => {
  it('finds the two most probable groups, the lower of equals first', () => {
    const { first, second } = firstAndSecond([0.2, 0.5, 0.3, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8], 3);
    expect([...first]).toEqual([1, 0, 2]);
    expect([...second]).toEqual([2, 1, 0]);
  });

  it('knows of no second in a single group', () => {
    expect([...firstAndSecond([1, 1], 1).second]).toEqual([-1, -1]);
  });
});

describe('chooseMembers', () => {
  const probabilities = [
    [0.8, 0.1, 0.1],
    [0.5, 0.49, 0.01],
    [0.4, 0.3, 0.3],
    [0.9, 0.05, 0.05],
    [0.6, 0.3, 0.1],
    [0.1, 0.8, 0.1],
  ];

  it('takes the most probable, those of the smallest margin, and the least probable', () => {
    const [first, second, third] = chooseMembers(probabilities.flat(), 3, 1);
    expect(first).toEqual({ typical: [3], borderline: [1], least: [2] });
    expect(second).toEqual({ typical: [5], borderline: [], least: [] });
    expect(third).toEqual({ typical: [], borderline: [], least: [] });
  });

  it('takes no row twice, and of equals the earlier', () => {
    const [first] = chooseMembers(probabilities.flat(), 3, 2);
    expect(first).toEqual({ typical: [3, 0], borderline: [1, 2], least: [4] });
    const [equal] = chooseMembers([0.5, 0.25, 0.25, 0.5, 0.25, 0.25], 3, 1);
    expect(equal).toEqual({ typical: [0], borderline: [1], least: [] });
  });

  it('has no least typical rows of two groups, whose borderline is the same, and no borderline of one', () => {
    const [first] = chooseMembers([0.9, 0.1, 0.6, 0.4, 0.7, 0.3], 2, 1);
    expect(first).toEqual({ typical: [0], borderline: [1], least: [] });
    expect(chooseMembers([1, 1, 1], 1, 2)).toEqual([{ typical: [0, 1], borderline: [], least: [] }]);
  });
});
