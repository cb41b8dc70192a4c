import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { constant, input, type Tensor } from '../graph/tensor.js';
import {
  GOLD_FLOOR,
  type GoldSide,
  goldConditional,
  goldGap,
  goldGaps,
  goldScale,
  goldWeights,
  signedPower,
} from './gold.js';

const value = (tensor: Tensor, feeds: Record<string, ArrayLike<number>> = {}) => [
  ...evaluate([tensor], feeds)[0]!,
];

/** Three values of x and two classes; the model makes one class at each x. */
const [data, model] = [
  [
    [0.3, 0.05],
    [0.1, 0.15],
    [0.05, 0.35],
  ],
  [
    [0.4, 0],
    [0, 0.2],
    [0, 0.4],
  ],
] as const;
const total = ([a, b]: readonly [number, number]) => a + b;
/** The generated pairs (x, c). */
const pairs = [
  [0, 0],
  [1, 1],
  [2, 1],
] as const;
const logits = pairs.map(([x]) => Math.log(total(data[x]) / total(model[x])));
const probabilities = pairs.flatMap(([x]) => data[x].map((p) => p / total(data[x])));
const code = constant(
  pairs.flatMap(([, c]) => [1 - c, c]),
  [3, 2],
);
const terms = (floor?: number) => ({
  marginal: constant(logits, [3, 1]),
  conditional: goldConditional(code, constant(probabilities, [3, 2]), floor),
});

describe('the gap of GOLD, with optimal heads', () => {
  const truth = pairs.map(([x, c]) => Math.log(data[x][c] / model[x][c]!));

  it('is log p_data - log p_g at generated pairs', () => {
    const gap = value(goldGap('generated', terms(0)));
    [-0.28768207, -0.28768207, -0.13353139].forEach((known, i) => {
      expect(gap[i]).toBeCloseTo(known, 8);
      expect(gap[i]).toBeCloseTo(truth[i]!, 13);
    });
  });

  it('is the same to 1e-5 with the floor of the published code', () => {
    const floored = value(goldGap('generated', terms()));
    floored.forEach((gap, i) => {
      expect(Math.abs(gap - truth[i]!)).toBeLessThan(1e-5);
      expect(gap).toBeGreaterThan(truth[i]!);
    });
    const never = goldConditional(constant([1, 0], [1, 2]), constant([0, 1], [1, 2]));
    expect(value(never)[0]).toBeCloseTo(Math.log(GOLD_FLOOR), 13);
  });

  it('has the conditional term with the other sign for real samples', () => {
    const expected = logits.map((logit, i) => 2 * logit - truth[i]!);
    value(goldGap('real', terms(0))).forEach((gap, i) => {
      expect(gap).toBeCloseTo(expected[i]!, 13);
    });
  });

  it('balanced with equal spreads is the gap itself', () => {
    const terms0 = terms(0);
    const conditional = value(terms0.conditional);
    const shifted = conditional.map((term) => term + 5);
    expect(goldScale(shifted, conditional, 'std')).toBeCloseTo(1, 13);
    expect(value(goldGap('generated', terms0, 1))).toEqual(value(goldGap('generated', terms0)));
  });

  it.each(['generated', 'real'] as const)(
    'as numbers it is the expression, of %s samples',
    (side: GoldSide) => {
      const { marginal, conditional } = terms();
      const numbers = goldGaps(side, logits, value(conditional), 2.5);
      expect([...numbers]).toEqual(value(goldGap(side, { marginal, conditional }, 2.5)));
    },
  );
});

describe('the scale of the balanced gap', () => {
  it('is std(logit) over RMS(log D_C), or over its std', () => {
    expect(goldScale([1, 3], [-3, -4])).toBeCloseTo(1 / Math.sqrt(12.5), 14);
    expect(goldScale([1, 3], [-3, -4], 'std')).toBeCloseTo(1 / 0.5, 14);
  });

  it('is 1 where the conditional term tells nothing', () => {
    expect(goldScale([1, 3], [0, 0])).toBe(1);
    expect(goldScale([1, 3], [-2, -2], 'std')).toBe(1);
  });
});

describe('the weights of GOLD', () => {
  const x = constant([-2, 0, 3, -0.5], [4, 1]);

  it('are signed powers: (-2)^2 = -4, and a power of 0 keeps the sign', () => {
    const square = value(signedPower(x, 2));
    [-4, 0, 9, -0.25].forEach((known, i) => {
      expect(square[i]).toBeCloseTo(known, 13);
    });
    expect(value(signedPower(x, 0))).toEqual([-1, 1, 1, -1]);
    expect(value(signedPower(x, 1))).toEqual([-2, 0, 3, -0.5]);
  });

  it('are the gap itself for beta = 1, above 0 or not below it where they are clamped', () => {
    expect(value(goldWeights(x, 1))).toEqual([-2, 0, 3, -0.5]);
    // Zeros of either sign are the same weight.
    const plain = (weights: number[]) => weights.map((weight) => weight + 0);
    expect(plain(value(goldWeights(x, 1, 'zero')))).toEqual([0, 0, 3, 0]);
    expect(plain(value(goldWeights(x, 1, 'absolute')))).toEqual([2, 0, 3, 0.5]);
  });

  it('are constants: no gradient goes through them', () => {
    const scores = input('scores', [2, 1]);
    const loss = goldWeights(scores, 1).mul(scores.softplus()).mean();
    const [gradient] = grad(loss, [scores]);
    const sigmoid = (s: number) => 1 / (1 + Math.exp(-s));
    const found = value(gradient!, { scores: [1.5, -2] });
    [1.5, -2].forEach((s, i) => {
      expect(found[i]).toBeCloseTo((s * sigmoid(s)) / 2, 14);
    });
  });
});
