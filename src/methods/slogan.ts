/**
 * @file SLOGAN: Stein Latent Optimization for GANs (Hwang et al., ICLR 2022).
 *
 * A step of Algorithm 1, in the order of the authors' code:
 *   1. D: a batch of data, a batch z ~ q, one Adam step on L_D.
 *   2. One forward pass on fresh z ~ q; from the same values, together:
 *      G and E: Adam on mean l_adv + lambda_t mean l_U2C;
 *      mu, Sigma: Stein gradients of l_adv + lambda_t l_U2C;  rho: Stein gradient of l_adv.
 * The prior's parameters are constants of the loss graph: the only way in is z.
 *
 * With probes, a few marked examples of groups (eq. 11), E also learns these, and their loss has a gradient in the means.
 * With a teacher (not in the paper) E is the student, which has learned groups that were found in the data: it stays as it
 * is, U2C moves G and the prior on it, means start at the corners of a simplex, and sizes at the shares of the groups.
 */
import type { ProgramOutputs } from '../engine/engine.js';
import { usageError } from '../errors.js';
import { grad } from '../graph/grad.js';
import type { Tensor } from '../graph/tensor.js';
import { critiqueOf } from '../method/critique.js';
import { adam, criticPhase, generatorLoss, linearDecay, projectionPhases } from '../method/harness.js';
import { type BuildContext, defineMethod, type Model } from '../method/method.js';
import {
  type OwnStep,
  type PhaseBody,
  type PhaseBuilder,
  type PhaseOptions,
  phase,
} from '../method/phase.js';
import type { Lessons } from '../method/stage.js';
import type { Phase } from '../method/step.js';
import { backbone, type DataShape } from '../nets/index.js';
import type { Network } from '../nn/network.js';
import { once } from '../once.js';
import { MixturePrior } from '../prior/mixture.js';
import type { LatentBatch } from '../prior/prior.js';
import { simplexMeans } from '../prior/start.js';
import { anglesOf, contrastiveLoss, decayTo } from './slogan/contrastive.js';
import { type Encoder, encoderOf } from './slogan/encoder.js';
import type { GeneratorTerm } from './slogan/generator-term.js';
import { HeldSizes, normalised } from './slogan/held-sizes.js';
import { encoderTerm } from './slogan/image-contrast.js';
import { mixtureConstants } from './slogan/mixture-constants.js';
import { PLACEMENT_STEPS, placement } from './slogan/placement.js';
import { type ProbeLoss, probeLoss } from './slogan/probe-loss.js';
import { Relocation } from './slogan/relocation.js';
import { type SloganSettings, sloganSettings } from './slogan/slogan-settings.js';
import { pretextStage } from './stages/pretext.js';
import { studentStage } from './stages/student.js';

/** SLOGAN (Hwang et al. 2022): the latent is a mixture of Gaussians whose means, covariances and sizes are learned. */
export const slogan = defineMethod({
  name: 'slogan',
  title: 'SLOGAN',
  source: 'Hwang et al., Stein Latent Optimization for Generative Adversarial Networks, ICLR 2022',
  settings: sloganSettings,
  probes: true,
  lessons: sloganLessons,
  fixedSizes: ({ freeze }) => freeze.includes('mixing'),
  build: (config, context) => buildSlogan(config, context),
});

/** The encoder's lessons: images by their transformations, then the groups. */
function sloganLessons(config: SloganSettings, { shape }: DataShape): Lessons | undefined {
  const { teacher, transformations, pretextSteps, studentSteps } = config;
  if (teacher === 'none') return undefined;
  if (transformations !== 'none' && shape.length !== 3) {
    throw usageError(
      `Transformations (${transformations}) are for images, and these data are none; leave out --set transformations.`,
    );
  }
  const pretext =
    transformations === 'none' || pretextSteps === 0 ? [] : [pretextStage(transformations, pretextSteps)];
  return {
    teacher,
    stages: [...pretext, studentStage(transformations, studentSteps)],
    ...(transformations !== 'none' && { transformations }),
  };
}

