/**
 * @file SLOGAN: Stein Latent Optimization for GANs (Hwang et al., ICLR 2022).
 *
 * A step of Algorithm 1, in the order of the authors' code:
 *   1. D: a batch of data, a batch z ~ q, one Adam step on L_D.
 *   2. One forward pass on fresh z ~ q; from the same values, together:
 *      G and E: Adam on mean l_adv + lambda_t mean l_U2C;
 *      mu, Sigma: Stein gradients of l_adv + lambda_t l_U2C;  rho: Stein gradient of l_adv.
 * The prior's parameters are constants of the loss graph: the only way in is z.
 */
import { z } from 'zod';
import type { ProgramOutputs } from '../engine/engine.js';
import { grad } from '../graph/grad.js';
import { input, type Tensor } from '../graph/tensor.js';
import { backbone } from '../nets/index.js';
import type { Network } from '../nn/network.js';
import { MixturePrior } from '../prior/mixture.js';
import type { LatentBatch } from '../prior/prior.js';
import { simplexMeans } from '../prior/start.js';
import {
  adam,
  criticPhase,
  generatorLoss,
  harnessSettings,
  linearDecay,
  projectionPhases,
} from './harness.js';
import { type BuildContext, defineMethod } from './method.js';
import { type OwnStep, type PhaseBuilder, phase } from './phase.js';
import { Relocation } from './relocation.js';
import type { Phase, StepContext } from './step.js';
import { cosines, type MixtureConstants, marginConstants, u2c } from './u2c.js';

const settings = z.strictObject({
  ...harnessSettings,
  lambda: z.number().min(0).default(4).describe('weight of U2C (lambda); 0 leaves it out'),
  scale: z.number().positive().default(4).describe('feature scale s of U2C'),
  scaleEnd: z
    .number()
    .positive()
    .optional()
    .describe('where the feature scale goes linearly, over the schedule (default: it stays)'),
  margin: z.number().min(0).max(Math.PI).default(0.5).describe('angular margin m of U2C'),
  temperature: z.number().positive().default(0.01).describe('Gumbel-softmax temperature (tau)'),
  decayEnd: z
    .number()
    .max(1)
    .default(0)
    .describe('where lambda and margin go linearly: 0 reaches 0 at the end, -4 at a fifth'),
  priorRate: z.number().min(0).default(2e-3).describe('rate of the prior (gamma)'),
  meanRate: z.number().min(0).default(10).describe('rate of the means, as a multiple of priorRate'),
  covarianceRate: z
    .number()
    .min(0)
    .default(2)
    .describe('rate of the covariances, as a multiple of priorRate: 2 as coded, 1 as printed'),
  mixingRate: z.number().min(0).default(1).describe('rate of the mixing logits, as a multiple of priorRate'),
  baseline: z.boolean().default(false).describe("subtract the critic's level from the mixing gradient"),
  start: z
    .enum(['gaussian', 'simplex'])
    .default('gaussian')
    .describe('initial means: N(0, meanStd^2 I), or a simplex of radius meanRadius'),
  meanStd: z.number().positive().default(0.1).describe('standard deviation of the initial means'),
  meanRadius: z
    .number()
    .positive()
    .default(3)
    .describe('distance of the initial means from the origin, for start=simplex'),
  variance: z.number().positive().default(1).describe('initial variance of every component'),
  freeze: z
    .array(z.enum(['means', 'covariances', 'mixing']))
    .default([])
    .describe('parts of the prior that stay as they start (ablation)'),
  explicit: z
    .boolean()
    .default(false)
    .describe('move means and covariances by explicit reparameterisation (ablation)'),
  relocate: z
    .number()
    .min(0)
    .default(0)
    .describe('weight of the relocation of misplaced components (see relocation.ts); 0 leaves it out'),
  relocateSizes: z
    .boolean()
    .default(false)
    .describe(
      'at a relocation, set the sizes to the shares in the graph, instead of leaving them to be learned',
    ),
  mixingSeesU2C: z.boolean().default(false).describe('let U2C move the mixing logits too (ablation)'),
});

