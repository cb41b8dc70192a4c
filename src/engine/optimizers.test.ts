import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MixturaError } from '../errors.js';
import { Arena } from '../wasm/arena.js';
import { type AdamOptions, OptimizerKernel } from './optimizers.js';
import { referenceAdam, referenceSgd } from './reference-optimizers.js';

interface Golden {
  start: number[];
  gradients: number[][];
  cases: (AdamOptions & { values: Record<string, number[]>; moment1: number[]; moment2: number[] })[];
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../test/golden/adam.json', import.meta.url), 'utf8'),
);

/** Four blocks of n floats, each with a guard of 8 floats directly behind its last element. */
function blocks(n: number) {
  const arena = new Arena(Arena.bytesFor([n + 8, n + 8, n + 8, n + 8]));
  const whole = [0, 1, 2, 3].map(() => arena.float32(n + 8));
  for (const block of whole) block.fill(-7.5, n);
  const [value, gradient, moment1, moment2] = whole.map((block) => block.subarray(0, n));
  return {
    arena,
    kernel: new OptimizerKernel(arena.memory),
    state: { value: value!, gradient: gradient!, moment1: moment1!, moment2: moment2! },
    guarded: () => whole.every((block) => block.subarray(n).every((x) => x === -7.5)),
  };
}

/** Deterministic numbers in (-1, 1) that float32 holds exactly. */
const wave = (i: number): number => Math.fround(Math.sin(1.7 * i + 0.3));

/** Largest |a - b| / (1 + |b|). */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const d = Math.abs(a[i]! - b[i]!) / (1 + Math.abs(b[i]!));
    if (!(d <= worst)) worst = d;
  }
  return worst;
}

const toArray64 = (x: Float32Array): Float64Array => Float64Array.from(x);

describe('Adam against PyTorch', () => {
  it.each(golden.cases)('100 steps, betas ($beta1, $beta2), weight decay $weightDecay', (options) => {
    const { kernel, state, guarded } = blocks(golden.start.length);
    const reference = { value: Float64Array.from(golden.start), gradient: new Float64Array(7) };
    const oracle = { ...reference, moment1: new Float64Array(7), moment2: new Float64Array(7) };
    state.value.set(golden.start);
    let compared = 0;
    golden.gradients.forEach((gradient, index) => {
      state.gradient.set(gradient);
      oracle.gradient.set(state.gradient);
      kernel.adam(state, options, index + 1);
      referenceAdam(oracle, options, index + 1);
      const expected = options.values[index + 1];
      if (!expected) return;
      expect(distance(state.value, expected)).toBeLessThan(1e-6);
      expect(distance(oracle.value, expected)).toBeLessThan(1e-6);
      compared++;
    });
    expect(compared).toBe(5);
    if (options.beta1 !== 0) expect(distance(state.moment1, options.moment1)).toBeLessThan(1e-6);
    expect(distance(oracle.moment1, options.moment1)).toBeLessThan(1e-6);
    expect(distance(state.moment2, options.moment2)).toBeLessThan(1e-6);
    expect(guarded()).toBe(true);
  });
});

describe('Adam against the float64 reference', () => {
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000];
  const settings: AdamOptions[] = [
    { learningRate: 1e-3, beta1: 0, beta2: 0.9 },
    { learningRate: 1e-3, beta1: 0.5, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.1 },
  ];
  it.each(sizes)('20 steps of n = %i, without touching what lies behind a block', (n) => {
    for (const options of settings) {
      const { kernel, state, guarded } = blocks(n);
      state.value.forEach((_, i) => {
        state.value[i] = wave(i);
      });
      const oracle = {
        value: toArray64(state.value),
        gradient: new Float64Array(n),
        moment1: new Float64Array(n),
        moment2: new Float64Array(n),
      };
      for (let step = 1; step <= 20; step++) {
        for (let i = 0; i < n; i++) state.gradient[i] = wave(i * 31 + step);
        oracle.gradient.set(state.gradient);
        kernel.adam(state, options, step);
        referenceAdam(oracle, options, step);
      }
      expect(distance(state.value, oracle.value)).toBeLessThan(1e-6);
      expect(distance(state.moment2, oracle.moment2)).toBeLessThan(1e-6);
      expect(guarded()).toBe(true);
    }
  });

  it('gives one element the same bits wherever its block is cut', () => {
    const run = (from: number, n: number) => {
      const { kernel, state } = blocks(n);
      for (let step = 1; step <= 10; step++) {
        for (let i = 0; i < n; i++) state.gradient[i] = wave((from + i) * 31 + step);
        kernel.adam(state, settings[1]!, step);
      }
      return [...state.value];
    };
    const whole = run(0, 11);
    expect([...run(0, 3), ...run(3, 7), ...run(10, 1)]).toEqual(whole);
  });

  it('writes nothing before its first block either', () => {
    const { arena, kernel, state } = blocks(9);
    state.gradient.fill(1);
    const reserved = () => new Uint8Array(arena.memory.buffer.slice(0, state.value.byteOffset));
    const constants = reserved();
    expect(constants.length).toBe(1024);
    kernel.adam(state, settings[1]!, 1);
    expect(reserved()).toEqual(constants);
    expect(state.value[8]).toBeCloseTo(-1e-3, 8);
  });
});

