/**
 * @file ClusterGAN in SLOGAN's harness: z = (z_n, z_c), z_n ~ N(0, 0.1^2 I), one-hot z_c ~ Cat(1/K); an encoder maps
 * samples back to both parts.
 *
 *   L_D = adversarial + penalty;
 *   L_{G,E} = -mean D(x_g) + beta_n mean (z_n - E_n(x_g))^2 + beta_c mean CE(z_c, E_c(x_g)).
 *
 * Its clusters are those of k-means on (E_n, softmax E_c), and on softmax E_c alone where beta_n = 0.
 * Source: Mukherjee et al. 2019, eq. 2; SLOGAN, section 4 (as a baseline, with the same networks and rates).
 */
import { z } from 'zod';
import { concat, type Tensor } from '../graph/tensor.js';
import { critiqueOf } from '../method/critique.js';
import {
  adam,
  criticPhase,
  generatorLoss,
  type HarnessSettings,
  harnessSettings,
} from '../method/harness.js';
import { defineMethod, type Inference } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { backbone } from '../nets/index.js';
import { crossEntropy, meanSquaredError } from '../nn/losses.js';
import type { Network } from '../nn/network.js';
import { CategoricalPrior } from '../prior/categorical.js';

/** Settings of what is recovered, in both forms of the method. */
export const recoverySettings = {
  noiseStd: z.number().positive().default(0.1).describe('standard deviation of the noise z_n'),
  noiseWeight: z
    .number()
    .min(0)
    .default(10)
    .describe('weight of recovering the noise (beta_n); 0 in the paper for Fashion-MNIST'),
  codeWeight: z.number().min(0).default(10).describe('weight of recovering the code (beta_c)'),
};

/** What {@link recovery} reads. */
interface RecoveryOptions {
  readonly config: Pick<HarnessSettings, 'critic'> & {
    readonly noiseWeight: number;
    readonly codeWeight: number;
  };
  readonly generator: Network;
  readonly critic: Network;
  readonly encoder: Network;
  /** Noise entries, which stand before the code. */
  readonly noise: number;
  /** Number of codes K. */
  readonly components: number;
}

/** The loss of G and E for latents [B, noise + K], and what is done with the trained networks. */
export function recovery({ config, generator, critic, encoder, noise: d, components: k }: RecoveryOptions): {
  readonly loss: (latent: Tensor, p: PhaseBuilder) => { loss: Tensor; outputs: Record<string, Tensor> };
  readonly inference: Inference;
} {
  const parts = (x: Tensor) => [x.slice(1, 0, d), x.slice(1, d, d + k)] as const;
  return {
    loss(latent, p) {
      const [noise, code] = parts(latent);
      const generated = generator.train(latent, p.statistics);
      const [noiseHat, logits] = parts(encoder.train(generated));
      const adversarial = generatorLoss(config, critic.train(generated)).mean();
      const recoveredNoise = meanSquaredError(noise, noiseHat);
      const recoveredCode = crossEntropy(code, logits).mean();
      const loss = adversarial
        .add(recoveredNoise.mul(config.noiseWeight))
        .add(recoveredCode.mul(config.codeWeight));
      return { loss, outputs: { generator: adversarial, noise: recoveredNoise, code: recoveredCode } };
    },
    inference: {
      generate: (latent) => generator.eval(latent),
      features(samples) {
        const [noiseHat, logits] = parts(encoder.eval(samples));
        return config.noiseWeight === 0 ? logits.softmax() : concat([noiseHat, logits.softmax()], 1);
      },
      protocol: 'kmeans-encoder',
      assign: (samples) => parts(encoder.eval(samples))[1].softmax(),
      critique: critiqueOf(config, critic),
    },
  };
}

export const clustergan = defineMethod({
  name: 'clustergan',
  title: 'ClusterGAN',
  source:
    'Mukherjee et al., ClusterGAN: Latent Space Clustering in Generative Adversarial Networks, AAAI 2019',
  settings: z.strictObject({ ...harnessSettings, ...recoverySettings }),
  fixedSizes: () => true,
  build(config, context) {
    const k = context.components;
    // The latent keeps the dimension d of the other methods: d - K noise and K code.
    const d = Math.max(1, config.latent - k);
    const prior = new CategoricalPrior({ components: k, noise: d, noiseStd: config.noiseStd });
    const nets = backbone(context.data, config);
    const [generator, critic] = [nets.generator(d + k), nets.critic()];
    const encoder = nets.encoder(d + k, { spectral: false });
    const { loss, inference } = recovery({ config, generator, critic, encoder, noise: d, components: k });
    const latent = (p: PhaseBuilder) => p.latent(prior);

    const generatorPhase = phase('generator', context, (p) => {
      const { loss: lowered, outputs } = loss(latent(p), p);
      return { outputs, descend: [{ loss: lowered, networks: [generator, encoder], by: adam(config) }] };
    });
    return {
      networks: [generator, critic, encoder],
      prior,
      phases: [criticPhase({ config, context, generator, critic, latent }), generatorPhase],
      firstMoment: config.beta1 > 0,
      inference,
    };
  },
});
