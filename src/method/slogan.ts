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
import type { ProgramOutputs } from '../engine/engine.js';
import { grad } from '../graph/grad.js';
import { input, type Tensor } from '../graph/tensor.js';
import { backbone } from '../nets/index.js';
import type { Network } from '../nn/network.js';
import { MixturePrior } from '../prior/mixture.js';
import type { LatentBatch } from '../prior/prior.js';
import { simplexMeans } from '../prior/start.js';
import type { GeneratedBatch, GeneratorTerm } from './generator-term.js';
import { adam, criticPhase, generatorLoss, linearDecay, projectionPhases } from './harness.js';
import { type BuildContext, defineMethod, type Model } from './method.js';
import { mixtureConstants } from './mixture-constants.js';
import { type OwnStep, type PhaseBody, type PhaseBuilder, type PhaseOptions, phase } from './phase.js';
import { Relocation } from './relocation.js';
import { type SloganSettings, sloganSettings } from './slogan-settings.js';
import type { Phase } from './step.js';
import { cosines, marginConstants, u2c } from './u2c.js';

/** SLOGAN (Hwang et al. 2022): the latent is a mixture of Gaussians whose means, covariances and sizes are learned. */
export const slogan = defineMethod({
  name: 'slogan',
  title: 'SLOGAN',
  source: 'Hwang et al., Stein Latent Optimization for Generative Adversarial Networks, ICLR 2022',
  settings: sloganSettings,
  build: (config, context) => buildSlogan(config, context),
});

/** SLOGAN's model, with a term of one's own added to the loss of G and E if there is one. */
export function buildSlogan(config: SloganSettings, context: BuildContext, term?: GeneratorTerm): Model {
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
      ...generatorPhases(config, context, { generator, critic, encoder, prior, relocation, term }),
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
}

function startPrior(config: SloganSettings, { components, stream, threads = 1 }: BuildContext): MixturePrior {
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
  readonly term: GeneratorTerm | undefined;
}

/**
 * The generator's phase. With relocation, a second one takes its place while components are drawn to new groups: further
 * terms move the networks alone, and the prior goes on following its own losses.
 */
function generatorPhases(config: SloganSettings, context: BuildContext, parts: Parts): Phase[] {
  const { relocation, term } = parts;
  const own = term ? [term] : [];
  const pulls = (step: number) => relocation.pulls(step);
  const usual = { program: 'generator', when: (step: number) => !pulls(step) };
  const relocating = { program: 'generator with relocation', when: pulls };
  return [
    generatorPhase(config, context, parts, own, usual),
    ...(config.relocate > 0
      ? [generatorPhase(config, context, parts, [...own, relocation.term], relocating)]
      : []),
  ];
}

/** G, E and the prior: one forward pass, updates from the same values. */
function generatorPhase(
  config: SloganSettings,
  context: BuildContext,
  { generator, critic, encoder, prior }: Parts,
  terms: readonly GeneratorTerm[],
  options: PhaseOptions,
): Phase {
  const { batch: b } = context;
  const build = (p: PhaseBuilder): PhaseBody => {
    const drawn = p.draw(({ stream }) => prior.sample(b, stream.fork('latent')));
    const latent = p.feed('latent', [b, config.latent], (step) => drawn(step).z);
    const generated = generator.train(latent, p.statistics);
    const encoded = encoder.train(generated);
    const batch = { latent, components: (step: OwnStep) => drawn(step).component, generated, encoded };

    const adversarial = generatorLoss(config, critic.train(generated)).reshape([b]); // l_adv
    const contrastive = config.lambda > 0 ? contrastiveLoss(p, config, prior, batch) : adversarial.mul(0); // l_U2C
    const lambda = p.schedule('lambda', ({ progress }) => config.lambda * decayTo(config.decayEnd, progress));
    const loss = adversarial.mean().add(contrastive.mean().mul(lambda));
    // g_i = d(sum of the losses) / d z_i = B d(mean loss) / d z_i
    const latentGradient = grad(loss, [latent])[0]!.mul(b);
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
          loss: terms.reduce((sum, term) => sum.add(term(p, batch)), loss),
          networks: config.lambda > 0 ? [generator, encoder] : [generator],
          by: adam(config),
        },
      ],
      prepare: (step) => prior.prepare(drawn(step)),
      finish: (outputs, step) => movePrior(config, prior, drawn(step), outputs, step.progress),
    };
  };
  return phase('generator', context, build, options);
}

/** l_U2C of every sample, and what its schedules feed. */
function contrastiveLoss(
  p: PhaseBuilder,
  { scale, scaleEnd, margin, decayEnd, temperature }: SloganSettings,
  prior: MixturePrior,
  { latent, encoded }: GeneratedBatch,
): Tensor {
  const moving = (end: number) => p.schedule('scale', ({ progress }) => scale + (end - scale) * progress);
  return u2c({
    latent,
    encoded,
    prior: mixtureConstants(p, prior),
    gumbel: p.noise('gumbel', [latent.shape[0] as number, prior.components], 'gumbel'),
    temperature,
    scale: scaleEnd === undefined ? scale : moving(scaleEnd),
    margin: p.feed('margin', [4], ({ progress }) => marginConstants(margin * decayTo(decayEnd, progress))),
  });
}

/** mu, Sigma and rho by their Stein gradients (SLOGAN Theorems 1-3). */
function movePrior(
  config: SloganSettings,
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
