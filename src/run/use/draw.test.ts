import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ReferenceEngine } from '../../engine/reference.js';
import { defineMethod, type Model } from '../../method/method.js';
import { dense } from '../../nn/layer.js';
import { Network } from '../../nn/network.js';
import { CategoricalPrior } from '../../prior/categorical.js';
import { MixturePrior } from '../../prior/mixture.js';
import type { LatentPrior } from '../../prior/prior.js';
import { Inference } from '../../train/inference.js';
import { Session } from '../../train/session.js';
import { type DrawOptions, drawSamples } from './draw.js';

const means = Float64Array.of(0, 0, 5, -3);
const mixture = MixturePrior.fromState({
  means: { shape: [2, 2], data: means },
  covariances: { shape: [2, 2, 2], data: Float64Array.of(1, 0.3, 0.3, 0.5, 4, 0, 0, 0.25) },
  logits: { shape: [2], data: Float64Array.of(1, 0) },
});

/** Draws samples that are the latents themselves. */
async function drawn(prior: LatentPrior, options: DrawOptions) {
  const method = defineMethod({
    name: 'identity',
    title: 'Identity',
    source: 'a test',
    settings: z.strictObject({}),
    build: (): Model => ({
      networks: [new Network('net', [dense('net/0-dense', 2, 2)])],
      prior,
      phases: [],
      firstMoment: false,
      inference: { generate: (latent) => latent, features: (x) => x, protocol: 'kmeans-encoder' },
    }),
  });
  const context = { data: { shape: [2], range: 'real' }, components: 2, batch: 4, horizon: 1 } as const;
  const session = await Session.open(new ReferenceEngine(), { method, settings: {}, context, seed: 0 });
  const inference = await Inference.open(session);
  const run = { method: 'identity', components: 2, dataset: { shape: [2] } } as unknown;
  return drawSamples({ inference, run } as Parameters<typeof drawSamples>[0], options);
}

/** Mean and covariance of points of two coordinates. */
function moments(points: Float32Array) {
  const n = points.length / 2;
  const mean = [0, 1].map((j) => points.reduce((sum, x, i) => (i % 2 === j ? sum + x : sum), 0) / n);
  const product = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (points[2 * i + a]! - mean[a]!) * (points[2 * i + b]! - mean[b]!);
    return sum / n;
  };
  return { mean, covariance: [product(0, 0), product(0, 1), product(1, 0), product(1, 1)] };
}

describe('the spread of what is drawn', () => {
  it.each([0.25, 0.5, 1.5, 2])(
    '%d multiplies the covariances of the groups, and leaves their means',
    async (spread) => {
      const n = 4000;
      for (const [group, c] of [
        [1, 0],
        [2, 1],
      ] as const) {
        const { samples, groups } = await drawn(mixture, { group, count: n, spread });
        expect(groups.every((own) => own === group)).toBe(true);
        const { mean, covariance } = moments(samples);
        const sigma = mixture.covariances.subarray(4 * c, 4 * c + 4).map((x) => spread * x);
        mean.forEach((value, j) => {
          expect(Math.abs(value - means[2 * c + j]!)).toBeLessThan(4 * Math.sqrt(sigma[3 * j]! / n));
        });
        covariance.forEach((value, at) => {
          const [a, b] = [at >> 1, at % 2];
          const error = Math.sqrt((sigma[3 * a]! * sigma[3 * b]! + sigma[at]! ** 2) / n);
          expect(Math.abs(value - sigma[at]!)).toBeLessThan(4 * error);
        });
      }
    },
  );

  it('keeps the noise, the sizes and the order of the draws: 1 gives the same bits as none', async () => {
    const plain = await drawn(mixture, { count: 300 });
    expect(await drawn(mixture, { count: 300, spread: 1 })).toEqual(plain);
    const wide = await drawn(mixture, { count: 300, spread: 4 });
    expect(wide.components).toEqual(plain.components);
    wide.samples.forEach((value, i) => {
      const mean = means[2 * plain.components[i >> 1]! + (i % 2)]!;
      expect(value - mean).toBeCloseTo(2 * (plain.samples[i]! - mean), 4);
    });
  });

  it('must be above 0, and of latents that are a mixture of Gaussians', async () => {
    for (const spread of [0, -1, Number.NaN, Infinity]) {
      await expect(drawn(mixture, { count: 1, spread })).rejects.toThrow(
        `--spread is ${spread}; give a number above 0, such as 0.5.`,
      );
    }
    await expect(drawn(mixture, { count: 1, spread: 1e300 })).rejects.toThrow(
      'With --spread 1e+300 samples are too large to be numbers; give a smaller one.',
    );
    const codes = new CategoricalPrior({ components: 2, noise: 0 });
    await expect(drawn(codes, { count: 1, spread: 0.5 })).rejects.toThrow(
      'The run was trained by identity, whose latents are no mixture of Gaussians; leave out --spread.',
    );
  });
});
