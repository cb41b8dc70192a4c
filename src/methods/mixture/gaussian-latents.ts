/**
 * @file The latents of GM-GAN, and the settings of both of its forms: K Gaussians of equal, fixed sizes.
 *
 *   static:   z ~ N(mu_k, s^2 I), mu_k ~ U[-c, c]^d drawn once;
 *   dynamic:  z = A_k e + mu_k, e ~ N(0, I), where A_k and mu_k are trained with G by back-propagation.
 *
 * Source: Ben-Yosef and Weinshall 2018, section 2. It does not publish hyper-parameters: c = 0.1 and s = 0.15 are those of
 * re-implementations.
 */
import { z } from 'zod';
import { harnessSettings } from '../../method/harness.js';
import type { BuildContext } from '../../method/method.js';
import type { PhaseBuilder } from '../../method/phase.js';
import type { StepContext } from '../../method/step.js';
import { scaledIdentities, uniform } from '../../nn/initializers.js';
import { UniformMixture } from '../../prior/uniform-mixture.js';
import { type DrawnLatents, LearnedMixture, oneHot } from './learned-mixture.js';

/** The same setting with another default. */
export function withDefault<Schema extends z.ZodType>(
  setting: z.ZodDefault<Schema>,
  value: z.output<Schema> & z.core.util.NoUndefined<z.output<Schema>>,
): z.ZodDefault<Schema> {
  return setting
    .unwrap()
    .default(value)
    .meta(setting.meta() ?? {});
}

/** Settings of both forms. */
export const gaussianSettings = {
  network: harnessSettings.network,
  units: harnessSettings.units,
  channels: harnessSettings.channels,
  latent: withDefault(harnessSettings.latent, 100),
  learningRate: withDefault(harnessSettings.learningRate, 2e-4),
  criticRate: withDefault(harnessSettings.criticRate, 1),
  beta1: withDefault(harnessSettings.beta1, 0.5),
  beta2: withDefault(harnessSettings.beta2, 0.999),
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
};

/** {@link gaussianSettings}, checked. */
export type GaussianSettings = {
  [K in keyof typeof gaussianSettings]: z.output<(typeof gaussianSettings)[K]>;
};

/** Where latents come from. */
export interface GaussianLatents {
  readonly prior: UniformMixture;
  /** Where the Gaussians are trained. */
  readonly learned?: LearnedMixture;
  /** Declares fresh latents of a phase. */
  latents<Step extends StepContext>(p: PhaseBuilder<Step>): DrawnLatents;
}

/** The Gaussians as the variant asks for: fixed ones that are drawn once, or those that back-propagation trains. */
export function fixedOrLearnedMixture(
  config: GaussianSettings,
  { components, batch, stream }: BuildContext,
): GaussianLatents {
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
