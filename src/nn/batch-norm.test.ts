import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { input, type Tensor } from '../graph/tensor.js';
import { batchNorm } from './batch-norm.js';

type Values = Record<string, ArrayLike<number>>;

const START: Values = {
  'n/gamma': [2, -1],
  'n/beta': [0.5, 3],
  'n/running-mean': [0, 0],
  'n/running-variance': [1, 1],
  'n/running-debias': [0],
};

/** Training output and the assigned statistics of one batch. */
function train(shape: readonly number[], x: ArrayLike<number>, state: Values) {
  const updates = new Map<string, Tensor>();
  const y = batchNorm('n', 2).apply(input('x', shape), { mode: 'train', updates });
  const values = evaluate([y, ...updates.values()], { ...state, x });
  const next = Object.fromEntries([...updates.keys()].map((name, i) => [name, values[i + 1]!]));
  return { y: values[0]!, state: { ...state, ...next } };
}

function evaluated(shape: readonly number[], x: ArrayLike<number>, state: Values): Float64Array {
  const y = batchNorm('n', 2).apply(input('x', shape), { mode: 'eval', updates: new Map() });
  return evaluate([y], { ...state, x })[0]!;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 12): void {
  expect(actual.length).toBe(expected.length);
  Array.from(expected).forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, digits);
  });
}

describe('batch normalisation of rows', () => {
  const x = [1, 10, 3, 20, 8, 60];
  const [m, v] = [
    [4, 30],
    [26 / 3, 1400 / 3],
  ];

  it('training uses the mean and the biased variance of the batch', () => {
    const { y } = train([3, 2], x, START);
    const expected = x.map((value, i) => {
      const c = i % 2;
      return (
        (START['n/gamma']![c]! * (value - m[c]!)) / Math.sqrt(v[c]! + 1e-5) + (START['n/beta']![c] as number)
      );
    });
    expectClose(y, expected);
  });

  it('running statistics decay by 0.9; the mean is debiased, the variance starts at 1', () => {
    const once = train([3, 2], x, START).state;
    expectClose(once['n/running-mean']!, [0.4, 3]);
    expectClose(once['n/running-variance']!, [0.9 + 0.1 * v[0]!, 0.9 + 0.1 * v[1]!]);
    expectClose(once['n/running-debias']!, [0.1]);

    const other = [0, 0, 2, 0, 4, 6]; // mean 2 and 2, variance 8/3 and 8
    const twice = train([3, 2], other, once).state;
    expectClose(twice['n/running-mean']!, [0.9 * 0.4 + 0.2, 0.9 * 3 + 0.2]);
    expectClose(twice['n/running-debias']!, [0.19]);
    // Evaluation: (mean / 0.19), the exponentially weighted mean of the two batches.
    const mean = [0.56 / 0.19, 2.9 / 0.19];
    const variance = [0.9 * (0.9 + 0.1 * v[0]!) + 0.8 / 3, 0.9 * (0.9 + 0.1 * v[1]!) + 0.8];
    expectClose(evaluated([1, 2], [1, 1], twice), [
      (2 * (1 - mean[0]!)) / Math.sqrt(variance[0]! + 1e-5) + 0.5,
      -(1 - mean[1]!) / Math.sqrt(variance[1]! + 1e-5) + 3,
    ]);
  });

  it('evaluation equals training after many identical batches', () => {
    let state = START;
    for (let i = 0; i < 300; i++) state = train([3, 2], x, state).state;
    expectClose(evaluated([3, 2], x, state), train([3, 2], x, START).y, 10);
  });

  it('evaluation before any training uses mean 0 and variance 1', () => {
    const root = Math.sqrt(1 + 1e-5);
    expectClose(evaluated([1, 2], [3, 4], START), [6 / root + 0.5, -4 / root + 3]);
  });

  it('the gradient passes through the batch statistics: no change of the input along 1 or x changes the output', () => {
    const [leaf, weight] = [input('x', [4, 2]), input('weight', [4, 2])];
    const y = batchNorm('n', 2).apply(leaf, { mode: 'train', updates: new Map() });
    const [g] = grad(y.mul(weight).sum(), [leaf]);
    const data = [1, 10, 3, 20, 8, 60, -2, 5];
    const [values] = evaluate([g!], { ...START, x: data, weight: [1, -2, 0.5, 3, 4, 0, -1, 2] });
    for (const c of [0, 1]) {
      const column = [0, 1, 2, 3].map((i) => values![2 * i + c]!);
      expect(column.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
      expect(column.reduce((sum, value, i) => sum + value * data[2 * i + c]!, 0)).toBeCloseTo(0, 4);
      expect(Math.hypot(...column)).toBeGreaterThan(0.01);
    }
  });
});

describe('batch normalisation of images', () => {
  it('statistics go over the batch and both image axes, one a channel', () => {
    const x = Float64Array.from({ length: 2 * 2 * 2 * 3 }, (_, i) => ((i * 7) % 11) - 3);
    const channel = (i: number) => Math.floor(i / 6) % 2;
    const { y, state } = train([2, 2, 2, 3], x, START);
    for (const c of [0, 1]) {
      const own = [...x].filter((_, i) => channel(i) === c);
      const mean = own.reduce((a, b) => a + b) / 12;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 12;
      const scale = START['n/gamma']![c]! / Math.sqrt(variance + 1e-5);
      expectClose(
        [...y].filter((_, i) => channel(i) === c),
        own.map((value) => scale * (value - mean) + START['n/beta']![c]!),
      );
      expect(state['n/running-mean']![c]).toBeCloseTo(0.1 * mean, 12);
      expect(state['n/running-variance']![c]).toBeCloseTo(0.9 + 0.1 * variance, 12);
    }
  });
});
