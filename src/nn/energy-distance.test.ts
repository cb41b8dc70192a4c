import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { input } from '../graph/tensor.js';
import { groupedEnergyDistance } from './energy-distance.js';

/** The loss of samples and rows [n, 2] in these groups of K (-1: in none), and its gradient in the samples. */
function lossOf(samples: number[][], own: number[], real: number[][], groups: number[], k = 2) {
  const rows = input('samples', [samples.length, 2]);
  const codes = input('own', [samples.length, k]);
  const data = input('real', [real.length, 2]);
  const members = input('groups', [real.length, k]);
  const loss = groupedEnergyDistance({ rows, groups: codes }, { rows: data, groups: members });
  const oneHot = (each: number[]) =>
    Float64Array.from({ length: each.length * k }, (_, i) => (each[Math.floor(i / k)] === i % k ? 1 : 0));
  const feeds = {
    ...{ samples: Float64Array.from(samples.flat()), own: oneHot(own) },
    ...{ real: Float64Array.from(real.flat()), groups: oneHot(groups) },
  };
  const [value, gradient] = evaluate([loss, grad(loss, [rows])[0]!], feeds);
  return { value: value![0]!, gradient: [...gradient!] };
}

describe('the energy distance of samples and rows of a group', () => {
  it('is twice the mean distance to the rows, less that between the samples', () => {
    // Distances are those of the plane divided by sqrt(2): samples at 0 and (6, 8), rows at (3, 4) and (0, 8).
    const { value } = lossOf(
      [
        [0, 0],
        [6, 8],
      ],
      [0, 0],
      [
        [3, 4],
        [0, 8],
      ],
      [0, 0],
    );
    const across = (2 * ((5 + 8) / 2 + (5 + 6) / 2)) / 2;
    expect(value).toBeCloseTo((across - 10) / Math.SQRT2, 6);
  });

  it('compares within a group alone, weighs groups by their samples, and leaves out rows in none', () => {
    const samples = [
      [0, 0],
      [1, 0],
      [0, 5],
    ];
    const { value } = lossOf(
      samples,
      [0, 0, 1],
      [
        [0, 2],
        [0, 9],
        [3, 3],
      ],
      [0, 1, -1],
    );
    const first = 2 * ((2 + Math.sqrt(5)) / 2) - 1;
    expect(value).toBeCloseTo((2 * first + 2 * 4) / 3 / Math.SQRT2, 6);
  });

  it('is 0 without a gradient for a group that has no rows, and finite where samples are the same', () => {
    expect(
      lossOf(
        [
          [0, 0],
          [4, 4],
        ],
        [0, 0],
        [[1, 1]],
        [1],
      ),
    ).toEqual({ value: 0, gradient: [0, 0, 0, 0] });
    const { gradient } = lossOf(
      [
        [1, 2],
        [1, 2],
      ],
      [0, 0],
      [
        [1, 2],
        [1, 2],
      ],
      [0, 0],
    );
    expect(gradient.every((value) => Math.abs(value) < 1e-9)).toBe(true);
  });

  it('draws samples to the rows of their group', () => {
    const { gradient } = lossOf(
      [[0, 0]],
      [1],
      [
        [3, 4],
        [-9, -9],
      ],
      [1, 0],
    );
    // d 2 |g - x| / sqrt(2) = 2 (g - x) / |g - x| / sqrt(2)
    for (const [i, part] of [0.6, 0.8].entries()) expect(gradient[i]).toBeCloseTo(-part * Math.SQRT2, 6);
  });
});
