/**
 * @file InfoGAN in SLOGAN's harness: z = (noise, one-hot code c ~ Cat(1/K)); an encoder Q recovers the code.
 *
 *   L_D = adversarial + penalty;   L_{G,Q} = -mean D(x_g) + lambda_I (CE(c, Q(x_g)) - H(c)),  H(c) = log K.
 *
 * The uniform code is what SLOGAN is compared with: it cannot learn that groups have unequal sizes.
 * Source: Chen et al. 2016; SLOGAN, section 4 (as a baseline, with the same networks and rates).
 */
import { z } from 'zod';
import { critiqueOf } from '../method/critique.js';
import { adam, criticPhase, generatorLoss, harnessSettings, projectionPhases } from '../method/harness.js';
import { defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { backbone } from '../nets/index.js';
import { crossEntropy } from '../nn/losses.js';
import { CategoricalPrior } from '../prior/categorical.js';

const settings = z.strictObject({
  ...harnessSettings,
  information: z.number().min(0).default(1).describe('weight of the mutual-information bound (lambda_I)'),
});

export const infogan = defineMethod({
  name: 'infogan',
  title: 'InfoGAN',
  source: 'Chen et al., InfoGAN, NeurIPS 2016, as a baseline of SLOGAN',
  settings,
  fixedSizes: () => true,
  build(config, context) {
    const k = context.components;
    // The latent keeps the dimension d of the other methods: d - K noise and K code.
    const prior = new CategoricalPrior({ components: k, noise: Math.max(1, config.latent - k) });
    const nets = backbone(context.data, config);
    const [generator, critic, encoder] = [nets.generator(prior.width), nets.critic(), nets.encoder(k)];
    const latent = (p: PhaseBuilder) => p.latent(prior);

    const generatorPhase = phase('generator', context, (p) => {
      const z = latent(p);
      const code = z.slice(1, prior.width - k, prior.width);
      const generated = generator.train(z, p.statistics);
      const adversarial = generatorLoss(config, critic.train(generated)).mean();
      const information = crossEntropy(code, encoder.train(generated)).mean().sub(Math.log(k));
      const loss = adversarial.add(information.mul(config.information));
      return {
        outputs: { generator: adversarial, information },
        descend: [{ loss, networks: [generator, encoder], by: adam(config) }],
      };
    });

    return {
      networks: [generator, critic, encoder],
      prior,
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
