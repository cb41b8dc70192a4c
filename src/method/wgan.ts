/**
 * @file WGAN with a Lipschitz penalty, in SLOGAN's harness: one Gaussian latent, no encoder, no groups of its own.
 *
 * Its clusters are those of k-means on the penultimate layer of the critic, before the nonlinearity.
 * Source: Arjovsky et al. 2017 (critic loss); Petzka et al. 2018 (penalty); SLOGAN, section 4 (as a baseline).
 */
import { z } from 'zod';
import { input, type Tensor } from '../graph/tensor.js';
import { backbone } from '../nets/index.js';
import { NormalPrior } from '../prior/normal.js';
import type { LatentBatch } from '../prior/prior.js';
import { adam, criticPhase, gradientsOf, harnessSettings } from './harness.js';
import { defineMethod, type Phase } from './method.js';

export const wgan = defineMethod({
  name: 'wgan',
  title: 'WGAN',
  source: 'Arjovsky et al., Wasserstein Generative Adversarial Networks, ICML 2017, as a baseline of SLOGAN',
  settings: z.strictObject(harnessSettings),
  build(config, context) {
    const nets = backbone(context.data, config);
    const [generator, critic] = [nets.generator(config.latent), nets.critic()];
    const prior = new NormalPrior(config.latent);
    const sample = (n: number, stream: typeof context.stream): LatentBatch => prior.sample(n, stream);

    const statistics = new Map<string, Tensor>();
    const generated = generator.train(input('latent', [context.batch, config.latent]), statistics);
    const loss = critic.train(generated).mean().neg(); // mean -D(G(z))
    const generatorPhase: Phase = {
      name: 'generator',
      program: {
        name: 'generator',
        outputs: { generator: loss },
        gradients: gradientsOf(loss, generator.parameters),
        assignments: statistics,
      },
      feeds: ({ stream }) => ({
        latent: Float32Array.from(sample(context.batch, stream.fork('generator', 'latent')).z),
      }),
      updates: (step) => [adam(config, 'generator', step)],
    };
    return {
      networks: [generator, critic],
      prior,
      state: () => ({}),
      phases: [criticPhase(config, context, generator, critic, sample, config.latent), generatorPhase],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (latent) => generator.eval(latent),
        features: (samples) => critic.penultimate(samples),
        featureName: 'critic',
        constants: () => ({}),
      },
    };
  },
});
