/**
 * @file Elastic-InfoGAN: InfoGAN whose class prior is learned, so that groups may have unequal sizes.
 *
 *   z = [e, c],  e ~ N(0, I),  c = softmax((log p + gumbel) / tau),  p = softmax(theta), theta_k = 1 / K at the start;
 *   L_D       = -mean log D(x) - mean log(1 - D(x_g))                        moves the trunk and D's head;
 *   L_{G,Q,p} = -mean log D(x_g) - lambda_1 mean log Q(argmax c | x_g) + terms of invariance   moves G, Q's head and theta.
 *
 * The terms of invariance, on real images x and transformed ones x' (turned and zoomed a little):
 *   2020:   10 NT-Xent(h(x), h(x')), h the 128 hidden features of Q's head, temperature 1;
 *   draft:  lambda_2 mean (1 - cos(q, q')) + lambda_3 mean (H(q) + H(q')), q = Q(x) and q' = Q(x').
 *
 * H(c) is left out: with a learned p it would draw p to equal sizes. Soft codes train; samples have one-hot codes.
 * Source: Ojha, Singh, Hsieh and Lee, Elastic-InfoGAN, NeurIPS 2020 and its published code; its draft of 2019.
 */
import { z } from 'zod';
import { augmented } from '../data/augment.js';
import { ELASTIC_DIGITS, TRANSFORMATIONS, TRANSFORMATIONS_NAMES } from '../data/transformations.js';
import { usageError } from '../errors.js';
import { concat, type Tensor } from '../graph/tensor.js';
import { constantAdam } from '../method/constant-adam.js';
import { critiqueBy } from '../method/critique.js';
import { type BuildContext, defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { infoganNets } from '../nets/infogan.js';
import type { Layer } from '../nn/layer.js';
import { adversarialLosses, crossEntropy, unitRows } from '../nn/losses.js';
import { Network } from '../nn/network.js';
import { ntXent } from '../nn/nt-xent.js';
import { parameter } from '../nn/parameter.js';
import { CategoricalPrior } from '../prior/categorical.js';

const weight = (meaning: string, by: number) => z.number().min(0).default(by).describe(meaning);

const settings = z
  .strictObject({
    variant: z
      .literal([2020, 'draft'])
      .default(2020)
      .describe('terms of invariance: 2020 (NT-Xent, the published code) or draft (L_trans and L_ent, 2019)'),
    classes: z
      .enum(['learned', 'uniform', 'given'])
      .default('learned')
      .describe('class prior: learned by Gumbel-softmax codes, uniform, or the given shares'),
    shares: z
      .union([z.string(), z.array(z.number())])
      .default('')
      .describe('sizes of the groups where classes=given, such as 6300:1585:1407'),
    noise: z.int().min(1).default(62).describe('dimension of the noise'),
    temperature: z.number().positive().default(0.1).describe('Gumbel-softmax temperature (tau)'),
    information: weight('weight of recovering the code (lambda_1)', 1),
    target: z
      .enum(['hard', 'soft'])
      .default('hard')
      .describe('what Q is to recover: the most probable code (published code), or the soft code'),
    contrast: weight('weight of NT-Xent in the variant 2020', 10),
    contrastTemperature: z.number().positive().default(1).describe('temperature of NT-Xent'),
    transformation: weight('weight of L_trans in the draft (lambda_2)', 10),
    entropy: weight('weight of L_ent in the draft (lambda_3)', 1),
    transformations: z
      .enum(['elastic', ...TRANSFORMATIONS_NAMES])
      .default('elastic')
      .describe(
        `what leaves an image as it is: elastic (the publication's), or ${TRANSFORMATIONS_NAMES.join(', ')}`,
      ),
    learningRate: z
      .number()
      .positive()
      .default(2e-4)
      .describe('Adam rate of generator, Q and class prior; it does not fall')
      .meta({ lower: true }),
    criticRate: z
      .number()
      .positive()
      .default(1)
      .describe('Adam rate of trunk and discriminator, as a multiple of learningRate'),
    priorRate: z
      .number()
      .positive()
      .default(1)
      .describe('Adam rate of the class prior, as a multiple of learningRate'),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's first decay"),
    beta2: z.number().min(0).lt(1).default(0.999).describe("Adam's second decay"),
  })
  .meta({ own: true });

type Settings = z.output<typeof settings>;

export const elasticInfogan = defineMethod({
  name: 'elastic-infogan',
  title: 'Elastic-InfoGAN',
  source:
    'Ojha et al., Elastic-InfoGAN: Unsupervised Disentangled Representation Learning in Class-Imbalanced Data, NeurIPS 2020',
  settings,
  fixedSizes: ({ classes }) => classes !== 'learned',
  build(config, context) {
    const k = context.components;
    const nets = infoganNets(context.data, { normalised: true, signed: true });
    const [generator, trunk] = [nets.generator(config.noise + k), nets.trunk('trunk')];
    const [critic, encoder] = [nets.head('critic', 1), nets.deepHead('encoder', k)];
    const { prior, network, latent } = classPrior(config, context);
    const game = adversarialLosses['non-saturating'];
    const adam = (factor = 1) => constantAdam({ ...config, learningRate: config.learningRate * factor });

    const criticPhase = phase('critic', context, (p) => {
      const [fake] = latent(p);
      // Batches of real and of generated images are normalised apart; evaluation is for real ones.
      const onReal = critic.train(trunk.train(p.real(), p.statistics));
      const onFake = critic.train(trunk.train(generator.train(fake, p.statistics)));
      const loss = game.critic(onFake, onReal);
      return {
        outputs: { critic: loss, criticReal: onReal.mean(), criticFake: onFake.mean() },
        descend: [{ loss, networks: [trunk, critic], by: adam(config.criticRate) }],
      };
    });

    const generatorPhase = phase('generator', context, (p) => {
      const [fake, code] = latent(p);
      const seen = trunk.train(generator.train(fake, p.statistics));
      const adversarial = game.generator(critic.train(seen)).mean();
      const target = config.target === 'hard' ? largest(code.detach()) : code;
      const information = crossEntropy(target, encoder.train(seen, p.statistics)).mean();
      const invariance = invarianceTerms(config, context, p, { trunk, encoder });
      const terms = [information.mul(config.information), ...invariance.map((term) => term.weighted)];
      const loss = terms.reduce((sum, term) => sum.add(term), adversarial);
      return {
        outputs: {
          generator: adversarial,
          information,
          ...Object.fromEntries(invariance.map(({ name, value }) => [name, value])),
        },
        descend: [
          { loss, networks: [generator, encoder], by: adam() },
          ...(network ? [{ loss, networks: [network], by: adam(config.priorRate) }] : []),
        ],
      };
    });

    const logits = (samples: Tensor) => encoder.eval(trunk.eval(samples));
    return {
      networks: [generator, trunk, critic, encoder, ...(network ? [network] : [])],
      prior,
      ...(network && {
        learnedPrior: { network, load: (valuesOf) => prior.weigh(softmax(valuesOf(network.parameters[0]!))) },
      }),
      phases: [criticPhase, generatorPhase],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (latents) => generator.eval(latents),
        features: logits,
        protocol: 'kmeans-encoder',
        assign: (samples) => logits(samples).softmax(),
        // Q learns the codes as often as they are drawn.
        weighsSizes: true,
        critique: critiqueBy('non-saturating', (samples) => critic.eval(trunk.eval(samples))),
      },
    };
  },
});

