/** @file U2C in a phase of SLOGAN: its scale and its margin, which follow schedules, and its noise. */
import type { Tensor } from '../../graph/tensor.js';
import type { PhaseBuilder } from '../../method/phase.js';
import type { GeneratedBatch } from './generator-term.js';
import type { MixtureConstants } from './mixture-constants.js';
import type { SloganSettings } from './slogan-settings.js';
import { marginConstants, u2c } from './u2c.js';

/** Scale s and margin m of U2C at a step, which the loss of probes has too. */
export interface Angles {
  readonly scale: Tensor | number;
  /** {@link marginConstants}, [4]. */
  readonly margin: Tensor;
}

/** Declares both. */
export function anglesOf(p: PhaseBuilder, { scale, scaleEnd, margin, decayEnd }: SloganSettings): Angles {
  const moving = (end: number) => p.schedule('scale', ({ progress }) => scale + (end - scale) * progress);
  return {
    scale: scaleEnd === undefined ? scale : moving(scaleEnd),
    margin: p.feed('margin', [4], ({ progress }) => marginConstants(margin * decayTo(decayEnd, progress))),
  };
}

/** l_U2C of every sample, and what its schedules feed. */
export function contrastiveLoss(
  p: PhaseBuilder,
  { temperature }: SloganSettings,
  prior: MixtureConstants,
  { latent, encoded }: GeneratedBatch,
  angles: () => Angles,
): Tensor {
  const gumbel = p.noise('gumbel', [latent.shape[0] as number, prior.constant.shape[0] as number], 'gumbel');
  return u2c({ latent, encoded, prior, gumbel, temperature, ...angles() });
}

/** max(0, 1 + (end - 1) t / T). */
export function decayTo(end: number, progress: number): number {
  return Math.max(0, 1 + (end - 1) * progress);
}
