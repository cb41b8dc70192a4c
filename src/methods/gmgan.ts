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
import { crossEntropy } from '../nn/losses.js';
import { fixedOrLearnedMixture, gaussianSettings, withDefault } from './mixture/gaussian-latents.js';

/** Part of the run after which the classifier learns. */
const GAN_SHARE = 0.8;

const settings = z.strictObject({
  ...harnessSettings,
  ...gaussianSettings,
  critic: withDefault(harnessSettings.critic, 'non-saturating'),
  penalty: withDefault(harnessSettings.penalty, 'none'),
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
    const { prior, learned, latents } = fixedOrLearnedMixture(config, context);
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
