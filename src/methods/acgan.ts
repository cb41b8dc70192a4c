/**
 * @file AC-GAN, as GOLD trains it: a conditional GAN whose discriminator also tells the class. Labels may be few.
 *
 *   z = [e, c],  e ~ N(0, I),  c one-hot;   D_G = sigmoid(logit), D_C = softmax, two heads on a trunk;
 *   L_D = -mean log D_G(x) - mean w log(1 - D_G(x_g)) + CE(y, D_C(x)) + lambda_c mean w CE(c, D_C(x_g));
 *   L_G = -mean log D_G(x_g) + mean CE(c, D_C(x_g)).
 *
 * CE(y, .) is the mean over the rows that have a label. w = 1, or with `reweight` the weights of GOLD (nn/gold.ts) from
 * half of the training on, constants that D gives the same samples in the same pass. The generator's step sees the latents
 * of D's step.
 *
 * Source: Odena et al., Conditional image synthesis with auxiliary classifier GANs, 2017; Mo et al. 2019 (GOLD) and its
 * published code, with binary cross-entropy where the paper prints + log D_G(x_g).
 */
import { z } from 'zod';
import type { Tensor } from '../graph/tensor.js';
import { constantAdam } from '../method/constant-adam.js';
import { critiqueBy } from '../method/critique.js';
import { defineMethod } from '../method/method.js';
import { type PhaseBuilder, type PhaseOptions, phase } from '../method/phase.js';
import type { LabelledStep } from '../method/step.js';
import { ACGAN_NETWORKS, acganNets } from '../nets/acgan.js';
import { GOLD_CLAMPS, goldConditional, goldGap, goldWeights } from '../nn/gold.js';
import { adversarialLosses, crossEntropy } from '../nn/losses.js';
import { stepLatents } from './conditional/step-latents.js';
import { TrainingClasses } from './conditional/training-classes.js';

const settings = z
  .strictObject({
    network: z
      .enum(ACGAN_NETWORKS)
      .default('auto')
      .describe('networks: grey or colour (convolutions), mlp (fully connected), auto (what suits the data)'),
    units: z.int().min(1).default(512).describe('units of each hidden layer of the mlp'),
    layers: z.int().min(1).default(3).describe('hidden layers of the mlp'),
    noise: z.int().min(1).default(100).describe('dimension of the noise'),
    classes: z
      .enum(['uniform', 'empirical'])
      .default('uniform')
      .describe('how often each class is generated: all alike, or as often as it is labelled'),
    classWeight: z
      .number()
      .min(0)
      .default(0.1)
      .describe('weight of the class of generated samples in the loss of the discriminator (lambda_c)'),
    labelledBatch: z
      .int()
      .min(0)
      .optional()
      .describe(
        'labelled rows that each step draws besides its batch, for the class alone; 0: labels are those of the batch (default: half a batch where a batch has less than one label on average, else 0)',
      ),
    reweight: z
      .enum(['none', 'gold'])
      .default('none')
      .describe('weights of generated samples in the loss of the discriminator: none, or those of GOLD'),
    reweightFrom: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('part of the horizon after which they begin'),
    power: z.number().min(0).default(1).describe('signed power of the weights (beta)'),
    clamp: z
      .enum(GOLD_CLAMPS)
      .default('none')
      .describe('weights below 0: none keeps them, zero makes them 0, absolute takes away their sign'),
    learningRate: z
      .number()
      .positive()
      .default(2e-4)
      .describe('Adam rate of the generator; it does not fall')
      .meta({ lower: true }),
    criticRate: z
      .number()
      .positive()
      .default(1)
      .describe('Adam rate of the discriminator, as a multiple of learningRate'),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's first decay"),
    beta2: z.number().min(0).lt(1).default(0.999).describe("Adam's second decay"),
  })
  .meta({ own: true });

type Builder = PhaseBuilder<LabelledStep>;