/** The class prior by these settings: the host's, the network of theta if it is learned, and latents with their codes. */
function classPrior(config: Settings, { components: k, batch }: BuildContext) {
  const { noise } = config;
  if (config.classes !== 'given' && config.shares.length > 0) {
    throw usageError(
      `The class prior is ${config.classes}, so shares would change nothing; give --set classes=given too, or leave out --set shares.`,
    );
  }
  const mixing = config.classes === 'given' ? givenShares(config.shares, k) : undefined;
  const prior = new CategoricalPrior({ components: k, noise, ...(mixing && { mixing }) });
  const network = config.classes === 'learned' ? gumbelCodes(k, config.temperature) : undefined;
  const latent = (p: PhaseBuilder): readonly [z: Tensor, code: Tensor] => {
    if (!network) {
      const z = p.latent(prior);
      return [z, z.slice(1, noise, noise + k)];
    }
    const code = network.train(p.noise('gumbel', [batch, k], 'gumbel'));
    return [concat([p.noise('noise', [batch, noise], 'normal'), code], 1), code];
  };
  return { prior, network, latent };
}

/** Gumbel noise [n, K] to soft codes, c = softmax((log softmax(theta) + g) / tau), with theta_k = 1 / K at the start. */
function gumbelCodes(k: number, temperature: number): Network {
  const theta = parameter('prior/theta', [k], (out) => out.fill(1 / k));
  const layer: Layer = {
    parameters: [theta],
    buffers: [],
    projected: [],
    apply: (gumbel) =>
      gumbel
        .add(theta.tensor.sub(theta.tensor.logSumExp()))
        .mul(1 / temperature)
        .softmax(),
  };
  return new Network('prior', [layer]);
}

