import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { CategoricalPrior } from './categorical.js';
import { MixturePrior } from './mixture.js';
import { NormalPrior } from './normal.js';
import type { LatentPrior } from './prior.js';

const COUNT = 20_000;
const priors: Record<string, LatentPrior> = {
  mixture: MixturePrior.create({ components: 2, dim: 3, meanStd: 1, variance: 0.5 }, Stream.root(1)),
  categorical: new CategoricalPrior({ components: 3, noise: 2, noiseStd: 0.5 }),
  normal: new NormalPrior(4),
};

describe.each(Object.entries(priors))('%s', (_, prior) => {
  it('tells the mean and covariance of what it draws', () => {
    const { components, width, means, covariances } = prior;
    for (let c = 0; c < components; c++) {
      const { z } = prior.sampleComponent(c, COUNT, Stream.root(2).fork(c));
      const mean = Array.from({ length: width }, (_, i) => average(z, (row) => row[i]!, width));
      for (let i = 0; i < width; i++) {
        expect(Math.abs(mean[i]! - means[c * width + i]!)).toBeLessThan(0.04);
        for (let j = 0; j < width; j++) {
          const found = average(z, (row) => (row[i]! - mean[i]!) * (row[j]! - mean[j]!), width);
          expect(Math.abs(found - covariances[(c * width + i) * width + j]!)).toBeLessThan(0.05);
        }
      }
    }
  });
});

function average(z: Float64Array, f: (row: Float64Array) => number, width: number): number {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += f(z.subarray(i * width, (i + 1) * width));
  return sum / COUNT;
}
