/**
 * @file WGAN with a Lipschitz penalty, in SLOGAN's harness: one Gaussian latent, no encoder, no groups of its own.
 *
 *   L_D = mean D(G(z)) - mean D(x) + penalty;   L_G = -mean D(G(z)).
 *
 * Its clusters are those of k-means on the penultimate layer of the critic, before the nonlinearity.
 * Source: Arjovsky et al. 2017 (critic loss); Petzka et al. 2018 (penalty); SLOGAN, section 4 (as a baseline).
 */
import { z } from 'zod';
import { critiqueOf } from '../method/critique.js';
import { adam, criticPhase, generatorLoss, harnessSettings } from '../method/harness.js';
import { defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { backbone } from '../nets/index.js';
import { NormalPrior } from '../prior/normal.js';

export const wgan = defineMethod({
  name: 'wgan',
  title: 'WGAN',
  source: 'Arjovsky et al., Wasserstein Generative Adversarial Networks, ICML 2017, as a baseline of SLOGAN',
  groupless: true,
  settings: z.strictObject(harnessSettings),
  fixedSizes: () => true,
  build(config, context) {
    const nets = backbone(context.data, config);
    const [generator, critic] = [nets.generator(config.latent), nets.critic()];
    const prior = new NormalPrior(config.latent);
    const latent = (p: PhaseBuilder) => p.latent(prior);

    const generatorPhase = phase('generator', context, (p) => {
      const loss = generatorLoss(config, critic.train(generator.train(latent(p), p.statistics))).mean();
      return { outputs: { generator: loss }, descend: [{ loss, networks: [generator], by: adam(config) }] };
    });

    return {
      networks: [generator, critic],
      prior,
      phases: [criticPhase({ config, context, generator, critic, latent }), generatorPhase],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (z) => generator.eval(z),
        features: (samples) => critic.features(samples),
        protocol: 'kmeans-critic',
        critique: critiqueOf(config, critic),
      },
    };
  },
});
