/**
 * @file CD-GAN (contrastive disentanglement) in SLOGAN's harness: z = (z_n, z_c), z_n ~ N(0, I), one-hot z_c ~ Cat(1/K); an
 * encoder maps a sample to z_n' and to a unit vector f, and samples of one code are to be alike in f.
 *
 *   L_D = adversarial + penalty;
 *   L_G = -mean D(x_g) + beta_1 L_c + beta_2 mean (z_n - z_n')^2;    L_E = L_c + (beta_2 / beta_1) mean (z_n - z_n')^2,
 *
 * L_c being the supervised contrastive loss of x_g and of a second view of it, with the codes as labels. E descends in a phase
 * of its own, on its own batch, while G stays. The second view is a random resized crop; where data are no images, noise.
 *
 * Its clusters are those of k-means on f. Data are assigned by the cosine of f and the prototypes of the codes, which are
 * sums of f over generated samples of each code, of which old ones fade (not in the paper).
 * Source: Pan et al. 2021; SLOGAN, section 4 (as a baseline, with the same networks and rates).
 */
import { z } from 'zod';
import { usageError } from '../errors.js';
import { concat, type Tensor } from '../graph/tensor.js';
import { critiqueOf } from '../method/critique.js';
import { adam, criticPhase, generatorLoss, harnessSettings } from '../method/harness.js';
import { croppedView, jitteredView } from '../method/image-views.js';
import { type BuildContext, defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { backbone } from '../nets/index.js';
import { zeros } from '../nn/initializers.js';
import type { Layer } from '../nn/layer.js';
import { meanSquaredError, unitRows } from '../nn/losses.js';
import { Network } from '../nn/network.js';
import { type Parameter, parameter } from '../nn/parameter.js';
import { supervisedContrastive } from '../nn/supervised-contrastive.js';
import { CategoricalPrior } from '../prior/categorical.js';

/** What is left of the prototypes after a step. */
const KEPT = 0.99;

const settings = z.strictObject({
  ...harnessSettings,
  contrastWeight: z
    .number()
    .positive()
    .default(1)
    .describe("weight of the contrastive loss in the generator's (beta_1)"),
  noiseWeight: z.number().min(0).default(0).describe('weight of recovering the noise z_n (beta_2)'),
  contrastTemperature: z.number().positive().default(0.07).describe('temperature of the contrastive loss'),
  features: z.int().min(1).default(128).describe('dimension of f, which is compared'),
  encoderBatch: z
    .int()
    .min(2)
    .optional()
    .describe("samples of an encoder's step (default: the batch of the run)"),
  generatorEvery: z.int().min(1).default(1).describe('steps of the critic for each of generator and encoder'),
  cropScale: z.number().positive().max(1).default(0.8).describe('least share of an image that a crop has'),
  mirror: z.boolean().default(false).describe('whether half of the crops are mirrored'),
  jitter: z.boolean().default(false).describe('whether the colours of crops are changed'),
  viewNoise: z
    .number()
    .min(0)
    .default(0)
    .describe('for data that are no images: standard deviation of the noise that makes the second view'),
  viewGradient: z
    .boolean()
    .default(false)
    .describe('whether the generator descends through the second view too'),
});
type Settings = z.output<typeof settings>;

export const cdgan = defineMethod({
  name: 'cdgan',
  title: 'CD-GAN',
  source:
    'Pan et al., Contrastive Disentanglement in Generative Adversarial Networks, 2021, as a baseline of SLOGAN',
  settings,
  fixedSizes: () => true,
  build(config, context) {
    const k = context.components;
    // The latent keeps the dimension d of the other methods: d - K noise and K code.
    const d = Math.max(1, config.latent - k);
    const prior = new CategoricalPrior({ components: k, noise: d });
    const nets = backbone(context.data, config);
    const [generator, critic] = [nets.generator(d + k), nets.critic()];
    const prototypes = parameter('encoder/prototypes', [k, config.features], zeros);
    const encoder = remembering(nets.encoder(d + config.features, { spectral: false }), prototypes);
    const latent = (p: PhaseBuilder) => p.latent(prior);
    const secondView = viewOf(config, context);
    const featuresOf = (encoded: Tensor) => unitRows(encoded.slice(1, d, d + config.features));

    /** L_c and the error of the noise, for samples of latents, and f of the first view. */
    const compared = (p: PhaseBuilder, z: Tensor, generated: Tensor) => {
      const n = generated.shape[0] as number;
      const second = secondView(p, config.viewGradient ? generated : generated.detach());
      const encoded = encoder.train(concat([generated, second], 0));
      const [code, f] = [z.slice(1, d, d + k), featuresOf(encoded)];
      return {
        contrast: supervisedContrastive(f, concat([code, code], 0), config.contrastTemperature),
        noise: meanSquaredError(z.slice(1, 0, d), encoded.slice(0, 0, n).slice(1, 0, d)),
        seen: code.matmul(f.slice(0, 0, n), { transposeA: true }),
      };
    };

    const every = { every: config.generatorEvery };
    const generatorPhase = phase(
      'generator',
      context,
      (p) => {
        const z = latent(p);
        const generated = generator.train(z, p.statistics);
        const adversarial = generatorLoss(config, critic.train(generated)).mean();
        const { contrast, noise } = compared(p, z, generated);
        const loss = adversarial.add(contrast.mul(config.contrastWeight)).add(noise.mul(config.noiseWeight));
        return {
          outputs: { generator: adversarial, contrast, noise },
          descend: [{ loss, networks: [generator], by: adam(config) }],
        };
      },
      every,
    );
    const own = { ...context, batch: config.encoderBatch ?? context.batch };
    const encoderPhase = phase(
      'encoder',
      own,
      (p) => {
        const z = latent(p);
        const { contrast, noise, seen } = compared(p, z, generator.train(z));
        const loss = contrast.add(noise.mul(config.noiseWeight / config.contrastWeight));
        return {
          outputs: { encoder: loss },
          descend: [{ loss, networks: [encoder], by: adam(config) }],
          assign: new Map([[prototypes.name, prototypes.tensor.mul(KEPT).add(seen)]]),
        };
      },
      every,
    );

    return {
      networks: [generator, critic, encoder],
      prior,
      phases: [criticPhase({ config, context, generator, critic, latent }), generatorPhase, encoderPhase],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (z) => generator.eval(z),
        features: (samples) => featuresOf(encoder.eval(samples)),
        protocol: 'kmeans-encoder',
        assign: (samples) =>
          featuresOf(encoder.eval(samples))
            .matmul(unitRows(prototypes.tensor), { transposeB: true })
            .mul(1 / config.contrastTemperature)
            .softmax(),
        critique: critiqueOf(config, critic),
      },
    };
  },
});