describe('Adam at the edges', () => {
  it('leaves the first moment alone when beta1 is 0, and works without one', () => {
    const { kernel, state } = blocks(5);
    state.gradient.fill(2);
    state.moment1.fill(9);
    const { moment1, ...without } = state;
    kernel.adam(state, { learningRate: 0.1, beta1: 0, beta2: 0.9 }, 1);
    expect([...moment1]).toEqual([9, 9, 9, 9, 9]);
    expect(state.value[4]).toBeCloseTo(-0.1, 7);
    kernel.adam(without, { learningRate: 0.1, beta1: 0, beta2: 0.9 }, 2);
    expect(state.value[4]).toBeCloseTo(-0.2, 7);
    expect(() => kernel.adam(without, { learningRate: 0.1, beta1: 0.5, beta2: 0.9 }, 3)).toThrow(
      /first moment/,
    );
  });

  it('keeps the moments of a dead parameter from the slow subnormal numbers', () => {
    const { kernel, state } = blocks(2);
    state.gradient.set([1, -1]);
    const options = { learningRate: 1e-3, beta1: 0.5, beta2: 0.9 };
    kernel.adam(state, options, 1);
    state.gradient.fill(0);
    for (let step = 2; step <= 1000; step++) kernel.adam(state, options, step);
    expect([...state.moment1]).toEqual([0, 0]);
    // 0.9 of the few smallest multiples of 2^-126 rounds back to them: they stay there, as normal numbers.
    expect(Math.min(...state.moment2)).toBeGreaterThanOrEqual(2 ** -126);
    expect(Math.max(...state.moment2)).toBeLessThan(1e-36);
    expect(Number.isFinite(state.value[0])).toBe(true);
  });

  it('carries NaN through instead of hiding it', () => {
    const { kernel, state } = blocks(5);
    state.gradient[1] = Number.NaN;
    state.gradient[4] = Number.NaN;
    kernel.adam(state, { learningRate: 1e-3, beta1: 0.5, beta2: 0.9 }, 1);
    expect([...state.value].map(Number.isNaN)).toEqual([false, true, false, false, true]);
  });

  it('works above 2 GiB, where pointers no longer fit a signed number', () => {
    const arena = new Arena(Arena.maxBytes);
    arena.float32(2 ** 30 - 1024);
    const [value, gradient, moment2] = [arena.float32(7), arena.float32(7), arena.float32(7)];
    gradient.fill(3);
    new OptimizerKernel(arena.memory).adam(
      { value, gradient, moment2 },
      { learningRate: 0.5, beta1: 0, beta2: 0.9 },
      1,
    );
    expect(distance(value, new Array(7).fill(-0.5))).toBeLessThan(1e-7);
  });

  it('refuses blocks of another memory, unequal blocks and a step of 0', () => {
    const { kernel, state } = blocks(4);
    const options = { learningRate: 1e-3, beta1: 0, beta2: 0.9 };
    expect(() => kernel.adam(state, options, 0)).toThrow(MixturaError);
    expect(() => kernel.adam({ ...state, gradient: new Float32Array(4) }, options, 1)).toThrow(
      /gradient.*outside/,
    );
    expect(() => kernel.adam({ ...state, moment2: state.moment2.subarray(1) }, options, 1)).toThrow(
      /3 elements/,
    );
    expect(() => kernel.sgd(state.value, state.gradient.subarray(2), 1)).toThrow(/2 elements/);
  });
});

describe('gradient descent', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000])('matches the float64 reference at n = %i', (n) => {
    const { kernel, state, guarded } = blocks(n);
    for (let i = 0; i < n; i++) {
      state.value[i] = wave(i);
      state.gradient[i] = wave(7 * i + 2);
    }
    const oracle = toArray64(state.value);
    referenceSgd(oracle, toArray64(state.gradient), 0.05);
    kernel.sgd(state.value, state.gradient, 0.05);
    expect(distance(state.value, oracle)).toBeLessThan(1e-7);
    expect(guarded()).toBe(true);
  });
});
