import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { gaussian, glorotUniform, heUniform, type Initializer, ones, zeros } from './initializers.js';
import { conv, convTranspose, dense } from './layer.js';
import { initialValue, parameterCount } from './parameter.js';

const N = 40_000;

function moments(initializer: Initializer) {
  const values = initializer(new Float32Array(N), Stream.root(3).fork('weights'));
  const mean = values.reduce((a, b) => a + b, 0) / N;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / N;
  const extreme = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return { mean, variance, extreme };
}

describe('initialisers', () => {
  it.each([
    ['Glorot', glorotUniform(300, 100), Math.sqrt(6 / 400)],
    ['He', heUniform(150), Math.sqrt(6 / 150)],
  ])('%s-uniform fills (-limit, limit) with variance limit^2 / 3', (_, initializer, limit) => {
    const { mean, variance, extreme } = moments(initializer);
    expect(extreme).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(extreme).toBeGreaterThan(0.999 * limit);
    expect(Math.abs(mean)).toBeLessThan((4 * limit) / Math.sqrt(3 * N));
    // The variance of the sample variance of U(-1, 1) is (1/5 - 1/9) / N.
    expect(Math.abs(variance / limit ** 2 - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / N));
  });

  it('the Gaussian has the stated deviation', () => {
    const { mean, variance } = moments(gaussian(0.02));
    expect(Math.abs(mean)).toBeLessThan((4 * 0.02) / Math.sqrt(N));
    expect(Math.abs(variance / 0.02 ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
  });

  it('zeros and ones', () => {
    const stream = Stream.root(0);
    expect([...zeros(new Float32Array([3, 3]), stream)]).toEqual([0, 0]);
    expect([...ones(new Float32Array(2), stream)]).toEqual([1, 1]);
  });
});

describe('starting values of layers', () => {
  const stream = Stream.root(11);
  const largest = (values: Float32Array) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);

  it.each([
    ['dense', dense('a', 128, 64), 6 / (128 + 64)],
    ['conv: a fan is k k channels', conv('b', 16, 32, { kernel: 4 }), 6 / (16 * 16 + 16 * 32)],
    [
      'transposed conv',
      convTranspose('c', 32, 16, { kernel: 4, stride: 2, pad: 1, size: 8 }),
      6 / (16 * 16 + 16 * 32),
    ],
  ])('%s: Glorot-uniform weights and zero biases', (_, layer, squaredLimit) => {
    const [weight, bias] = layer.parameters.map((p) => initialValue(p, stream));
    const limit = Math.sqrt(squaredLimit);
    expect(largest(weight!)).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(largest(weight!)).toBeGreaterThan(0.99 * limit);
    expect(largest(bias!)).toBe(0);
    expect(parameterCount(layer.parameters)).toBe(weight!.length + bias!.length);
  });

  it('depend on the name and the seed alone, and a He option is honoured', () => {
    const value = (name: string, seed: number) =>
      initialValue(dense(name, 4, 4).parameters[0]!, Stream.root(seed));
    expect(value('x', 1)).toEqual(value('x', 1));
    expect(value('x', 1)).not.toEqual(value('y', 1));
    expect(value('x', 1)).not.toEqual(value('x', 2));
    const he = dense('h', 150, 64, { initializer: heUniform(150) }).parameters[0]!;
    expect(largest(initialValue(he, stream))).toBeCloseTo(0.2, 3);
  });
});
