/**
 * @file GM-GAN, unsupervised: the latent is a mixture of K Gaussians of equal, fixed sizes.
 *
 *   static:   z ~ N(mu_k, s^2 I), mu_k ~ U[-c, c]^d drawn once;
 *   dynamic:  z = A_k e + mu_k, e ~ N(0, I), where A_k and mu_k are trained with G by back-propagation.
 *   L_D = -mean log D(x) - mean log (1 - D(G(z)));   L_G = -mean log D(G(z)).
 *
 * Clustering is Algorithm 2: from step N on the generator stays as it is, and a classifier learns from its samples which
 * Gaussian they were drawn from; a datum is of the Gaussian that the classifier gives it to. The paper keeps M samples a
 * Gaussian; here samples are drawn anew at every step.
 * Source: Ben-Yosef and Weinshall 2018, sections 2 and 4. It does not publish hyper-parameters: c = 0.1 and s = 0.15 are those
 * of re-implementations, and the networks are those that all methods have here.
 */
import { z } from 'zod';
import { usageError } from '../errors.js';
import { constantAdam } from '../method/constant-adam.js';
import { critiqueOf } from '../method/critique.js';
import { adam, criticPhase, generatorLoss, harnessSettings } from '../method/harness.js';
import { type BuildContext, defineMethod } from '../method/method.js';
import { type PhaseBuilder, phase } from '../method/phase.js';
import { backbone } from '../nets/index.js';
import { scaledIdentities, uniform } from '../nn/initializers.js';
import { crossEntropy } from '../nn/losses.js';
import { UniformMixture } from '../prior/uniform-mixture.js';
import { type DrawnLatents, LearnedMixture, oneHot } from './mixture/learned-mixture.js';

/** Part of the run after which the classifier learns. */
const GAN_SHARE = 0.8;

/** The same setting with another default. */
function instead<Schema extends z.ZodType>(
  setting: z.ZodDefault<Schema>,
  value: z.output<Schema> & z.core.util.NoUndefined<z.output<Schema>>,
): z.ZodDefault<Schema> {
  return setting
    .unwrap()
    .default(value)
    .meta(setting.meta() ?? {});
}

const settings = z.strictObject({
  ...harnessSettings,
  latent: instead(harnessSettings.latent, 100),
  critic: instead(harnessSettings.critic, 'non-saturating'),
  penalty: instead(harnessSettings.penalty, 'none'),
  learningRate: instead(harnessSettings.learningRate, 2e-4),
  criticRate: instead(harnessSettings.criticRate, 1),
  beta1: instead(harnessSettings.beta1, 0.5),
  beta2: instead(harnessSettings.beta2, 0.999),
  variant: z
    .enum(['static', 'dynamic'])
    .default('static')
    .describe('static: Gaussians stay as they are drawn; dynamic: means and factors are trained'),
  meanRange: z.number().positive().default(0.1).describe('range c of the initial means, U[-c, c]'),
  sigma: z.number().positive().default(0.15).describe('initial spread of every Gaussian'),
  sigmaReads: z
    .enum(['deviation', 'variance'])
    .default('deviation')
    .describe('what sigma is: the standard deviation, as most code has it, or the variance, as printed'),
  classifierFrom: z
    .int()
    .min(1)
    .optional()
    .describe(
      'step from which the generator stays as it is and the classifier learns from its samples (default: after four fifths of the steps)',
    ),
  classifierRate: z.number().positive().default(1e-3).describe("Adam's rate of the classifier"),
});

type GmganSettings = z.output<typeof settings>;

