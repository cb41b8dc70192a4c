/**
 * @file InfoGAN in its authors' own setting, beside the form of SLOGAN's harness (infogan.ts): continuous codes, and Q as
 * a second head on the discriminator's trunk.
 *
 *   z = [e, u, c],  e ~ U(-1, 1)^62,  u ~ U(-1, 1)^2,  c one-hot, uniform over K;
 *   MI  = log K - mean CE(c, Q_c(x_g)) + mean sum_j [log N(u_j; Q_j(x_g), 1) - log 1/2];
 *   L_D = -mean log D(x) - mean log(1 - D(x_g)) - lambda MI      moves trunk, D's head and Q's head;
 *   L_G = -mean log D(x_g) - lambda MI                           moves the generator.
 *
 * Source: Chen et al. 2016 and its published code; logarithms are of logits here, without its 1e-8.
 */
import { z } from 'zod';
import type { Tensor } from '../graph/tensor.js';
import { constantAdam } from '../method/constant-adam.js';
import { critiqueBy } from '../method/critique.js';
import { defineMethod } from '../method/method.js';
import { phase } from '../method/phase.js';
import { infoganNets } from '../nets/infogan.js';
import { adversarialLosses, crossEntropy } from '../nn/losses.js';
import { CategoricalPrior } from '../prior/categorical.js';

const settings = z
  .strictObject({
    noise: z.int().min(1).default(62).describe('dimension of the noise'),
    continuous: z.int().min(0).default(2).describe('number of continuous codes'),
    information: z.number().min(0).default(1).describe('weight of the mutual information (lambda)'),
    learningRate: z
      .number()
      .positive()
      .default(1e-3)
      .describe('Adam rate of the generator; it does not fall')
      .meta({ lower: true }),
    criticRate: z
      .number()
      .positive()
      .default(0.2)
      .describe('Adam rate of trunk, discriminator and Q, as a multiple of learningRate'),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's first decay"),
    beta2: z.number().min(0).lt(1).default(0.999).describe("Adam's second decay"),
  })
  .meta({ own: true });

export const infoganOriginal = defineMethod({
  name: 'infogan-original',
  title: "InfoGAN (authors' setting)",
  source: 'Chen et al., InfoGAN, NeurIPS 2016',
  settings,
  fixedSizes: () => true,
  build(config, context) {
    const k = context.components;
    const [e, u] = [config.noise, config.continuous];
    const prior = new CategoricalPrior({ components: k, noise: e + u, noiseLaw: 'uniform' });
    const nets = infoganNets(context.data, { normalised: true });
    const [generator, trunk] = [nets.generator(prior.width), nets.trunk('trunk')];
    const [critic, encoder] = [nets.head('critic', 1), nets.deepHead('encoder', u + k)];
    const game = adversarialLosses['non-saturating'];
    const adam = (factor = 1) => constantAdam({ ...config, learningRate: config.learningRate * factor });

    /** The two parts of MI from latents and from what Q gives, and what they add to a loss. */
    const information = (latent: Tensor, answer: Tensor) => {
      const [code, logits] = [latent.slice(1, e + u, e + u + k), answer.slice(1, u, u + k)];
      const discrete = crossEntropy(code, logits).mean().neg().add(Math.log(k));
      const continuous =
        u > 0 ? gaussianInformation(latent.slice(1, e, e + u), answer.slice(1, 0, u)) : undefined;
      const all = continuous ? discrete.add(continuous) : discrete;
      return {
        outputs: { information: discrete, ...(continuous && { continuous }) },
        cost: all.mul(-config.information),
      };
    };

    const criticPhase = phase('critic', context, (p) => {
      const latent = p.latent(prior);
      // Batches of real and of generated images are normalised apart; evaluation is for real ones.
      const onReal = critic.train(trunk.train(p.real(), p.statistics));
      const seen = trunk.train(generator.train(latent, p.statistics));
      const onFake = critic.train(seen);
      const adversarial = game.critic(onFake, onReal);
      const { cost } = information(latent, encoder.train(seen, p.statistics));
      return {
        outputs: { critic: adversarial, criticReal: onReal.mean(), criticFake: onFake.mean() },
        descend: [
          {
            loss: adversarial.add(cost),
            networks: [trunk, critic, encoder],
            by: adam(config.criticRate),
          },
        ],
      };
    });

    const generatorPhase = phase('generator', context, (p) => {
      const latent = p.latent(prior);
      const seen = trunk.train(generator.train(latent, p.statistics));
      const adversarial = game.generator(critic.train(seen)).mean();
      const { outputs, cost } = information(latent, encoder.train(seen));
      return {
        outputs: { generator: adversarial, ...outputs },
        descend: [{ loss: adversarial.add(cost), networks: [generator], by: adam() }],
      };
    });

    const answer = (samples: Tensor) => encoder.eval(trunk.eval(samples));
    return {
      networks: [generator, trunk, critic, encoder],
      prior,
      phases: [criticPhase, generatorPhase],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (latents) => generator.eval(latents),
        features: answer,
        protocol: 'kmeans-encoder',
        assign: (samples) =>
          answer(samples)
            .slice(1, u, u + k)
            .softmax(),
        critique: critiqueBy('non-saturating', (samples) => critic.eval(trunk.eval(samples))),
      },
    };
  },
});

/** mean sum_j [log N(u_j; m_j, 1) - log 1/2] for codes u ~ U(-1, 1) and means m that Q gives, both [n, j]. */
function gaussianInformation(u: Tensor, mean: Tensor): Tensor {
  const perCode = Math.log(2) - Math.log(2 * Math.PI) / 2;
  const squares = u.sub(mean).square().sum([1]).mean();
  return squares.mul(-0.5).add(perCode * (u.shape[1] as number));
}
