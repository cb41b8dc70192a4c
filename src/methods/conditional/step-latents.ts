/** @file Latents that two phases of a step share: the one that comes first draws them, the other takes them over. */
import type { StepContext } from '../../method/step.js';
import type { LatentPrior } from '../../prior/prior.js';

type Step = Pick<StepContext, 'step' | 'stream'>;

/** Feeds of n latents of a prior, n x width: `draw` for the first phase of a step, `again` for later ones. */
export function stepLatents(
  prior: LatentPrior,
  n: number,
): Record<'draw' | 'again', (step: Step) => Float64Array> {
  let last: { readonly step: number; readonly z: Float64Array } | undefined;
  return {
    draw({ step, stream }) {
      const { z } = prior.sample(n, stream.fork('latent'));
      last = { step, z };
      return z;
    },
    again({ step }) {
      if (last?.step !== step) throw new Error(`no latents were drawn at step ${step}`);
      return last.z;
    },
  };
}
