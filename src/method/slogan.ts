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
import type { ProgramSpec } from '../engine/engine.js';
import { grad } from '../graph/grad.js';
import { input, type Tensor } from '../graph/tensor.js';
import { backbone } from '../nets/index.js';
import { MixturePrior } from '../prior/mixture.js';
import type { LatentBatch } from '../prior/prior.js';
import { simplexMeans } from '../prior/start.js';
import { adam, criticPhase, gradientsOf, harnessSettings, linearDecay, projectionPhases } from './harness.js';
import { type BuildContext, defineMethod, type Phase, type StepContext } from './method.js';
import { Relocation } from './relocation.js';
import { cosines, marginConstants, means, u2c } from './u2c.js';

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
      keepMixing: !config.relocateSizes || config.freeze.includes('mixing'),
    });
    const sample = (n: number, stream: BuildContext['stream']) => prior.sample(n, stream);
    return {
      networks: [generator, critic, encoder],
      prior,
      state: () => ({ ...prior.state(), ...relocation.state() }),
      ...(config.relocate > 0 && { intervention: relocation }),
      phases: [
        criticPhase(config, context, generator, critic, sample, config.latent),
        generatorPhase(config, context, { generator, critic, encoder, prior, relocation }),
        ...projectionPhases([encoder]),
      ],
      firstMoment: config.beta1 > 0,
      inference: {
        generate: (latent) => generator.eval(latent),
        features: (samples) => encoder.eval(samples),
        featureName: 'encoder',
        // p(c | x) proportional to exp cos(E(x), mu_c)
        assign: (samples) => cosines(encoder.eval(samples), means(context, config)).softmax(),
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
  readonly generator: ReturnType<ReturnType<typeof backbone>['generator']>;
  readonly critic: Parts['generator'];
  readonly encoder: Parts['generator'];
  readonly prior: MixturePrior;
  readonly relocation: Relocation;
}

/** G, E and the prior: one forward pass, updates from the same values. */
function generatorPhase(config: Settings, context: BuildContext, parts: Parts): Phase {
  const { generator, critic, encoder, prior, relocation } = parts;
  const { batch, components: k } = context;
  const d = config.latent;
  const latent = input('latent', [batch, d]);
  const statistics = new Map<string, Tensor>();
  const generated = generator.train(latent, statistics);
  const adversarial = critic.train(generated).neg().reshape([batch]); // l_adv = -D(G(z))
  const contrastive =
    config.lambda > 0 ? u2c(config, context, latent, encoder.train(generated)) : adversarial.mul(0);
  const loss = adversarial.mean().add(contrastive.mean().mul(input('lambda', [])));
  // g_i = d(sum of the losses) / d z_i = B d(mean loss) / d z_i
  const latentGradient = grad(loss, [latent])[0]!.mul(batch);
  const program = (name: string, trained: Tensor): ProgramSpec => ({
    name,
    outputs: {
      generator: adversarial.mean(),
      u2c: contrastive.mean(),
      adversarial,
      contrastive,
      latentGradient,
    },
    gradients: gradientsOf(trained, [...generator.parameters, ...encoder.parameters]),
    assignments: statistics,
  });

  let draw: LatentBatch;
  return {
    name: 'generator',
    program: program('generator', loss),
    ...(config.relocate > 0 && {
      exception: {
        // Relocation moves the generator alone, the prior goes on following its own losses: so two gradients.
        program: program('generator with relocation', loss.add(relocation.loss(generated))),
        applies: (step: number) => relocation.pulls(step),
      },
    }),
    feeds({ stream, progress, step }) {
      const own = stream.fork('generator');
      draw = prior.sample(batch, own.fork('latent'));
      const { weight, offset, constant } = prior.roundedWhitening();
      const decay = decayTo(config.decayEnd, progress);
      return {
        latent: Float32Array.from(draw.z),
        lambda: Float32Array.of(config.lambda * decay),
        ...(relocation.pulls(step) &&
          relocation.feeds(draw.component, step, config.relocate, own.fork('relocation'))),
        ...(config.lambda > 0 && {
          'prior/weight': weight,
          'prior/offset': offset,
          'prior/constant': constant,
          'prior/means': Float32Array.from(prior.means),
          gumbel: own.fork('gumbel').gumbels(new Float32Array(batch * k)),
          margin: marginConstants(config.margin * decay),
          ...(config.scaleEnd !== undefined && {
            scale: Float32Array.of(config.scale + (config.scaleEnd - config.scale) * progress),
          }),
        }),
      };
    },
    updates: (step) => [
      adam(config, 'generator', step),
      ...(config.lambda > 0 ? [adam(config, 'encoder', step)] : []),
    ],
    prepare: () => prior.prepare(draw),
    finish: (outputs, step) => movePrior(config, prior, draw, outputs, step),
  };
}

/** mu, Sigma and rho by their Stein gradients (SLOGAN Theorems 1-3). */
function movePrior(
  config: Settings,
  prior: MixturePrior,
  { z: latents, component }: LatentBatch,
  outputs: Readonly<Record<string, Float32Array>>,
  { progress }: StepContext,
): void {
  const rate = config.priorRate * linearDecay(progress);
  const lambda = config.lambda * decayTo(config.decayEnd, progress);
  const { adversarial, contrastive, latentGradient } = outputs;
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
