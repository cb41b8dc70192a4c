import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { Gaussians } from './gaussian/gaussians.js';
import { MixturePrior } from './mixture.js';
import { reparameterisedGradients } from './reparameterised.js';

const K = 2;
const d = 2;

function gaussians(): Gaussians {
  return new Gaussians(
    K,
    d,
    Float64Array.of(0.5, -0.2, -0.6, 0.8),
    Float64Array.of(1.2, 0.3, 0.3, 0.7, 0.5, -0.1, -0.1, 0.9),
    Float64Array.of(0.3, -0.4),
  );
}

/** Mean over a fixed batch of noise of the loss a.z + z.z/2, with z = mu_c + L_c e; smooth, gradient a + z. */
const a = [0.7, -1.1];
const component = Int32Array.of(0, 1, 0, 0, 1);
const noise = Float64Array.of(0.4, -1.2, 0.9, 0.3, -0.5, 0.8, 1.1, 0.2, -0.7, -0.1);

function latents(means: Float64Array, factors: Float64Array): Float64Array {
  const z = new Float64Array(noise.length);
  component.forEach((c, i) => {
    for (let row = 0; row < d; row++) {
      let sum = means[c * d + row]!;
      for (let j = 0; j <= row; j++) sum += factors[(c * d + row) * d + j]! * noise[i * d + j]!;
      z[i * d + row] = sum;
    }
  });
  return z;
}

function meanLoss(z: Float64Array): number {
  return z.reduce((sum, value, i) => sum + a[i % d]! * value + 0.5 * value * value, 0) / component.length;
}

describe('explicit reparameterisation', () => {
  it('equals central differences in the means and the lower factors', () => {
    const g = gaussians();
    const z = latents(g.means, g.factors);
    const found = reparameterisedGradients(g, {
      z,
      component,
      gradient: z.map((value, i) => a[i % d]! + value),
    });
    const check = (which: 'means' | 'factors', index: number) => {
      const at = (shift: number) => {
        const moved = { means: g.means.slice(), factors: g.factors.slice() };
        moved[which][index]! += shift;
        return meanLoss(latents(moved.means, moved.factors));
      };
      expect(found[which][index]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 8);
    };
    for (let i = 0; i < K * d; i++) check('means', i);
    for (const i of [0, 2, 3, 4, 6, 7]) check('factors', i);
    expect([found.factors[1], found.factors[5]]).toEqual([0, 0]);
  });

  it("moves Sigma to L'L'^T and leaves a component that was not drawn", () => {
    const prior = MixturePrior.create({ components: 3, dim: 2 }, Stream.root(1));
    const { z, component: drawn } = prior.sampleComponent(1, 4, Stream.root(2));
    const before = prior.covariances.slice();
    prior.update({
      z,
      n: 4,
      gradient: z.map((value) => 2 * value),
      adversarialLoss: new Float64Array(4),
      explicit: drawn,
      lr: { mean: 0, covariance: 0.1, mixing: 0 },
    });
    expect(prior.covariances.slice(0, 4)).toEqual(before.slice(0, 4));
    expect(prior.covariances.slice(8)).toEqual(before.slice(8));
    expect(prior.covariances.slice(4, 8)).not.toEqual(before.slice(4, 8));
    expect(prior.eigenRange().min[1]).toBeGreaterThan(0);
  });
});
