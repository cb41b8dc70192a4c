import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { constant, input, type Tensor } from '../graph/tensor.js';
import { adversarialLosses, crossEntropy, meanSquaredError, unitRows } from './losses.js';

const value = (tensor: Tensor, feeds: Record<string, ArrayLike<number>> = {}) =>
  evaluate([tensor], feeds)[0]!;
const column = (...data: number[]) => constant(data, [data.length, 1]);

describe('adversarial losses', () => {
  const [fakes, reals] = [
    [0.5, -2, 3],
    [2, -1, 0.25],
  ] as const;
  const [fake, real] = [column(...fakes), column(...reals)];
  const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const sigmoid = (d: number) => 1 / (1 + Math.exp(-d));

  it('Wasserstein: mean D(x_g) - mean D(x), and -D(x_g)', () => {
    const { critic, generator } = adversarialLosses.wasserstein;
    expect(value(critic(fake, real))[0]).toBeCloseTo(1.5 / 3 - 1.25 / 3, 14);
    expect([...value(generator(fake))]).toEqual([-0.5, 2, -3]);
  });

  it('hinge: mean max(0, 1 - D(x)) + mean max(0, 1 + D(x_g)), and -D(x_g)', () => {
    const { critic, generator } = adversarialLosses.hinge;
    expect(value(critic(fake, real))[0]).toBeCloseTo((0 + 2 + 0.75) / 3 + (1.5 + 0 + 4) / 3, 14);
    expect([...value(generator(fake))]).toEqual([-0.5, 2, -3]);
  });

  it.each(['bce', 'non-saturating'] as const)('%s: the cross-entropy of real and generated', (name) => {
    const expected =
      -mean(reals.map((d) => Math.log(sigmoid(d)))) - mean(fakes.map((d) => Math.log(1 - sigmoid(d))));
    expect(value(adversarialLosses[name].critic(fake, real))[0]).toBeCloseTo(expected, 13);
  });

  it('the generator of bce: log(1 - sigmoid D); non-saturating: -log sigmoid D, finite for any score', () => {
    const [saturating, not] = ['bce', 'non-saturating'] as const;
    value(adversarialLosses[saturating].generator(fake)).forEach((loss, i) => {
      expect(loss).toBeCloseTo(Math.log(1 - sigmoid(fakes[i]!)), 13);
    });
    value(adversarialLosses[not].generator(fake)).forEach((loss, i) => {
      expect(loss).toBeCloseTo(-Math.log(sigmoid(fakes[i]!)), 13);
    });
    expect([...value(adversarialLosses[not].generator(column(-800, 800)))]).toEqual([800, 0]);
  });

  it.each(Object.entries(adversarialLosses))(
    '%s says whether a constant added to all scores changes its gradients',
    (_, loss) => {
      const [d, shift] = [input('d', [3, 1]), input('shift', [])];
      const gradients = (by: number) => {
        const scores = d.add(shift);
        const total = loss.critic(scores, real.add(shift)).add(loss.generator(scores).mean().mul(2));
        return [...evaluate(grad(total, [d]), { d: fakes, shift: [by] })[0]!];
      };
      expect(gradients(0).every((g, i) => Math.abs(g - gradients(1.5)[i]!) < 1e-12)).toBe(
        loss.shiftInvariant,
      );
    },
  );
});

describe('pieces', () => {
  it('cross-entropy of a uniform guess is log K, of a certain right one 0', () => {
    const target = constant([0, 1, 0, 1, 0, 0], [2, 3]);
    const [uniform, right] = value(crossEntropy(target, constant([2, 2, 2, 50, 0, 0], [2, 3])));
    expect(uniform).toBeCloseTo(Math.log(3), 14);
    expect(right).toBeCloseTo(0, 14);
  });

  it('mean squared error is a mean over all elements', () => {
    const [a, b] = [constant([1, 2, 3, 4], [2, 2]), constant([0, 2, 5, 4], [2, 2])];
    expect(value(meanSquaredError(a, b))[0]).toBeCloseTo(5 / 4, 14);
  });

  it('unit rows have length 1, and a zero row stays 0', () => {
    expect([...value(unitRows(constant([3, 4, 0, 0], [2, 2])))].map((x) => Number(x.toFixed(9)))).toEqual([
      0.6, 0.8, 0, 0,
    ]);
  });
});
