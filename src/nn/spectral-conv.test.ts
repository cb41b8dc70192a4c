import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { constant, type Tensor } from '../graph/tensor.js';
import { spectralConv } from './spectral-conv.js';

describe('a convolution by its spectral norm', () => {
  const layer = spectralConv('net/0-conv', 2, 2, { kernel: 1 });
  // Singular values 3 and 4: W = diag(4, 3), seen as 2 x 2.
  const weights = [4, 0, 0, 3];
  const x = constant([1, 2], [1, 2, 1, 1]);
  const run = (mode: 'train' | 'eval', left: readonly number[]) => {
    const updates = new Map<string, Tensor>();
    const out = layer.apply(x, { mode, updates });
    const feeds = {
      'net/0-conv/weight': weights,
      'net/0-conv/bias': [0.5, 0],
      'net/0-conv/left-vector': left,
    };
    const [values, ...moved] = evaluate([out, ...updates.values()], feeds);
    return { values: [...values!], left: moved.map((vector) => [...vector]) };
  };

  it('is exact where u is the first left-singular vector, in training and evaluation', () => {
    expect(run('train', [1, 0])).toEqual({ values: [1.5, 1.5], left: [[1, 0]] });
    expect(run('eval', [1, 0])).toEqual({ values: [1.5, 1.5], left: [] });
  });

  it('goes on with the power iteration from step to step, whatever the length of u', () => {
    let left = [5, 5];
    const sigmas = Array.from({ length: 30 }, () => {
      const { values, left: moved } = run('train', left);
      left = moved[0]!;
      return 4 / (values[0]! - 0.5);
    });
    // One iteration from (1, 1): v = (4, 3) / 5, and |W v| = |(16, 9)| / 5.
    expect(sigmas[0]).toBeCloseTo(Math.hypot(16, 9) / 5, 12);
    expect(sigmas.at(-1)).toBeCloseTo(4, 6);
    expect(left[0]).toBeCloseTo(1, 6);
  });
});
