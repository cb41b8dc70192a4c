/** @file A Gaussian mixture as constants of a graph. */
import type { Tensor } from '../../graph/tensor.js';
import type { PhaseBuilder } from '../../method/phase.js';
import type { MixturePrior } from '../../prior/mixture.js';

/** A Gaussian mixture as constants of a graph, K components in d dimensions; see `MixturePrior.whitening`. */
export interface MixtureConstants {
  /** mu, [K, d]. */
  readonly means: Tensor;
  /** L_c^-1, the inverse Cholesky factors of the covariances, [K, d, d]. */
  readonly weight: Tensor;
  /** L_c^-1 mu_c, [K d]. */
  readonly offset: Tensor;
  /** log pi_c - sum_i log L_c,ii - (d/2) log 2 pi, [K]. */
  readonly constant: Tensor;
}

/** The prior as constants of the loss graph: no gradient reaches its parameters but those of Stein's identities. */
export function mixtureConstants(p: PhaseBuilder, prior: MixturePrior): MixtureConstants {
  const { components: k, dim: d } = prior;
  const whitening = p.draw(() => prior.roundedWhitening());
  return {
    means: p.feed('prior/means', [k, d], () => prior.means),
    weight: p.feed('prior/weight', [k, d, d], (step) => whitening(step).weight),
    offset: p.feed('prior/offset', [k * d], (step) => whitening(step).offset),
    constant: p.feed('prior/constant', [k], (step) => whitening(step).constant),
  };
}
