import { describe, expect, it } from 'vitest';
import { evaluate } from '../../graph/evaluate.js';
import { elements, type TensorGroup } from '../engine.js';
import { referenceAdam, referenceSgd } from '../reference-optimizers.js';
import {
  adamExpressions,
  adamFactors,
  type Expressions,
  type Factors,
  FLAT,
  gradientName,
  joinExpressions,
  momentName,
  sgdExpressions,
  sgdFactors,
  splitExpressions,
} from './graphs.js';

const tensor = (name: string, shape: number[]) => ({
  name,
  shape,
  initial: new Float32Array(elements(shape)),
});
const group: TensorGroup = {
  name: 'net',
  tensors: [tensor('w', [2, 3]), tensor('b', [3]), tensor('scale', [])],
  trainable: true,
};
const SIZE = 10;
const sequence = (seed: number) => Float64Array.from({ length: SIZE }, (_, i) => Math.sin(seed + 3 * i));

/** The tensors of the group cut from a flat array, under names of their own. */
function cut(flat: Float64Array, name = (tensor: string) => tensor): Record<string, Float64Array> {
  return { [name('w')]: flat.slice(0, 6), [name('b')]: flat.slice(6, 9), [name('scale')]: flat.slice(9) };
}

function inputs(factors: Factors): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(factors).map(([name, value]) => [name, Float64Array.of(value)]));
}

function valuesOf(
  expressions: Expressions,
  feeds: Record<string, Float64Array>,
): Record<string, Float64Array> {
  const values = evaluate(Object.values(expressions), feeds);
  return Object.fromEntries(Object.keys(expressions).map((name, i) => [name, values[i]!]));
}

function expectClose(actual: Record<string, Float64Array>, expected: Record<string, Float64Array>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) {
    values.forEach((value, i) => {
      expect(actual[name]![i]).toBeCloseTo(value, 12);
    });
  }
}

const settings = [
  { learningRate: 0.1, beta1: 0.5, beta2: 0.9 },
  { learningRate: 0.01, beta1: 0, beta2: 0.99, epsilon: 1e-3 },
  { learningRate: 0.1, beta1: 0.9, beta2: 0.999, weightDecay: 0.2 },
];

describe('optimizers as expressions', () => {
  it.each(settings)('three steps of Adam with %o are those of the float64 loop', (options) => {
    const state = { value: sequence(1), moment1: new Float64Array(SIZE), moment2: new Float64Array(SIZE) };
    let feeds = {
      ...cut(state.value.slice()),
      [momentName(1, group)]: state.moment1.slice(),
      [momentName(2, group)]: state.moment2.slice(),
    };
    const expressions = adamExpressions(group, options);
    for (let step = 1; step <= 3; step++) {
      const gradient = sequence(10 * step);
      referenceAdam({ ...state, gradient }, options, step);
      const factors = inputs(adamFactors(options, step));
      const moved = valuesOf(expressions, { ...feeds, ...cut(gradient, gradientName), ...factors });
      expectClose(moved, {
        ...cut(state.value),
        ...(options.beta1 !== 0 && { [momentName(1, group)]: state.moment1 }),
        [momentName(2, group)]: state.moment2,
      });
      feeds = { ...feeds, ...moved };
    }
  });

  it('a step of gradient descent is that of the float64 loop', () => {
    const [value, gradient] = [sequence(1), sequence(2)];
    const feeds = { ...cut(value.slice()), ...cut(gradient, gradientName), ...inputs(sgdFactors(0.3)) };
    referenceSgd(value, gradient, 0.3);
    expectClose(valuesOf(sgdExpressions(group), feeds), cut(value));
  });
});

it('a group comes from one flat array and goes back into it', () => {
  const flat = sequence(5);
  const tensors = valuesOf(splitExpressions(group), { [FLAT]: flat });
  expect(tensors).toEqual(cut(flat));
  expect(valuesOf(joinExpressions(group), tensors)).toEqual({ [FLAT]: flat });
});
