import { expect, it } from 'vitest';
import { adam } from './harness.js';

it('the rate of the networks falls linearly to 0 at the horizon, or stays', () => {
  const settings = { learningRate: 1e-3, beta1: 0.5, beta2: 0.9 };
  const rates = (decay: 'linear' | 'none' | undefined) =>
    [0, 0.25, 1, 1.5].map(
      (progress) => adam({ ...settings, decay }, 4)({ progress, count: 3 } as never, []).learningRate,
    );
  const linear = [4e-3, 3e-3, 0, 0];
  expect(rates('linear')).toEqual(linear);
  expect(rates(undefined)).toEqual(linear);
  expect(rates('none')).toEqual([4e-3, 4e-3, 4e-3, 4e-3]);
});
