import { expect, it } from 'vitest';
import { input } from '../../graph/tensor.js';
import { optimiseProgram } from '../optimised-program.js';
import { lowerProgram } from './lowering.js';

it('a sum of sums that are shared takes no longer than it has nodes', () => {
  let sum = input('x', [4, 4]);
  for (let i = 0; i < 60; i++) sum = sum.add(sum.tanh()).add(sum);
  const { programs } = lowerProgram(optimiseProgram({ name: 'program', outputs: { sum } }), { flat: true });
  expect(programs[0]!.outputs[0]!.shape).toEqual([4, 4]);
});
