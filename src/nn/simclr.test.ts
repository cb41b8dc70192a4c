import { expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { constant, identity } from '../graph/tensor.js';
import { simclrLoss } from './simclr.js';

const value = (form: 'code' | 'paper', scale = 1) => {
  const e = identity(8);
  return evaluate([simclrLoss(e.mul(scale), e, form)], {})[0]![0]!;
};

it('of orthonormal codes that copies keep is -1 + ln 7 as coded, ln(e + 7) - 1 as printed', () => {
  expect(value('code')).toBeCloseTo(0.9459101490553132, 9);
  expect(value('paper')).toBeCloseTo(1.2740088362278477, 9);
});

it('does not see the length of codes', () => {
  expect(value('paper', 5)).toBeCloseTo(value('paper'), 9);
});

it('compares a sample with the copies of the others, one way', () => {
  // e_1 = copy of 2: its similarities are 0 to its own copy and 1 to the other.
  const [first, second] = [constant([1, 0, 0, 1], [2, 2]), constant([0, 1, 0, 1], [2, 2])];
  const [code, paper] = evaluate(
    [simclrLoss(first, second, 'code'), simclrLoss(first, second, 'paper')],
    {},
  ).map((loss) => loss![0]!);
  // s = [[0, 0], [1, 1]]: -0 + 0 and -1 + 1 as coded; ln 2 both as printed.
  expect(code).toBeCloseTo(0, 9);
  expect(paper).toBeCloseTo(Math.LN2, 9);
});
