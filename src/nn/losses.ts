/** @file Losses that several methods share. "High = real": a critic gives larger values to real data. */
import type { Tensor } from '../graph/tensor.js';

/** An adversarial game: what the critic descends, and what the generator does. Scores are D's outputs, [n, 1]. */
export interface AdversarialLoss {
  /** The critic's loss, a scalar, from its scores of generated and of real samples. */
  critic(fake: Tensor, real: Tensor): Tensor;
  /** The generator's loss of every sample, shaped as the scores. */
  generator(fake: Tensor): Tensor;
  /** Whether the losses' gradients stay the same when a constant is added to all scores. */
  readonly shiftInvariant: boolean;
  /**
   * Whether the best critic is log p_data(x) - log p_g(x). The scores of the others only order samples: they have no level
   * or no unit of their own.
   */
  readonly densityRatio: boolean;
}

/** -mean log(1 - sigmoid D(x_g)) - mean log sigmoid D(x): binary cross-entropy with the logits D. */
function binaryCrossEntropy(fake: Tensor, real: Tensor): Tensor {
  return fake.softplus().mean().add(real.neg().softplus().mean());
}

/**
 * The adversarial losses by name, for a critic D, generated samples x_g and real ones x.
 *
 * - `wasserstein`: critic mean D(x_g) - mean D(x), generator -D(x_g). Source: Arjovsky et al. 2017.
 * - `hinge`: critic mean max(0, 1 - D(x)) + mean max(0, 1 + D(x_g)), generator -D(x_g). Source: Lim and Ye 2017.
 * - `bce`: critic the binary cross-entropy of the logits D, generator log(1 - sigmoid D(x_g)), which saturates.
 *   Source: Goodfellow et al. 2014.
 * - `non-saturating`: the same critic, generator -log sigmoid D(x_g). Source: Goodfellow et al. 2014, section 3.
 */
export const adversarialLosses = {
  wasserstein: {
    critic: (fake, real) => fake.mean().sub(real.mean()),
    generator: (fake) => fake.neg(),
    shiftInvariant: true,
    densityRatio: false,
  },
  hinge: {
    critic: (fake, real) => real.neg().add(1).relu().mean().add(fake.add(1).relu().mean()),
    generator: (fake) => fake.neg(),
    shiftInvariant: false,
    densityRatio: false,
  },
  bce: {
    critic: binaryCrossEntropy,
    generator: (fake) => fake.softplus().neg(),
    shiftInvariant: false,
    densityRatio: true,
  },
  'non-saturating': {
    critic: binaryCrossEntropy,
    generator: (fake) => fake.neg().softplus(),
    shiftInvariant: false,
    densityRatio: true,
  },
} satisfies Record<string, AdversarialLoss>;

/** Names of {@link adversarialLosses}. */
export type AdversarialName = keyof typeof adversarialLosses;

/**
 * Cross-entropy of target probabilities with softmax(logits), a value a row: -sum_k t_k log softmax(l)_k, [n, k] -> [n, 1].
 */
export function crossEntropy(target: Tensor, logits: Tensor): Tensor {
  return logits.logSumExp().sub(target.mul(logits).sum([-1], true));
}

/** Mean squared error over all elements: mean (a - b)^2. */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  return a.sub(b).square().mean();
}

/** Rows divided by their Euclidean norm. */
export function unitRows(x: Tensor): Tensor {
  return x.div(x.square().sum([-1], true).add(1e-12).sqrt());
}