type Settings = z.output<typeof settings>;

export const slogan = defineMethod({
  name: 'slogan',
  title: 'SLOGAN',
  source: 'Hwang et al., Stein Latent Optimization for Generative Adversarial Networks, ICLR 2022',
  settings,
  build(config, context) {
    const nets = backbone(context.data, config);
    const [generator, critic, encoder] = [
      nets.generator(config.latent),
      nets.critic(),
      nets.encoder(config.latent),
    ];
    const prior = context.restored
      ? MixturePrior.fromState(context.restored, context.threads)
      : startPrior(config, context);
    const relocation = new Relocation({
      ...context,
      prior,
      shape: context.data.shape,
      weight: config.relocate,
      keepMixing: !config.relocateSizes || config.freeze.includes('mixing'),
    });
    const latent = (p: PhaseBuilder) => p.latent(prior);
    return {
      networks: [generator, critic, encoder],
      prior,
      state: () => ({ ...prior.state(), ...relocation.state() }),
      interventions: config.relocate > 0 ? [relocation] : [],
      phases: [
        criticPhase({ config, context, generator, critic, latent }),
        ...generatorPhases(config, context, { generator, critic, encoder, prior, relocation }),
        ...projectionPhases(context, [encoder]),
      ],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (z) => generator.eval(z),
        features: (samples) => encoder.eval(samples),
        protocol: 'kmeans-encoder',
        // p(c | x) proportional to exp cos(E(x), mu_c)
        assign: (samples) =>
          cosines(encoder.eval(samples), input('prior/means', [context.components, config.latent])).softmax(),
        constants: () => ({ 'prior/means': Float32Array.from(prior.means) }),
      },
      diagnostics() {
        const { min, max } = prior.eigenRange();
        return { smallestEigenvalue: Math.min(...min), largestEigenvalue: Math.max(...max) };
      },
    };
  },
});

function startPrior(config: Settings, { components, stream, threads = 1 }: BuildContext): MixturePrior {
  const own = stream.fork('prior');
  const means =
    config.start === 'simplex'
      ? { means: simplexMeans(components, config.latent, config.meanRadius, own) }
      : {};
  const { latent: dim, meanStd, variance } = config;
  return MixturePrior.create({ components, dim, meanStd, variance, threads, ...means }, own);
}

interface Parts {
  readonly generator: Network;
  readonly critic: Network;
  readonly encoder: Network;
  readonly prior: MixturePrior;
  readonly relocation: Relocation;
}

/** The generator's phase; with relocation, a second one takes its place while components are drawn to new groups. */
function generatorPhases(config: Settings, context: BuildContext, parts: Parts): Phase[] {
  if (config.relocate === 0) return [generatorPhase(config, context, parts, false)];
  return [false, true].map((relocating) => generatorPhase(config, context, parts, relocating));
}

