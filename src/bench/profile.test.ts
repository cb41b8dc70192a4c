import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OrtEngine } from '../engine/ort/engine.js';
import { input } from '../graph/tensor.js';
import { readProfile, summarise } from './profile.js';

const node = (name: string, ts: number, dur: number, shapes: readonly (readonly number[])[]) => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  ts,
  dur,
  args: {
    op_name: name.split('_')[0]!,
    input_type_shape: shapes.slice(0, -1).map((float) => ({ float })),
    output_type_shape: [{ float: shapes.at(-1)! }],
  },
});
const run = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur });

describe('summarise', () => {
  it('sums the medians of nodes that are alike, after the warm-up', () => {
    const product = [
      [4, 8],
      [8, 2],
      [4, 2],
    ];
    const convolution = [
      [2, 3, 8, 8],
      [5, 3, 4, 4],
      [2, 5, 4, 4],
    ];
    // Events come when they end, so a run stands after its nodes.
    const one = (ts: number, a: number, b: number, c: number, whole: number) => [
      node('MatMul_0', ts + 1, a, product),
      node('MatMul_1', ts + 2, b, product),
      node('Conv_2', ts + 3, c, convolution),
      run(ts, whole),
    ];
    const events = [
      ...one(0, 9000, 9000, 9000, 90_000), // the warm-up
      ...one(100_000, 1000, 3000, 500, 6000),
      ...one(200_000, 2000, 4000, 700, 9000),
      ...one(300_000, 6000, 3500, 600, 8000),
    ];
    const profile = summarise('critic', events, 1);
    expect(profile.ms).toBe(8);
    expect(profile.operators).toEqual([
      { operator: 'MatMul', shapes: '4x8 8x2 -> 4x2', nodes: 2, ms: 5.5, gflop: (2 * 2 * 4 * 8 * 2) / 1e9 },
      {
        operator: 'Conv',
        shapes: '2x3x8x8 5x3x4x4 -> 2x5x4x4',
        nodes: 1,
        ms: 0.6,
        gflop: (2 * 2 * 5 * 4 * 4 * 3 * 4 * 4) / 1e9,
      },
    ]);
    expect(profile.overheadMs).toBeCloseTo(8 - 6.1, 12);
  });

  it('counts a transposed convolution on the image that its filters are laid on', () => {
    const shapes = [
      [2, 5, 4, 4],
      [5, 3, 4, 4],
      [2, 3, 8, 8],
    ];
    const events = [node('ConvTranspose_0', 1, 100, shapes), run(0, 150)];
    const [operator] = summarise('generator', events, 0).operators;
    expect(operator!.gflop).toBe((2 * 2 * 5 * 4 * 4 * 3 * 4 * 4) / 1e9);
  });
});

describe('a profile', () => {
  it.each([
    { kernels: 'never', product: 'MatMul', function: 'Exp' },
    { kernels: 'always', product: 'matmul', function: 'exp' },
  ] as const)('is left by an engine that is asked for it, kernels $kernels, and read back', async (names) => {
    const folder = mkdtempSync(join(tmpdir(), 'mixtura-profile-'));
    const engine = new OrtEngine({ threads: 1, kernels: names.kernels, profile: folder });
    const initial = new Float32Array(12).fill(0.5);
    await engine.open([
      { name: 'weights', tensors: [{ name: 'w', shape: [3, 4], initial }], trainable: false },
    ]);
    const product = input('x', [2, 3])
      .matmul(input('w', [3, 4]))
      .exp();
    await engine.compile({ name: 'product', outputs: { product } });
    for (let i = 0; i < 3; i++) await engine.run('product', { x: new Float32Array(6).fill(1) });
    await engine.close();
    const profile = readProfile(folder, 'product', 1);
    rmSync(folder, { recursive: true });
    const found = Object.fromEntries(profile.operators.map((operator) => [operator.operator, operator]));
    expect(found[names.product]).toMatchObject({ shapes: '2x3 3x4 -> 2x4', nodes: 1, gflop: 48e-9 });
    expect(found[names.function]).toMatchObject({ shapes: '2x4 -> 2x4', nodes: 1 });
    expect(profile.ms).toBeGreaterThan(0);
  });
});