export const gmgan = defineMethod({
  name: 'gmgan',
  title: 'GM-GAN',
  source:
    'Ben-Yosef and Weinshall, Gaussian Mixture Generative Adversarial Networks for Diverse Datasets, and the Unsupervised Clustering of Images, 2018',
  settings,
  turns: (config, steps) => ({ classifierFrom: turnAt(config, steps) }),
  fixedSizes: () => true,
  build(config, context) {
    const nets = backbone(context.data, config);
    const [generator, critic] = [nets.generator(config.latent), nets.critic()];
    const classifier = nets.encoder(context.components, { spectral: false, name: 'classifier' });
    const { prior, learned, latents } = mixtureOf(config, context);
    const last = classifierStart(config, context);

    const generatorPhase = phase(
      'generator',
      context,
      (p) => {
        const scores = critic.train(generator.train(latents(p).latent, p.statistics));
        const loss = generatorLoss(config, scores).mean();
        const networks = [generator, ...(learned ? [learned.network] : [])];
        return { outputs: { generator: loss }, descend: [{ loss, networks, by: adam(config) }] };
      },
      { to: last },
    );

    const classifierPhase = phase(
      'classifier',
      context,
      (p) => {
        const { latent, code } = latents(p);
        const loss = crossEntropy(code(), classifier.train(generator.eval(latent))).mean();
        // Its rate stays: its steps are the last ones, at which the others' rates have nearly ended.
        const by = constantAdam({ learningRate: config.classifierRate, beta1: 0.9, beta2: 0.999 });
        return { outputs: { classifier: loss }, descend: [{ loss, networks: [classifier], by }] };
      },
      { from: last },
    );

    const latent = (p: PhaseBuilder) => latents(p).latent;
    return {
      networks: [generator, critic, classifier, ...(learned ? [learned.network] : [])],
      prior,
      ...(learned && { learnedPrior: learned }),
      phases: [
        criticPhase({ config, context, generator, critic, latent, options: { to: last } }),
        generatorPhase,
        classifierPhase,
      ],
      firstMoment: true,
      inference: {
        generate: (z) => generator.eval(z),
        features: (samples) => critic.features(samples),
        protocol: 'kmeans-critic',
        assign: (samples) => classifier.eval(samples).softmax(),
        assignsAfter: last,
        critique: critiqueOf(config, critic),
      },
      ...(learned && {
        // A_k that becomes singular has given up a dimension of its samples.
        diagnostics: () => ({ logCondition: Math.log10(Math.max(...prior.conditions())) }),
      }),
    };
  },
});

/** Where latents come from. */
interface GmganMixture {
  readonly prior: UniformMixture;
  /** Where the Gaussians are trained. */
  readonly learned?: LearnedMixture;
  /** Declares fresh latents of a phase. */
  latents(p: PhaseBuilder): DrawnLatents;
}

function mixtureOf(config: GmganSettings, { components, batch, stream }: BuildContext): GmganMixture {
  const { latent: dim, meanRange } = config;
  const deviation = config.sigmaReads === 'variance' ? Math.sqrt(config.sigma) : config.sigma;
  if (config.variant === 'dynamic') {
    const start = { means: uniform(meanRange), factors: scaledIdentities(dim, deviation) };
    const learned = new LearnedMixture({ components, dim, ...start, diagonal: false });
    return { prior: learned.prior, learned, latents: (p) => learned.latent(p, batch) };
  }
  const means = stream.fork('prior').uniforms(new Float64Array(components * dim));
  const prior = new UniformMixture({
    components,
    means: means.map((u) => meanRange * (2 * u - 1)),
    factors: new Float64Array(components * dim).fill(deviation),
  });
  return {
    prior,
    latents(p) {
      const drawn = p.draw((step) => prior.sample(batch, step.stream.fork('latent')));
      const latent = p.feed('latent', [batch, dim], (step) => drawn(step).z);
      return { latent, code: () => oneHot(p, drawn, batch, components) };
    },
  };
}

/** The step N from which the classifier learns in a run of so many steps. */
function turnAt({ classifierFrom }: GmganSettings, steps: number): number {
  return classifierFrom ?? Math.max(1, Math.floor(GAN_SHARE * steps));
}

/** {@link turnAt} of the run. @throws a usage error where the run ends before it */
function classifierStart(config: GmganSettings, { steps, horizon }: BuildContext): number {
  const start = turnAt(config, steps ?? horizon);
  if (steps === undefined || start < steps || steps === 1) return start;
  throw usageError(
    `The classifier of GM-GAN begins at step ${start}, but the run has ${steps} steps; give a smaller --set classifierFrom, or more --steps.`,
  );
}
