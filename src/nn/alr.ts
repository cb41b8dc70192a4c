/** @file Adversarial Lipschitz regularisation: a critic's slope along the direction in which it changes most. */
import { grad } from '../graph/grad.js';
import type { Tensor } from '../graph/tensor.js';

/** What is drawn for {@link adversarialLipschitz}. */
export interface AlrDraws {
  /** U[0, 1) a sample, [n, 1]. */
  readonly magnitude: Tensor;
  /** U[0, 1) a value, of the shape of the samples. */
  readonly direction: Tensor;
}

/** How far the power iteration looks along a direction (xi). */
const PROBE = 10;
/** Interval of the lengths of perturbations (epsilon). */
const [SHORTEST, LONGEST] = [0.1, 10];
/** Least norm that is divided by. */
const LEAST = 1e-10;

/**
 * Mean over samples S of max(0, |D(S) - D(S')| / |S - S'| - 1)^2, S' = clip(S + e r): e ~ U(0.1, 10), and the unit direction
 * r = grad_d mean |D(S) - D(clip(S + 10 d))| at a random unit d, which is one step of the power iteration. Lengths are of
 * what is left after clipping, all in units of data in [-1, 1], and r is a constant of the loss, whose gradient goes through
 * D(S) and D(S'). A sample whose perturbations are clipped in every place has r = 0, and counts 0.
 *
 * @param critic [n, ...shape] -> [n, 1]
 * @param bounds the interval of the data, which is stretched to [-1, 1]
 * Source: Terjek, "Adversarial Lipschitz Regularization", ICLR 2020, with the constants of SLOGAN's code.
 */
export function adversarialLipschitz(
  critic: (x: Tensor) => Tensor,
  samples: Tensor,
  { magnitude, direction }: AlrDraws,
  [low, high]: readonly [low: number, high: number],
): Tensor {
  const count = samples.shape[0] as number;
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  const isSigned = middle === 0 && half === 1;
  const judged = (x: Tensor) => critic(isSigned ? x : x.mul(half).add(middle));
  const constant = isSigned
    ? samples.detach()
    : samples
        .detach()
        .sub(middle)
        .mul(1 / half);
  const start = unit(direction.sub(0.5));
  const scores = critic(samples.detach());
  const probed = judged(clipped(constant.add(start.mul(PROBE))));
  const [steepest] = grad(absolute(scores.detach().sub(probed)).mean(), [start]);
  const length = magnitude.mul(LONGEST - SHORTEST).add(SHORTEST);
  const moved = perImage(length, samples).mul(unit(steepest!.detach()));
  const perturbed = clipped(constant.add(moved)).detach();
  const distance = norms(constant.sub(perturbed)).maximum(LEAST);
  const slopes = absolute(scores.sub(judged(perturbed)))
    .reshape([count])
    .div(distance);
  return slopes.sub(1).relu().square().mean();
}

function absolute(x: Tensor): Tensor {
  return x.relu().add(x.neg().relu());
}

/** x cut off at -1 and 1; no gradient where it is. */
function clipped(x: Tensor): Tensor {
  return x.maximum(-1).neg().maximum(-1).neg();
}

/** |x| of every sample, [n]. */
function norms(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis).slice(1);
  return x.square().sum(axes).sqrt();
}

/** x / max(|x|, 1e-10), sample by sample. */
function unit(x: Tensor): Tensor {
  return x.div(perImage(norms(x).maximum(LEAST), x));
}

function perImage(values: Tensor, like: Tensor): Tensor {
  return values.reshape([like.shape[0]!, ...like.shape.slice(1).map(() => 1)]);
}
