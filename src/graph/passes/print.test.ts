import { expect, it } from 'vitest';
import { constant, input } from '../tensor.js';
import { print } from './print.js';

const x = input('x', ['N', 2]);
const w = input('w', [2, 2]);
const write = () => {
  const h = x
    .matmul(w, { transposeB: true })
    .add(constant([1, 2], [2]))
    .leakyRelu(0.2);
  return { y: h.sum([1]), h: h.mul(1).add(0) };
};

it('prints one line a node, inputs first, then the outputs by name', () => {
  expect(print(write())).toBe(
    [
      '%0 = input(name="x") : float32[N, 2]',
      '%1 = input(name="w") : float32[2, 2]',
      '%2 = matmul(%0, %1, transposeA=false, transposeB=true) : float32[N, 2]',
      '%3 = constant(data=[1 2]) : float32[2]',
      '%4 = add(%2, %3) : float32[N, 2]',
      '%5 = leakyRelu(%4, slope=0.2) : float32[N, 2]',
      '%6 = sum(%5, axes=[1], keepDims=false) : float32[N]',
      'y = %6',
      'h = %5',
    ].join('\n'),
  );
});

it('is the same for the same mathematics, and another for another', () => {
  expect(print(write())).toBe(print(write()));
  const scaled = (factor: number) => print({ y: x.mul(factor) });
  expect(scaled(2)).not.toBe(scaled(3));
  expect(print({ y: x.mul(2).mul(3) })).toBe(scaled(6));
});

it('shortens long constants and rounds what is printed to nine digits', () => {
  const text = print({ y: input('z', [20]).mul(constant(new Float64Array(20).fill(1 / 3), [20])) });
  expect(text).toContain('data=[0.333333333 0.333333333 0.333333333');
  expect(text).toContain(' ... 20 values]');
});
