/** @file What a critic says of samples, as methods declare it. */
import type { Tensor } from '../graph/tensor.js';
import { type AdversarialName, adversarialLosses } from '../nn/losses.js';
import type { Network } from '../nn/network.js';
import type { Critique } from './method.js';

/** What a critic of one score says, where this adversarial loss has trained it. */
export function critiqueOf(
  { critic: loss }: { readonly critic: AdversarialName },
  critic: Network,
): Critique {
  return critiqueBy(loss, (samples) => critic.eval(samples));
}

/** As {@link critiqueOf}, of a critic that is made of several networks. */
export function critiqueBy(loss: AdversarialName, score: (samples: Tensor) => Tensor): Critique {
  return { score, densityRatio: adversarialLosses[loss].densityRatio };
}
