/**
 * @file JointVAE: a variational autoencoder with continuous and discrete latents, whose information is let in by degrees.
 *
 *   z = [u, c],  u = m(x) + s(x) e,  e ~ N(0, I);   c = softmax((log q(c|x) + gumbel) / tau);
 *   L = mean R(x, G(z)) + gamma |KL_u - C_u(t)| + gamma |KL_c - C_c(t)|,
 *   KL_u = mean sum_j (m_j^2 + s_j^2 - 1 - log s_j^2) / 2,   KL_c = mean sum_k q_k log q_k + log K.
 *
 * R is the cross-entropy of the pixels for data in [0, 1], else the squared error, both summed over a sample. The
 * capacities C(t) rise linearly from 0; C_c ends at log K at most, which is all that a code of K groups can tell. There is
 * no critic. Samples have u ~ N(0, I) and one-hot codes, uniform over K.
 *
 * Source: Dupont, Learning Disentangled Joint Continuous and Discrete Representations, NeurIPS 2018, eq. 7, with the
 * settings for MNIST of its published code. The networks are the backbones of SLOGAN's harness, the encoder without
 * normalisation.
 */
import { z } from 'zod';
import { concat, type Tensor } from '../graph/tensor.js';
import { constantAdam } from '../method/constant-adam.js';
import { defineMethod } from '../method/method.js';
import { phase } from '../method/phase.js';
import { backbone, NETWORKS, NETWORKS_SUMMARY } from '../nets/index.js';
import { CategoricalPrior } from '../prior/categorical.js';

const capacity = (of: string) =>
  z.number().min(0).default(5).describe(`capacity of the ${of} at the end, in nats`);

const settings = z
  .strictObject({
    network: z
      .enum(['auto', ...NETWORKS])
      .default('auto')
      .describe(
        `networks: auto (dcgan for images of 16 or more a side, else mlp-plain), ${NETWORKS_SUMMARY}`,
      ),
    units: z.int().min(1).default(256).describe('units of each hidden layer of the fully connected networks'),
    channels: z.int().min(1).default(128).describe('feature maps of each block of the residual networks'),
    continuous: z.int().min(1).default(10).describe('number of continuous latents'),
    temperature: z.number().positive().default(0.67).describe('Gumbel-softmax temperature (tau)'),
    gamma: z.number().min(0).default(30).describe('weight of the capacities (gamma)'),
    continuousCapacity: capacity('continuous latents (C_z)'),
    discreteCapacity: capacity('code (C_c), log K at most'),
    capacitySteps: z.int().min(1).default(25_000).describe('steps over which the capacities rise'),
    learningRate: z
      .number()
      .positive()
      .default(5e-4)
      .describe('Adam rate of both networks; it does not fall')
      .meta({ lower: true }),
    beta1: z.number().min(0).lt(1).default(0.9).describe("Adam's first decay"),
    beta2: z.number().min(0).lt(1).default(0.999).describe("Adam's second decay"),
  })
  .meta({ own: true });

/** Least side of an image that is looked at by convolutions. */
const CONVOLUTIONAL_SIDE = 16;

