import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { constant, input, type Tensor } from '../graph/tensor.js';
import { type CriticFunction, interpolate, type PenaltyName, penalties } from './penalties.js';

const value = (tensor: Tensor, feeds: Record<string, ArrayLike<number>> = {}) =>
  evaluate([tensor], feeds)[0]!;
const column = (...data: number[]) => constant(data, [data.length, 1]);

/** A smooth pseudo-random sequence in (-1, 1). */
const noise = (size: number, seed: number) =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));

describe('penalties', () => {
  const linear = (w: readonly number[]) => (x: Tensor) => x.matmul(constant(w, [w.length, 1])).add(7);
  /** A penalty where generated and real samples are the same: their interpolations are the samples. */
  const at = (samples: Tensor, name: PenaltyName, critic: CriticFunction) =>
    penalties[name](critic, {
      fake: samples,
      real: samples,
      epsilon: () => constant(Array(samples.shape[0] as number).fill(0.3), [samples.shape[0] as number, 1]),
      noise: () => {
        throw new Error('no penalty here draws noise');
      },
    });
  const x = constant(noise(12, 1), [4, 3]);

  it.each([
    { w: [2, -1, 2], one: 40, two: 40 }, // |w| = 3
    { w: [0.3, 0, -0.4], one: 0, two: 2.5 }, // |w| = 0.5
    { w: [0, 1, 0], one: 0, two: 0 },
  ])('of a linear critic $w: 10 max(|w| - 1, 0)^2 = $one, two-sided $two', ({ w, one, two }) => {
    expect(value(at(x, 'lp', linear(w)).mul(10))[0]).toBeCloseTo(one, 9);
    expect(value(at(x, 'gp', linear(w)).mul(10))[0]).toBeCloseTo(two, 9);
  });

  it('takes the norm over every feature of a sample, images included', () => {
    const weight = constant(Array(12).fill(1), [12, 1]); // |grad| = sqrt(12)
    const critic = (image: Tensor) => image.reshape([2, 12]).matmul(weight);
    const penalty = at(constant(noise(24, 2), [2, 3, 2, 2]), 'lp', critic);
    expect(value(penalty)[0]).toBeCloseTo((Math.sqrt(12) - 1) ** 2, 10);
  });

  it('of a constant critic is 0, with a finite gradient', () => {
    const w = input('w', [3, 1]);
    const critic = (t: Tensor) => t.matmul(w);
    const penalty = at(x, 'lp', critic);
    const [loss, g] = evaluate([penalty, grad(penalty, [w])[0]!], { w: [0, 0, 0] });
    expect(loss![0]).toBe(0);
    expect([...g!].every((entry) => entry === 0)).toBe(true);
  });

  it('its gradient in the parameters of a two-layer leaky-ReLU critic agrees with central differences', () => {
    const shapes = { w1: [3, 8], b1: [8], w2: [8, 8], b2: [8], w3: [8, 1], b3: [1] } as const;
    const leaves = Object.entries(shapes).map(([name, shape]) => input(name, shape));
    const [w1, b1, w2, b2, w3, b3] = leaves as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const critic = (t: Tensor) =>
      t.matmul(w1).add(b1).leakyRelu().matmul(w2).add(b2).leakyRelu().matmul(w3).add(b3);
    const penalty = at(x, 'lp', critic).mul(10);
    const feeds = Object.fromEntries(
      leaves.map((leaf, i) => [
        leaf.attributes.name!,
        noise(
          leaf.shape.reduce<number>((n, dim) => n * (dim as number), 1),
          i + 3,
        ).map((entry) => 2 * entry),
      ]),
    );
    const gradients = evaluate(grad(penalty, leaves), feeds);
    expect(Math.hypot(...gradients.flatMap((g) => [...g]))).toBeGreaterThan(10);
    const h = 1e-6;
    leaves.forEach((leaf, k) => {
      const name = leaf.attributes.name!;
      gradients[k]!.forEach((entry, i) => {
        const moved = (step: number) => {
          const shifted = Float64Array.from(feeds[name]!);
          shifted[i]! += step;
          return value(penalty, { ...feeds, [name]: shifted })[0]!;
        };
        const difference = (moved(h) - moved(-h)) / (2 * h);
        expect(Math.abs(entry - difference)).toBeLessThan(1e-6 * (1 + Math.abs(entry)));
      });
    });
  });

  it('r1 of a linear critic is |w|^2 / 2, at real samples alone', () => {
    expect(value(at(x, 'r1', linear([2, -1, 2])))[0]).toBeCloseTo(4.5, 12);
    const square = (t: Tensor) => t.square().sum([1], true); // |grad|^2 = 4 |x|^2
    const [fake, real] = [constant([9, 9], [1, 2]), constant([1, 2], [1, 2])];
    const unused = () => {
      throw new Error('r1 draws nothing');
    };
    expect(value(penalties.r1(square, { fake, real, epsilon: unused, noise: unused }))[0]).toBeCloseTo(
      10,
      12,
    );
  });

  it('none is 0 for any critic', () => {
    expect(value(at(x, 'none', linear([5, 5, 5])))[0]).toBe(0);
  });

  it('interpolates with one factor a sample: e x_g + (1 - e) x', () => {
    const fake = constant([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 2]);
    const real = constant(Array(8).fill(-1), [2, 1, 2, 2]);
    expect([...value(interpolate(column(1, 0.25), fake, real))]).toEqual([1, 2, 3, 4, 0.5, 0.75, 1, 1.25]);
  });
});
