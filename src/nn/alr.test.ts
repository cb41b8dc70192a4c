import { describe, expect, it } from 'vitest';
import { MixturaError } from '../errors.js';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { constant, input, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { adversarialLipschitz } from './alr.js';
import { penalties } from './penalties.js';

const SIZE = 3072;
const BOUNDS = [-1, 1] as const;
const stream = Stream.root(1);
const uniforms = (name: string, n: number) => stream.fork(name).uniforms(new Float64Array(n));
const draws = (n: number, size = SIZE) => ({
  magnitude: constant(uniforms('magnitude', n), [n, 1]),
  direction: constant(uniforms('direction', n * size), [n, size]),
});
/** A dense direction of length 1. */
const dense = Float64Array.from(uniforms('w', SIZE), (u) => (u < 0.5 ? -1 : 1) / Math.sqrt(SIZE));
const linear = (norm: number) => (x: Tensor) =>
  x.matmul(
    constant(
      dense.map((w) => w * norm),
      [SIZE, 1],
    ),
  );
const value = (tensor: Tensor) => evaluate([tensor], {})[0]![0]!;
const zeros = constant(new Float64Array(4 * SIZE), [4, SIZE]);

describe('adversarial Lipschitz regularisation', () => {
  it.each([
    [3, 4],
    [1, 0],
    [0.5, 0],
  ])('of a linear critic of slope %d is max(slope - 1, 0)^2 = %d from any start', (slope, expected) => {
    expect(value(adversarialLipschitz(linear(slope), zeros, draws(4), BOUNDS))).toBeCloseTo(expected, 9);
  });

  it('of a constant critic is 0, with a finite gradient', () => {
    const w = input('w', [SIZE, 1]);
    const loss = adversarialLipschitz((x) => x.matmul(w), zeros, draws(4), BOUNDS);
    const [at, gradient] = evaluate([loss, grad(loss, [w])[0]!], { w: new Float64Array(SIZE) });
    expect(at![0]).toBe(0);
    expect(gradient!.every((g) => g === 0)).toBe(true);
  });

  it('looks and measures after clipping: of a sample at the border only what moves inwards is left', () => {
    const border = constant(new Float64Array(SIZE).fill(1), [1, SIZE]);
    // The probe moves the values with d < 0 alone, so r is +-w there, and 0 elsewhere; of these, those with r < 0 are left:
    // the perturbation is along w on them, and the slope 3 |w| of their part of w.
    const d = uniforms('direction', SIZE).map((u) => u - 0.5);
    const change = d.reduce((sum, value, i) => sum + (value < 0 ? value * dense[i]! : 0), 0);
    const left = d.filter((value, i) => value < 0 && change * dense[i]! < 0).length;
    const slope = 3 * Math.sqrt(left / SIZE);
    expect(slope).toBeGreaterThan(1.2);
    const measured = value(adversarialLipschitz(linear(3), border, draws(1), BOUNDS));
    expect(measured).toBeCloseTo((slope - 1) ** 2, 9);
  });

  it('has the gradient of both scores, the direction held: that of a finite difference', () => {
    const w = input('w', [SIZE, 1]);
    const loss = adversarialLipschitz((x) => x.matmul(w).tanh(), zeros, draws(4), BOUNDS);
    const at = dense.map((v) => 3 * v);
    // Scaling w leaves the direction as it is.
    const scaled = (factor: number) => evaluate([loss], { w: at.map((v) => v * factor) })[0]![0]!;
    const numeric = (scaled(1 + 1e-5) - scaled(1 - 1e-5)) / 2e-5;
    const gradient = evaluate(grad(loss, [w]), { w: at })[0]!;
    expect(gradient.reduce((sum, g, i) => sum + g * at[i]!, 0)).toBeCloseTo(numeric, 6);
  });

  it('gives points 0 where every value is clipped, which most of them are: it refuses them', () => {
    const points = constant(new Float64Array(2000), [1000, 2]);
    const starts = uniforms('direction', 2000);
    const clippedAll = Array.from({ length: 1000 }, (_, i) => {
      const [a, b] = [starts[2 * i]! - 0.5, starts[2 * i + 1]! - 0.5];
      return Math.min(Math.abs(a), Math.abs(b)) / Math.hypot(a, b) > 0.1;
    }).filter(Boolean).length;
    expect(clippedAll / 1000).toBeGreaterThan(0.85);
    const w = constant([30, 40], [2, 1]);
    const own = adversarialLipschitz((x) => x.matmul(w), points, draws(1000, 2), BOUNDS);
    // The others have the slope along the one value that is left: 29^2 or 39^2.
    expect(value(own)).toBeLessThan(((1000 - clippedAll) / 1000) * 39 ** 2 + 1e-6);
    const batch = { fake: points, real: points, epsilon: () => w, noise: () => w };
    expect(() => penalties.alr((x) => x.matmul(w), { ...batch, bounds: BOUNDS })).toThrow(MixturaError);
    expect(() => penalties.alr((x) => x.matmul(w), { ...batch, bounds: BOUNDS })).toThrow(
      'Adversarial Lipschitz regularisation (penalty=alr) is for images, and these data have 2 values a sample, and it needs 64; give --set penalty=lp.',
    );
    expect(() => penalties.alr((x) => x.matmul(w), { ...batch, fake: zeros, real: zeros })).toThrow(
      'these data lie in no interval; give --set penalty=lp.',
    );
  });
});