export const acgan = defineMethod({
  name: 'acgan',
  title: 'AC-GAN',
  source:
    'Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, ICML 2017, as the base of GOLD (Mo et al., NeurIPS 2019)',
  supervision: 'required',
  fixedSizes: () => true,
  settings,
  build(config, context) {
    const { batch, components: k, horizon } = context;
    const classes = new TrainingClasses({ ...context, ...config, own: config.labelledBatch });
    const { prior } = classes;
    const nets = acganNets(context.data, config);
    const [generator, trunk] = [nets.generator(prior.width), nets.trunk()];
    const [critic, classifier] = [nets.head('critic', 1), nets.head('classifier', k)];
    const discriminator = [trunk, critic, classifier];
    const latents = stepLatents(prior, batch);
    const by = (factor = 1) => constantAdam({ ...config, learningRate: config.learningRate * factor });

    /** Both heads on samples; what the pass draws is named after it. */
    const judge = (p: Builder, pass: string, samples: Tensor, statistics?: Map<string, Tensor>): Judged => {
      const seen = trunk.train(samples, statistics, (name, shape) =>
        p.noise(`${pass}/${name}`, shape, 'uniform'),
      );
      return { score: critic.train(seen), classes: classifier.train(seen) };
    };

    const criticPhase = (reweighted: boolean, options: PhaseOptions = {}) =>
      phase<LabelledStep>(
        'critic',
        context,
        (p) => {
          const latent = p.feed('latent', [batch, prior.width], latents.draw);
          const fakeCode = latent.slice(1, config.noise, prior.width);
          const [ofReal, ofFake] = [new Map<string, Tensor>(), new Map<string, Tensor>()];
          // Batches of real and of generated samples are normalised apart; evaluation is for both alike.
          const real = judge(p, 'real', p.real(), ofReal);
          const fake = judge(p, 'fake', generator.train(latent, p.statistics), ofFake);
          for (const [name, value] of ofReal) p.statistics.set(name, value.add(ofFake.get(name)!).mul(0.5));
          const known = classes.declare(p);
          const labelled = known.samples ? judge(p, 'labelled', known.samples) : real;
          const conditional = goldConditional(fakeCode, fake.classes.softmax());
          const gap = goldGap('generated', { marginal: fake.score, conditional });
          const weights = reweighted ? goldWeights(gap, config.power, config.clamp) : undefined;
          const terms = criticTerms({ real, fake, fakeCode, labelled, ...known, weights });
          const { adversarial, classReal, classFake } = terms;
          return {
            outputs: {
              critic: adversarial,
              classReal,
              classFake,
              criticReal: real.score.mean(),
              criticFake: fake.score.mean(),
              ...(weights && { weight: weights.mean() }),
            },
            descend: [
              {
                loss: adversarial.add(classReal).add(classFake.mul(config.classWeight)),
                networks: discriminator,
                by: by(config.criticRate),
              },
            ],
          };
        },
        options,
      );

    const generatorPhase = phase<LabelledStep>('generator', context, (p) => {
      const latent = p.feed('latent', [batch, prior.width], latents.again);
      const fake = judge(p, 'fake', generator.train(latent, p.statistics));
      const adversarial = adversarialLosses['non-saturating'].generator(fake.score).mean();
      const classLoss = crossEntropy(latent.slice(1, config.noise, prior.width), fake.classes).mean();
      return {
        outputs: { generator: adversarial, class: classLoss },
        descend: [{ loss: adversarial.add(classLoss), networks: [generator], by: by() }],
      };
    });

    const from = Math.round(config.reweightFrom * horizon);
    const criticPhases =
      config.reweight === 'none'
        ? [criticPhase(false)]
        : [
            criticPhase(false, { when: (step) => step < from }),
            criticPhase(true, { when: (step) => step >= from, program: 'critic-reweighted' }),
          ];
    return {
      networks: [generator, ...discriminator],
      prior,
      state: () => prior.state(),
      phases: [...criticPhases, generatorPhase],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (latent) => generator.eval(latent),
        features: (samples) => trunk.eval(samples),
        protocol: 'kmeans-critic',
        assign: (samples) => classifier.eval(trunk.eval(samples)).softmax(),
        critique: critiqueBy('non-saturating', (samples) => critic.eval(trunk.eval(samples))),
        labelClasses: Array.from({ length: k }, (_, c) => c),
        // A classifier of the data knows how often the classes come.
        weighsSizes: true,
      },
    };
  },
});

/** What both heads say of n samples. */
export interface Judged {
  /** logit D_G, [n, 1]. */
  readonly score: Tensor;
  /** Logits of D_C, [n, K]. */
  readonly classes: Tensor;
}

/** What the discriminator's loss is made of, for a batch of B real and B generated samples. */
export interface CriticBatch {
  readonly real: Judged;
  readonly fake: Judged;
  /** One-hot classes of the generated samples, [B, K]. */
  readonly fakeCode: Tensor;
  /** What is said of the samples whose classes are learned: the real ones, or m labelled ones beside them. */
  readonly labelled: Judged;
  /** Their one-hot classes, 0 throughout for one without a label, [B or m, K]. */
  readonly code: Tensor;
  /** 1 for generated samples at the place of a labelled one, else 0, [B, 1]. */
  readonly counted: Tensor;
  /** Weights of the generated samples, [B, 1]; constants (default: all 1). */
  readonly weights?: Tensor | undefined;
}

/**
 * The terms of L_D, scalars: both means of -log D_G, the mean cross-entropy of the labelled samples, and that of the generated
 * samples at places where the batch has a label, as the published code counts them.
 */
export function criticTerms({ real, fake, fakeCode, labelled, code, counted, weights }: CriticBatch): {
  readonly adversarial: Tensor;
  readonly classReal: Tensor;
  readonly classFake: Tensor;
} {
  const weighed = (values: Tensor) => (weights ? values.mul(weights) : values);
  const onFake = weighed(fake.score.softplus()).mean();
  return {
    adversarial: onFake.add(real.score.neg().softplus().mean()),
    classReal: meanWhere(crossEntropy(code, labelled.classes), code.sum([1], true)),
    classFake: meanWhere(weighed(crossEntropy(fakeCode, fake.classes)), counted),
  };
}

/** The mean of values [n, 1] where the mask is 1; 0 where it is nowhere. */
function meanWhere(values: Tensor, mask: Tensor): Tensor {
  return values.mul(mask).sum().div(mask.sum().maximum(1));
}
