/**
 * @file DeLiGAN in SLOGAN's harness: the latent is a mixture of K Gaussians of equal, fixed sizes with diagonal deviations,
 * explicitly reparameterised: z = mu_c + sigma_c * e, e ~ N(0, I), c ~ Cat(1/K).
 *
 *   L_D = adversarial + penalty;   L_{G,mu,sigma} = -mean D(G(z)) + lambda_sigma mean (1 - sigma)^2.
 *
 * Only the component that was drawn receives a gradient. There is no encoder: its clusters are those of k-means on the
 * penultimate layer of the critic, before the nonlinearity, and its components serve for sampling.
 * Source: Gurumurthy et al. 2017, eq. 3 to 5; SLOGAN, section 4 and eq. 69 (as a baseline, with the same networks and rates).
 */
import { z } from 'zod';
import { critiqueOf } from '../method/critique.js';
import { adam, criticPhase, generatorLoss, harnessSettings } from '../method/harness.js';
import { defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { backbone } from '../nets/index.js';
import { filled, gaussian, uniform } from '../nn/initializers.js';
import { LearnedMixture } from './mixture/learned-mixture.js';

/** Settings of DeLiGAN, and of DeLiGAN+. */
export const deliganSettings = {
  ...harnessSettings,
  initialMeans: z
    .enum(['gaussian', 'uniform'])
    .default('gaussian')
    .describe(
      'initial means: N(0, meanStd^2 I) as in SLOGAN, or U(-meanRange, meanRange) as in the original',
    ),
  meanStd: z
    .number()
    .positive()
    .default(0.1)
    .describe('standard deviation of the initial means, for initialMeans=gaussian'),
  meanRange: z
    .number()
    .positive()
    .default(1)
    .describe('range of the initial means, for initialMeans=uniform'),
  deviation: z
    .number()
    .positive()
    .default(1)
    .describe('initial deviations sigma; 0.2 in the original on MNIST'),
  inOrder: z
    .boolean()
    .default(false)
    .describe('whether row i of a batch is of component i mod K, as in the original, instead of one drawn'),
  sigmaWeight: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'weight of mean (1 - sigma)^2 (lambda_sigma), which keeps deviations from collapsing; 0 leaves it out',
    ),
};

type DeliganSettings = Pick<
  { [K in keyof typeof deliganSettings]: z.output<(typeof deliganSettings)[K]> },
  'latent' | 'initialMeans' | 'meanStd' | 'meanRange' | 'deviation' | 'inOrder' | 'sigmaWeight'
>;

/** The mixture of DeLiGAN as it starts. */
export function deliganMixture(config: DeliganSettings, components: number): LearnedMixture {
  return new LearnedMixture({
    components,
    dim: config.latent,
    means: config.initialMeans === 'uniform' ? uniform(config.meanRange) : gaussian(config.meanStd),
    factors: filled(config.deviation),
    diagonal: true,
    inOrder: config.inOrder,
  });
}

/** lambda_sigma and mean (1 - sigma)^2; nothing where the weight is 0, so that no gradient reaches what was not drawn. */
export function deviationTerm({ sigmaWeight }: DeliganSettings, { factors }: LearnedMixture) {
  return sigmaWeight > 0
    ? { weight: sigmaWeight, value: factors.tensor.neg().add(1).square().mean() }
    : undefined;
}

export const deligan = defineMethod({
  name: 'deligan',
  title: 'DeLiGAN',
  source:
    'Gurumurthy et al., DeLiGAN: Generative Adversarial Networks for Diverse and Limited Data, CVPR 2017, as a baseline of SLOGAN',
  settings: z.strictObject(deliganSettings),
  fixedSizes: () => true,
  build(config, context) {
    const nets = backbone(context.data, config);
    const [generator, critic] = [nets.generator(config.latent), nets.critic()];
    const mixture = deliganMixture(config, context.components);
    const latent = (p: PhaseBuilder) => mixture.latent(p, context.batch).latent;

    const generatorPhase = phase('generator', context, (p) => {
      const adversarial = generatorLoss(
        config,
        critic.train(generator.train(latent(p), p.statistics)),
      ).mean();
      const sigma = deviationTerm(config, mixture);
      const loss = sigma ? adversarial.add(sigma.value.mul(sigma.weight)) : adversarial;
      return {
        outputs: { generator: adversarial, ...(sigma && { sigma: sigma.value }) },
        descend: [{ loss, networks: [generator, mixture.network], by: adam(config) }],
      };
    });

    return {
      networks: [generator, critic, mixture.network],
      prior: mixture.prior,
      learnedPrior: mixture,
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