function softmax(logits: Float32Array): Float64Array {
  const most = Math.max(...logits);
  return Float64Array.from(logits, (value) => Math.exp(value - most));
}

/** 1 where a row is largest, else 0, [n, K]: the maximum of halves that may overlap, until one column is left. */
function largest(code: Tensor): Tensor {
  let most = code;
  for (let width = code.shape[1] as number; width > 1; width = Math.ceil(width / 2)) {
    const half = Math.ceil(width / 2);
    most = most.slice(1, 0, half).maximum(most.slice(1, width - half, width));
  }
  return most.greater(code).select(0, 1);
}

/** A term of the loss by name, its value, and what is added to the loss. */
interface Term {
  readonly name: string;
  readonly value: Tensor;
  readonly weighted: Tensor;
}

/** Terms that draw the answers to an image and to its transformed version together; none where their weights are 0. */
function invarianceTerms(
  config: Settings,
  { batch, data }: BuildContext,
  p: PhaseBuilder,
  { trunk, encoder }: { readonly trunk: Network; readonly encoder: Network },
): Term[] {
  const wanted: readonly (readonly [name: string, weight: number])[] =
    config.variant === 2020
      ? [['contrast', config.contrast]]
      : [
          ['transformation', config.transformation],
          ['entropy', config.entropy],
        ];
  if (wanted.every(([, factor]) => factor === 0)) return [];
  const shape = data.shape as readonly [number, number, number];
  const options = { outside: data.range === 'signed' ? -1 : 0, ...transformationsOf(config) };
  const transformed = p.feed('transformed', [batch, ...shape], (step) =>
    augmented(step.real(), shape, options, step.stream.fork('transformed')),
  );
  const seen = [trunk.train(transformed), trunk.train(p.real())] as const;
  // Real images come last: the running statistics of Q's head are then theirs, which it is to tell.
  const features = () => seen.map((x) => encoder.features(x, 'train', p.statistics)) as [Tensor, Tensor];
  const answers = () => seen.map((x) => encoder.train(x, p.statistics).softmax()) as [Tensor, Tensor];
  const [other, own] = config.variant === 2020 ? features() : answers();
  const values: Record<string, () => Tensor> = {
    contrast: () => ntXent(own, other, config.contrastTemperature),
    transformation: () => unitRows(own).mul(unitRows(other)).sum([1]).mean().neg().add(1),
    entropy: () => entropyOf(own).add(entropyOf(other)),
  };
  return wanted
    .filter(([, factor]) => factor > 0)
    .map(([name, factor]) => {
      const value = values[name]!();
      return { name, value, weighted: value.mul(factor) };
    });
}

function transformationsOf({ transformations }: Settings) {
  return transformations === 'elastic' ? ELASTIC_DIGITS : TRANSFORMATIONS[transformations];
}

/** Mean Shannon entropy of rows of probabilities, in nats. */
function entropyOf(probabilities: Tensor): Tensor {
  return probabilities.mul(probabilities.add(1e-20).log()).sum([1]).mean().neg();
}

/** The sizes of `shares`, K numbers. @throws a usage error where they are not. */
function givenShares(shares: Settings['shares'], k: number): number[] {
  const parts = typeof shares === 'string' ? shares.split(/[:,\s]+/).filter((part) => part !== '') : shares;
  const sizes = parts.map(Number);
  if (
    sizes.length === k &&
    sizes.every((size) => size >= 0 && Number.isFinite(size)) &&
    Math.max(...sizes) > 0
  )
    return sizes;
  throw usageError(
    `With classes=given, shares must be the sizes of the ${k} groups, but it is '${shares}'; give them as --set shares=${Array.from({ length: k }, (_, c) => k - c).join(':')}.`,
  );
}