/** G, E and the prior: one forward pass, updates from the same values. */
function generatorPhase(config: Settings, context: BuildContext, parts: Parts, relocating: boolean): Phase {
  const { generator, critic, encoder, prior, relocation } = parts;
  const { batch } = context;
  const build = (p: PhaseBuilder) => {
    const drawn = p.draw(({ stream }) => prior.sample(batch, stream.fork('latent')));
    const latent = p.feed('latent', [batch, config.latent], (step) => drawn(step).z);
    const generated = generator.train(latent, p.statistics);
    const adversarial = generatorLoss(config, critic.train(generated)).reshape([batch]); // l_adv
    const contrastive =
      config.lambda > 0
        ? contrastiveLoss(p, config, context, { prior, latent, encoded: encoder.train(generated) })
        : adversarial.mul(0);
    const lambda = p.schedule('lambda', ({ progress }) => config.lambda * decayTo(config.decayEnd, progress));
    const loss = adversarial.mean().add(contrastive.mean().mul(lambda));
    // g_i = d(sum of the losses) / d z_i = B d(mean loss) / d z_i
    const latentGradient = grad(loss, [latent])[0]!.mul(batch);
    return {
      outputs: {
        generator: adversarial.mean(),
        u2c: contrastive.mean(),
        adversarial,
        contrastive,
        latentGradient,
      },
      descend: [
        {
          // Relocation moves the generator alone; the prior goes on following its own losses.
          loss: relocating ? loss.add(relocation.loss(p, generated, (step) => drawn(step).component)) : loss,
          networks: config.lambda > 0 ? [generator, encoder] : [generator],
          by: adam(config),
        },
      ],
      prepare: (step: OwnStep<StepContext>) => prior.prepare(drawn(step)),
      finish: (outputs: ProgramOutputs, step: OwnStep<StepContext>) =>
        movePrior(config, prior, drawn(step), outputs, step.progress),
    };
  };
  const when = (step: number) => relocation.pulls(step) === relocating;
  return phase('generator', context, build, {
    when,
    program: relocating ? 'generator with relocation' : 'generator',
  });
}

/** l_U2C of every sample, with what its schedules feed. */
function contrastiveLoss(
  p: PhaseBuilder,
  config: Settings,
  { batch, components }: BuildContext,
  {
    prior,
    latent,
    encoded,
  }: { readonly prior: MixturePrior; readonly latent: Tensor; readonly encoded: Tensor },
): Tensor {
  const { scale, scaleEnd } = config;
  return u2c({
    latent,
    encoded,
    prior: mixtureConstants(p, prior),
    gumbel: p.noise('gumbel', [batch, components], 'gumbel'),
    temperature: config.temperature,
    scale:
      scaleEnd === undefined
        ? scale
        : p.schedule('scale', ({ progress }) => scale + (scaleEnd - scale) * progress),
    margin: p.feed('margin', [4], ({ progress }) =>
      marginConstants(config.margin * decayTo(config.decayEnd, progress)),
    ),
  });
}

/** The prior as constants of the loss graph: no gradient reaches its parameters but those of Stein's identities. */
function mixtureConstants(p: PhaseBuilder, prior: MixturePrior): MixtureConstants {
  const { components: k, dim: d } = prior;
  const whitening = p.draw(() => prior.roundedWhitening());
  return {
    means: p.feed('prior/means', [k, d], () => Float32Array.from(prior.means)),
    weight: p.feed('prior/weight', [k, d, d], (step) => whitening(step).weight),
    offset: p.feed('prior/offset', [k * d], (step) => whitening(step).offset),
    constant: p.feed('prior/constant', [k], (step) => whitening(step).constant),
  };
}

/** mu, Sigma and rho by their Stein gradients (SLOGAN Theorems 1-3). */
function movePrior(
  config: Settings,
  prior: MixturePrior,
  { z: latents, component }: LatentBatch,
  { adversarial, contrastive, latentGradient }: ProgramOutputs,
  progress: number,
): void {
  const rate = config.priorRate * linearDecay(progress);
  const lambda = config.lambda * decayTo(config.decayEnd, progress);
  const mixingLoss = config.mixingSeesU2C
    ? adversarial!.map((loss, i) => loss + lambda * contrastive![i]!)
    : adversarial!;
  prior.update({
    z: latents,
    component,
    n: adversarial!.length,
    gradient: latentGradient!,
    adversarialLoss: mixingLoss,
    lr: { mean: rate * config.meanRate, covariance: rate, mixing: rate * config.mixingRate },
    sigmaLrMult: config.covarianceRate,
    baseline: config.baseline,
    explicit: config.explicit ? component : undefined,
    freeze: Object.fromEntries(config.freeze.map((part) => [part, true])),
  });
}

/** max(0, 1 + (end - 1) t / T). */
function decayTo(end: number, progress: number): number {
  return Math.max(0, 1 + (end - 1) * progress);
}