/** SLOGAN's model, with a term of one's own added to the loss of G and E if there is one. */
export function buildSlogan(asked: SloganSettings, context: BuildContext, term?: GeneratorTerm): Model {
  if (context.probes && asked.teacher !== 'none') {
    throw usageError(
      'Probes turn the groups of an encoder that is trained, and with groups that are found first it is not; give --set teacher=none.',
    );
  }
  const probes = probeLoss(asked, context);
  // What probes ask for is not for relocation to move.
  const config = probes ? { ...asked, relocate: 0 } : asked;
  requireEqualBatches(config, context);
  const nets = backbone(context.data, config);
  const [generator, critic] = [nets.generator(config.latent), nets.critic()];
  const prior = context.restored
    ? MixturePrior.fromState(context.restored, context.threads)
    : startPrior(config, context);
  const encoder = encoderOf(config, context, prior);
  const relocation = new Relocation({
    ...context,
    prior,
    shape: context.data.shape,
    weight: config.relocate,
    keepMixing: !config.relocateSizes || config.freeze.includes('mixing'),
  });
  const held = heldSizes(config, context, prior);
  const latent = (p: PhaseBuilder) => p.latent(prior);
  return {
    networks: [generator, critic, encoder.network],
    prior,
    state: () => ({ ...prior.state(), ...relocation.state(), ...held?.state() }),
    interventions: [...(config.relocate > 0 ? [relocation] : []), ...(held ? [held] : [])],
    phases: [
      criticPhase({ config, context, generator, critic, latent }),
      ...generatorPhases(config, context, {
        ...{ generator, critic, encoder, prior },
        ...{ relocation, held, probes, term },
      }),
      ...projectionPhases(context, encoder.trained),
    ],
    firstMoment: config.beta1 > 0,
    inference: {
      generate: (z) => generator.eval(z),
      features: encoder.features,
      protocol: 'kmeans-encoder',
      assign: encoder.assign,
      weighsSizes: held !== undefined,
      // What a student has learned, its encoder keeps.
      ...(encoder.trained.length === 0 && { settled: true as const }),
      critique: critiqueOf(config, critic),
      ...(encoder.constants && { constants: encoder.constants }),
    },
    diagnostics() {
      const { min, max } = prior.eigenRange();
      const extremes = { smallestEigenvalue: Math.min(...min), largestEigenvalue: Math.max(...max) };
      return held ? { ...extremes, seenAsOwn: held.agreement } : extremes;
    },
  };
}

/** @throws a usage error where samples are compared with rows one by one, and there are not as many. */
function requireEqualBatches(
  { generatorBatch, teacher, placement: placed, relocate }: SloganSettings,
  { batch }: BuildContext,
): void {
  if (generatorBatch === undefined || generatorBatch === batch) return;
  if (relocate === 0 && (placed === 0 || teacher === 'none')) return;
  throw usageError(
    `With placement or relocation generatorBatch is the batch, ${batch}; leave it out, or give --set placement=0 and --set relocate=0.`,
  );
}

/** The sizes' M-step, where there is a teacher. */
function heldSizes(
  { teacher, holdSizes, freeze }: SloganSettings,
  { restored }: BuildContext,
  prior: MixturePrior,
): HeldSizes | undefined {
  if (teacher === 'none') return undefined;
  const weight = freeze.includes('mixing') ? 0 : holdSizes;
  return new HeldSizes({ prior, weight, restored });
}

function startPrior(config: SloganSettings, context: BuildContext): MixturePrior {
  const { components, stream, threads = 1, teaching } = context;
  const own = stream.fork('prior');
  const apart = config.start === 'simplex' || config.teacher !== 'none';
  const means = apart ? { means: simplexMeans(components, config.latent, config.meanRadius, own) } : {};
  const { latent: dim, meanStd, variance } = config;
  const prior = MixturePrior.create({ components, dim, meanStd, variance, threads, ...means }, own);
  if (teaching && config.teacher !== 'none') prior.setMixing(normalised(teaching.shares));
  return prior;
}

interface Parts {
  readonly generator: Network;
  readonly critic: Network;
  readonly encoder: Encoder;
  readonly prior: MixturePrior;
  readonly relocation: Relocation;
  /** Where there is a teacher. */
  readonly held: HeldSizes | undefined;
  /** Where there are probes. */
  readonly probes: ProbeLoss | undefined;
  readonly term: GeneratorTerm | undefined;
}

/**
 * The generator's phase. While components are placed, or drawn to new groups, another one takes its place: further terms
 * move the networks alone, and the prior goes on following its own losses.
 */