export const jointvae = defineMethod({
  name: 'jointvae',
  title: 'JointVAE',
  source: 'Dupont, Learning Disentangled Joint Continuous and Discrete Representations, NeurIPS 2018',
  settings,
  fixedSizes: () => true,
  build(config, context) {
    const { components: k, batch, data } = context;
    const d = config.continuous;
    const prior = new CategoricalPrior({ components: k, noise: d });
    const images = data.shape.length === 3 && Math.min(...data.shape.slice(1)) >= CONVOLUTIONAL_SIDE;
    const network = config.network !== 'auto' ? config.network : images ? 'dcgan' : 'mlp-plain';
    const sizes = { network, units: config.units, channels: config.channels };
    const encoder = backbone(data, sizes).encoder(2 * d + k, { spectral: false });
    // Of values in [0, 1] the decoder gives logits, so that no logarithm of a rounded 0 is taken.
    const logistic = data.range === 'unit';
    const decoder = backbone({ ...data, range: logistic ? 'real' : data.range }, sizes).generator(d + k);
    const parts = (x: Tensor) => {
      const answer = [x.slice(1, 0, d), x.slice(1, d, 2 * d), x.slice(1, 2 * d, 2 * d + k)] as const;
      return { mean: answer[0], logVariance: answer[1], logits: answer[2] };
    };
    const capacities = capacitiesOf(config, k);

    const fit = phase('autoencoder', context, (p) => {
      const real = p.real();
      const { mean, logVariance, logits } = parts(encoder.train(real));
      const noise = p.noise('noise', [batch, d], 'normal');
      const continuous = mean.add(logVariance.mul(0.5).exp().mul(noise));
      const logQ = logits.sub(logits.logSumExp());
      const code = logQ
        .add(p.noise('gumbel', [batch, k], 'gumbel'))
        .mul(1 / config.temperature)
        .softmax();
      const decoded = decoder.train(concat([continuous, code], 1), p.statistics);
      const reconstruction = logistic ? pixelEntropy(real, decoded) : squaredError(real, decoded);
      const divergence = normalDivergence(mean, logVariance);
      const discrete = codeDivergence(logQ);
      const held = (value: Tensor, name: keyof ReturnType<typeof capacities>) => {
        const gap = value.sub(p.schedule(name, ({ step }) => capacities(step)[name]));
        return gap.maximum(gap.neg()).mul(config.gamma);
      };
      const loss = reconstruction.add(held(divergence, 'continuous')).add(held(discrete, 'discrete'));
      return {
        outputs: { reconstruction, continuousKl: divergence, discreteKl: discrete },
        descend: [{ loss, networks: [encoder, decoder], by: constantAdam(config) }],
      };
    });

    return {
      networks: [decoder, encoder],
      prior,
      phases: [fit],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (latents) => (logistic ? decoder.eval(latents).sigmoid() : decoder.eval(latents)),
        features: (samples) => {
          const { mean, logits } = parts(encoder.eval(samples));
          return concat([mean, logits.softmax()], 1);
        },
        protocol: 'kmeans-encoder',
        assign: (samples) => parts(encoder.eval(samples)).logits.softmax(),
      },
    };
  },
});

/** The capacities at a step, in nats: linear from 0 to their ends over `capacitySteps`, that of the code to log K at most. */
export function capacitiesOf(
  config: Pick<z.output<typeof settings>, 'continuousCapacity' | 'discreteCapacity' | 'capacitySteps'>,
  k: number,
): (step: number) => { readonly continuous: number; readonly discrete: number } {
  return (step) => {
    const part = Math.min(1, step / config.capacitySteps);
    return {
      continuous: config.continuousCapacity * part,
      discrete: Math.min(config.discreteCapacity * part, Math.log(k)),
    };
  };
}

/** KL(N(m, s^2) | N(0, 1)), summed over the latents, mean over the batch: m and log s^2 are [n, d]. */
export function normalDivergence(mean: Tensor, logVariance: Tensor): Tensor {
  return mean.square().add(logVariance.exp()).sub(1).sub(logVariance).mul(0.5).sum([1]).mean();
}

/** KL(q | uniform over K) = sum_k q_k log q_k + log K, mean over the batch, from log q [n, K]. */
export function codeDivergence(logQ: Tensor): Tensor {
  return logQ
    .exp()
    .mul(logQ)
    .sum([1])
    .mean()
    .add(Math.log(logQ.shape[1] as number));
}

const axesOf = (x: Tensor) => x.shape.map((_, axis) => axis).slice(1);

/** -sum [x log p + (1 - x) log(1 - p)] over a sample, p = sigmoid(logits), mean over the batch. */
function pixelEntropy(x: Tensor, logits: Tensor): Tensor {
  return logits.softplus().sub(x.mul(logits)).sum(axesOf(x)).mean();
}

/** Sum of (x - y)^2 over a sample, mean over the batch. */
function squaredError(x: Tensor, y: Tensor): Tensor {
  return x.sub(y).square().sum(axesOf(x)).mean();
}
