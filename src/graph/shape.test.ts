import { describe, expect, it } from 'vitest';
import {
  broadcastAxes,
  broadcastShapes,
  broadcastStrides,
  convolvedSize,
  sizeOf,
  stridesOf,
} from './shape.js';
import { apply, concat, constant, input } from './tensor.js';

const t = (...shape: (number | string)[]) => input('t', shape);

describe('a wrong shape is refused where it is written', () => {
  it.each<[string, () => unknown, string]>([
    ['add', () => t(2, 3).add(t(4)), 'add: shapes [2, 3] and [4] differ in axis 1 (3 and 4)'],
    ['mul', () => t(2, 3).mul(t(4, 3)), 'mul: shapes [2, 3] and [4, 3] differ in axis 0 (2 and 4)'],
    [
      'a batch of another name',
      () => t('N', 3).sub(t('M', 3)),
      'sub: shapes [N, 3] and [M, 3] differ in axis 0 (N and M)',
    ],
    [
      'select',
      () => t(2).greater(0).select(t(2), t(3)),
      'select: shapes [2] and [3] differ in axis 0 (2 and 3)',
    ],
    [
      'matmul',
      () => t(2, 3).matmul(t(4, 5)),
      'matmul: shapes [2, 3] and [4, 5] differ in the inner axis (3 and 4)',
    ],
    [
      'matmul, transposed',
      () => t(2, 3).matmul(t(4, 5), { transposeA: true, transposeB: true }),
      'matmul: shapes [2, 3]ᵀ and [4, 5]ᵀ differ in the inner axis (2 and 5)',
    ],
    [
      'matmul of three axes',
      () => t(2, 3, 4).matmul(t(4, 5)),
      'matmul: expected 2 axes, got shape [2, 3, 4]',
    ],
    ['sum', () => t(2, 3).sum([2]), 'sum: axis 2 is not in shape [2, 3]'],
    ['pad', () => t(2, 3).pad(2, 1, 1), 'pad: axis 2 is not in shape [2, 3]'],
    ['softmax', () => t().softmax(), 'softmax: expected at least one axis, got shape []'],
    ['logSumExp', () => t().logSumExp(), 'logSumExp: expected at least one axis, got shape []'],
    ['reshape', () => t(2, 3).reshape([7]), 'reshape: [2, 3] does not hold the elements of [7]'],
    ['reshape of a batch', () => t('N', 3).reshape([3]), 'reshape: [N, 3] does not hold the elements of [3]'],
    ['broadcast', () => t(2, 3).broadcastTo([3]), 'broadcast: [2, 3] does not spread to [3]'],
    ['transpose', () => t(2, 3).transpose([0, 0]), 'transpose: [0,0] does not permute the axes of [2, 3]'],
    ['slice', () => t(2, 3).slice(1, 2, 4), 'slice: [2, 4) is not inside axis 1 of shape [2, 3]'],
    ['concat', () => concat([t(2, 3), t(3, 3)], 1), 'concat: shapes [2, 3], [3, 3] differ outside axis 1'],
    [
      'conv',
      () => t(1, 2, 5, 5).conv(t(4, 3, 3, 3)),
      'conv: input [1, 2, 5, 5] and filter [4, 3, 3, 3] differ in channels (axis 1)',
    ],
    [
      'conv, large kernel',
      () => t(1, 2, 3, 5).conv(t(4, 2, 4, 4)),
      'conv: kernel 4 > padded input 3 in axis 2',
    ],
    [
      'convTranspose',
      () => t(1, 2, 3, 3).convTranspose(t(2, 1, 4, 4), [9, 9], { stride: 2, pad: 1 }),
      'convInput: an input [1, 1, 9, 9] gives [1, 2, 4, 4], not [1, 2, 3, 3]',
    ],
    [
      'leakyGate',
      () => apply('leakyGate', [t(2), t(3)], { slope: 0 }),
      'leakyGate: shapes [2] and [3] differ',
    ],
    ['constant', () => constant([1, 2, 3], [2]), 'constant: 3 values do not fill shape [2]'],
  ])('%s', (_, write, message) => {
    expect(write).toThrow(message);
  });
});

describe('shape arithmetic', () => {
  it('broadcasts as NumPy does, symbolic axes included', () => {
    expect(broadcastShapes('add', [4, 1, 3], [2, 1])).toEqual([4, 2, 3]);
    expect(broadcastShapes('add', [], [2, 3])).toEqual([2, 3]);
    expect(broadcastShapes('add', ['N', 3], [1, 3])).toEqual(['N', 3]);
    expect(broadcastAxes([4, 2, 3], [2, 1])).toEqual([0, 2]);
    expect(broadcastStrides([2, 1], [4, 2, 3])).toEqual([0, 1, 0]);
  });

  it('counts elements and strides, and refuses a symbolic size', () => {
    expect([sizeOf([]), sizeOf([2, 3, 4])]).toEqual([1, 24]);
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(() => sizeOf(['N', 3])).toThrow('shape [N, 3] has no static size: axis N');
  });

  it.each([
    [28, 4, 2, 1, 14],
    [7, 7, 1, 0, 1],
    [6, 3, 2, 0, 2],
  ])('a side of %i, kernel %i, stride %i, padding %i becomes %i', (size, kernel, stride, pad, expected) => {
    expect(convolvedSize(size, kernel, stride, pad)).toBe(expected);
  });
});
