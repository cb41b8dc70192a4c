/**
 * @file DeLiGAN+ in SLOGAN's harness: DeLiGAN with an encoder that tells from which component a sample was generated.
 *
 *   L_D = adversarial + penalty;
 *   L_{G,E,mu,sigma} = -mean D(x_g) + lambda_CE mean CE(c, E(x_g)) + lambda_sigma mean (1 - sigma)^2,  x_g = G(mu_c + sigma_c * e).
 *
 * Its clusters are those of k-means on the logits of E, and data are assigned by the softmax of these.
 * Source: SLOGAN, appendix D.5, where it is defined.
 */
import { z } from 'zod';
import { critiqueOf } from '../method/critique.js';
import { adam, criticPhase, generatorLoss, projectionPhases } from '../method/harness.js';
import { defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { backbone } from '../nets/index.js';
import { crossEntropy } from '../nn/losses.js';
import { deliganMixture, deliganSettings, deviationTerm } from './deligan.js';

export const deliganPlus = defineMethod({
  name: 'deligan-plus',
  title: 'DeLiGAN+',
  source:
    'Hwang et al., Stein Latent Optimization for Generative Adversarial Networks, ICLR 2022, appendix D.5',
  settings: z.strictObject({
    ...deliganSettings,
    codeWeight: z.number().min(0).default(10).describe('weight of recovering the component (lambda_CE)'),
  }),
  fixedSizes: () => true,
  build(config, context) {
    const { batch, components: k } = context;
    const nets = backbone(context.data, config);
    const [generator, critic, encoder] = [nets.generator(config.latent), nets.critic(), nets.encoder(k)];
    const mixture = deliganMixture(config, k);

    const generatorPhase = phase('generator', context, (p) => {
      const { latent, code } = mixture.latent(p, batch);
      const generated = generator.train(latent, p.statistics);
      const adversarial = generatorLoss(config, critic.train(generated)).mean();
      const recovered = crossEntropy(code(), encoder.train(generated)).mean();
      const sigma = deviationTerm(config, mixture);
      const loss = adversarial.add(recovered.mul(config.codeWeight));
      return {
        outputs: { generator: adversarial, code: recovered, ...(sigma && { sigma: sigma.value }) },
        descend: [
          {
            loss: sigma ? loss.add(sigma.value.mul(sigma.weight)) : loss,
            networks: [generator, encoder, mixture.network],
            by: adam(config),
          },
        ],
      };
    });

    const latent = (p: PhaseBuilder) => mixture.latent(p, batch).latent;
    return {
      networks: [generator, critic, encoder, mixture.network],
      prior: mixture.prior,
      learnedPrior: mixture,
      phases: [
        criticPhase({ config, context, generator, critic, latent }),
        generatorPhase,
        ...projectionPhases(context, [encoder]),
      ],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (z) => generator.eval(z),
        features: (samples) => encoder.eval(samples),
        protocol: 'kmeans-encoder',
        assign: (samples) => encoder.eval(samples).softmax(),
        critique: critiqueOf(config, critic),
      },
    };
  },
});
