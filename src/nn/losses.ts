/** @file Losses that several methods share. "High = real": a critic gives larger values to real data. */
import { grad } from '../graph/grad.js';
import type { Tensor } from '../graph/tensor.js';

/** Wasserstein critic loss: mean D(x_g) - mean D(x). */
export function wassersteinCritic(fake: Tensor, real: Tensor): Tensor {
  return fake.mean().sub(real.mean());
}

/** Hinge critic loss: mean max(0, 1 - D(x)) + mean max(0, 1 + D(x_g)). */
export function hingeCritic(fake: Tensor, real: Tensor): Tensor {
  return real.neg().add(1).relu().mean().add(fake.add(1).relu().mean());
}

/** Per-sample norms of the critic's gradient in its input, [n]; differentiable again. */
function gradientNorms(critic: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const [gradient] = grad(critic(x).sum(), [x]);
  const axes = x.shape.map((_, axis) => axis).slice(1);
  return gradient!.square().sum(axes).add(1e-12).sqrt();
}

/**
 * One-sided Lipschitz penalty (WGAN-LP): mean max(0, |grad D(x_hat)| - 1)^2, with x_hat = e x_g + (1 - e) x and one
 * e ~ U(0, 1) a sample. Source: Petzka et al. 2018; SLOGAN's appendix.
 */
export function lipschitzPenalty(critic: (x: Tensor) => Tensor, interpolated: Tensor): Tensor {
  return gradientNorms(critic, interpolated).sub(1).relu().square().mean();
}

/** Two-sided gradient penalty (WGAN-GP): mean (|grad D(x_hat)| - 1)^2. Source: Gulrajani et al. 2017. */
export function gradientPenalty(critic: (x: Tensor) => Tensor, interpolated: Tensor): Tensor {
  return gradientNorms(critic, interpolated).sub(1).square().mean();
}

/** e a + (1 - e) b, with one mixing factor a sample: e of shape [n, 1]. */
export function interpolate(e: Tensor, a: Tensor, b: Tensor): Tensor {
  const factor = e.reshape([e.shape[0]!, ...a.shape.slice(1).map(() => 1)]);
  return b.add(factor.mul(a.sub(b)));
}

/** Cross-entropy of target probabilities with softmax(logits), a value a row: [n, k] -> [n, 1]. */
export function crossEntropy(target: Tensor, logits: Tensor): Tensor {
  return logits.logSumExp().sub(target.mul(logits).sum([-1], true));
}

/** Rows divided by their Euclidean norm. */
export function unitRows(x: Tensor): Tensor {
  return x.div(x.square().sum([-1], true).add(1e-12).sqrt());
}