function generatorPhases(config: SloganSettings, context: BuildContext, parts: Parts): Phase[] {
  const { relocation, term, encoder } = parts;
  const own = term ? [term] : [];
  const place = placement(config, context, encoder);
  const places = (step: number) => place !== undefined && step < PLACEMENT_STEPS;
  const pulls = (step: number) => !places(step) && relocation.pulls(step);
  const generatorWith = (more: readonly GeneratorTerm[], options: PhaseOptions) =>
    generatorPhase(config, context, parts, [...own, ...more], options);
  const phases = [generatorWith([], { when: (step) => !places(step) && !pulls(step) })];
  if (config.relocate > 0) {
    phases.push(generatorWith([relocation.term], { program: 'generator with relocation', when: pulls }));
  }
  if (place) phases.push(generatorWith([place], { program: 'generator with placement', when: places }));
  return phases;
}

/** G, E and the prior: one forward pass, updates from the same values. */
function generatorPhase(
  config: SloganSettings,
  context: BuildContext,
  { generator, critic, encoder, prior, held, probes }: Parts,
  terms: readonly GeneratorTerm[],
  options: PhaseOptions,
): Phase {
  const b = config.generatorBatch ?? context.batch;
  const build = (p: PhaseBuilder): PhaseBody => {
    const drawn = p.draw(({ stream }) => prior.sample(b, stream.fork('latent')));
    const latent = p.feed('latent', [b, config.latent], (step) => drawn(step).z);
    const generated = generator.train(latent, p.statistics);
    const constants = mixtureConstants(p, prior);
    const encoded = encoder.encode(generated, constants.means);
    const batch = { latent, components: (step: OwnStep) => drawn(step).component, generated, encoded };

    const adversarial = generatorLoss(config, critic.train(generated)).reshape([b]); // l_adv
    const angles = once(() => anglesOf(p, config));
    const contrastive =
      config.lambda > 0 ? contrastiveLoss(p, config, constants, batch, angles) : adversarial.mul(0); // l_U2C
    const lambda = p.schedule('lambda', ({ progress }) => config.lambda * decayTo(config.decayEnd, progress));
    const loss = adversarial.mean().add(contrastive.mean().mul(lambda));
    // g_i = d(sum of the losses) / d z_i = B d(mean loss) / d z_i
    const latentGradient = grad(loss, [latent])[0]!.mul(b);
    const encode = (samples: Tensor) => encoder.encode(samples, constants.means);
    const probed = probes?.(p, { encode, means: constants.means, ...angles() });
    const own = encoderTerm(p, config, context, encoder, { generated, encoded, encode });
    const shared = terms.reduce(
      (sum, term) => sum.add(term(p, batch)),
      probed ? loss.add(probed.weighted) : loss,
    );
    const by = adam(config);
    const learns = config.lambda > 0 || probed ? encoder.trained : [];
    return {
      outputs: {
        generator: adversarial.mean(),
        ...(own?.simclr && { simclr: own.simclr }),
        u2c: contrastive.mean(),
        adversarial,
        contrastive,
        latentGradient,
        ...(held && { seen: encoder.assign(generated) }),
        ...(probed && { probes: probed.loss, probeMeans: probed.means }),
      },
      // What E learns for itself has no part in the gradient of G.
      descend: own
        ? [
            { loss: shared, networks: [generator], by },
            { loss: shared.add(own.loss), networks: encoder.trained, by },
          ]
        : [{ loss: shared, networks: [generator, ...learns], by }],
      prepare: (step) => prior.prepare(drawn(step)),
      finish(outputs, step) {
        if (outputs.seen) held?.observe(drawn(step).component, outputs.seen);
        movePrior(config, prior, drawn(step), outputs, step.progress, held?.critic);
      },
    };
  };
  return phase('generator', context, build, options);
}

/** mu, Sigma and rho by their Stein gradients (SLOGAN Theorems 1-3). */
function movePrior(
  config: SloganSettings,
  prior: MixturePrior,
  { z: latents, component }: LatentBatch,
  { adversarial, contrastive, latentGradient, probeMeans }: ProgramOutputs,
  progress: number,
  critic = 1,
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
    direct: probeMeans,
    adversarialLoss: mixingLoss,
    lr: { mean: rate * config.meanRate, covariance: rate, mixing: rate * config.mixingRate * critic },
    sigmaLrMult: config.covarianceRate,
    baseline: config.baseline,
    explicit: config.explicit ? component : undefined,
    freeze: Object.fromEntries(config.freeze.map((part) => [part, true])),
  });
}