/** The network with a tensor that training assigns: it is saved with the network, and no optimizer moves it. */
function remembering(network: Network, tensor: Parameter): Network {
  const memory: Layer = { parameters: [], buffers: [tensor], projected: [], apply: (x) => x };
  return new Network(network.name, [memory, ...network.layers]);
}

/** How the second view of samples is made. @throws a usage error where data are no images and no noise is asked for. */
function viewOf(config: Settings, { data }: BuildContext): (p: PhaseBuilder, x: Tensor) => Tensor {
  const { cropScale, mirror, jitter, viewNoise } = config;
  if (data.shape.length === 3) {
    return (p, x) => {
      const crop = croppedView(p, 'crop', x, { scale: [cropScale, 1], mirror });
      return jitter ? recoloured(p, crop, data.range === 'signed') : crop;
    };
  }
  if (viewNoise === 0) {
    throw usageError(
      'CD-GAN compares crops of images, and these data are none; give images, or compare rows with noise instead by --set viewNoise=0.1.',
    );
  }
  return (p, x) => x.add(p.noise('view', x.shape as number[], 'normal').mul(viewNoise));
}

/** Colour jitter with the factors of the paper's CIFAR, without hue; values of [-1, 1] are read as [0, 1]. */
function recoloured(p: PhaseBuilder, x: Tensor, signed: boolean): Tensor {
  const options = { brightness: 0.3, contrast: 0.3, saturation: 0.3, share: 0.8, grey: 0.1 };
  const unit = signed ? x.add(1).mul(0.5) : x;
  const changed = jitteredView(p, 'colours', unit, options);
  return signed ? changed.mul(2).sub(1) : changed;
}
