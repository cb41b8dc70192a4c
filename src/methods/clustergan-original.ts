/**
 * @file ClusterGAN in its authors' own setting, beside the form of SLOGAN's harness (clustergan.ts).
 *
 *   z = [z_n, z_c],  z_n ~ N(0, 0.1^2 I_30),  z_c one-hot, uniform over K;
 *   L_D = mean D(x_g) - mean D(x) + 10 mean (|grad D(x_hat)| - 1)^2              at every step;
 *   L_{G,E} = -mean D(x_g) + beta_n mean (z_n - E_n(x_g))^2 + beta_c mean CE(z_c, E_c(x_g))   at every fifth.
 *
 * Clusters are those of k-means on (E_n, softmax E_c) with max(K, number of classes) clusters, and on softmax E_c alone
 * where beta_n = 0. A step is one of the critic, so that 500,000 updates of the generator are 2,500,000 steps.
 *
 * Source: Mukherjee et al. 2019 and its published code. That code has one number for x_hat in a whole batch; here each
 * sample has its own, as in WGAN-GP's paper. Its L2 terms are never added to its loss, and are left out.
 */
import { z } from 'zod';
import { constantAdam } from '../method/constant-adam.js';
import { criticPhase } from '../method/harness.js';
import { defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { infoganNets } from '../nets/infogan.js';
import { Network } from '../nn/network.js';
import { CategoricalPrior } from '../prior/categorical.js';
import { recovery, recoverySettings } from './clustergan.js';

const settings = z
  .strictObject({
    noise: z
      .int()
      .min(1)
      .default(30)
      .describe('dimension of the noise z_n (40 in the paper for Fashion-MNIST)'),
    ...recoverySettings,
    criticSteps: z.int().min(1).default(5).describe("critic's steps for one of the generator"),
    lipschitz: z.number().min(0).default(10).describe('weight of the two-sided penalty'),
    learningRate: z
      .number()
      .positive()
      .default(1e-4)
      .describe('Adam rate of all networks; it does not fall')
      .meta({ lower: true }),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's first decay"),
    beta2: z.number().min(0).lt(1).default(0.9).describe("Adam's second decay"),
  })
  .meta({ own: true });

export const clusterganOriginal = defineMethod({
  name: 'clustergan-original',
  title: "ClusterGAN (authors' setting)",
  source:
    'Mukherjee et al., ClusterGAN: Latent Space Clustering in Generative Adversarial Networks, AAAI 2019',
  settings,
  fixedSizes: () => true,
  build(config, context) {
    const [k, d] = [context.components, config.noise];
    const prior = new CategoricalPrior({ components: k, noise: d, noiseStd: config.noiseStd });
    const nets = infoganNets(context.data, { normalised: false });
    const whole = (name: string, outputs: number) =>
      new Network(name, [
        ...nets.trunk(`${name}/trunk`).layers,
        ...nets.head(`${name}/head`, outputs).layers,
      ]);
    const [generator, critic, encoder] = [nets.generator(d + k), whole('critic', 1), whole('encoder', d + k)];
    const latent = (p: PhaseBuilder) => p.latent(prior);
    const by = constantAdam(config);
    const game = { ...config, critic: 'wasserstein', penalty: 'gp', criticRate: 1 } as const;
    const { loss, inference } = recovery({
      config: game,
      generator,
      critic,
      encoder,
      noise: d,
      components: k,
    });

    const generatorPhase = phase(
      'generator',
      context,
      (p) => {
        const { loss: lowered, outputs } = loss(latent(p), p);
        return { outputs, descend: [{ loss: lowered, networks: [generator, encoder], by }] };
      },
      { from: config.criticSteps - 1, every: config.criticSteps },
    );
    return {
      networks: [generator, critic, encoder],
      prior,
      phases: [criticPhase({ config: game, context, generator, critic, latent, by }), generatorPhase],
      firstMoment: config.beta1 > 0,
      inference,
    };
  },
});
