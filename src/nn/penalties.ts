/** @file Penalties on the slope of a critic, by name. */
import { usageError } from '../errors.js';
import { grad } from '../graph/grad.js';
import { concat, scalar, type Tensor } from '../graph/tensor.js';
import { adversarialLipschitz } from './alr.js';

/** A critic as a function of samples, [n, ...shape] -> [n, 1]. */
export type CriticFunction = (x: Tensor) => Tensor;

/** What a penalty may look at. Draws are declared only by the penalties that use them. */
export interface PenaltyBatch {
  /** Generated samples, [n, ...shape]. */
  readonly fake: Tensor;
  /** Real samples, [n, ...shape]. */
  readonly real: Tensor;
  /** The interval of the data, where they have one. */
  readonly bounds?: readonly [low: number, high: number] | undefined;
  /** One number of U[0, 1) a sample, [n, 1]. */
  epsilon(): Tensor;
  /** Fresh noise of that name and shape. */
  noise(name: string, shape: readonly number[], kind: 'normal' | 'uniform'): Tensor;
}

/** A penalty of a critic on a batch, a scalar. */
export type Penalty = (critic: CriticFunction, batch: PenaltyBatch) => Tensor;

/**
 * The penalties by name; x_hat = e x_g + (1 - e) x with one e ~ U(0, 1) a sample.
 *
 * - `none`: 0.
 * - `lp`, one-sided (WGAN-LP): mean max(0, |grad D(x_hat)| - 1)^2. Source: Petzka et al. 2018; SLOGAN's appendix.
 * - `gp`, two-sided (WGAN-GP): mean (|grad D(x_hat)| - 1)^2. Source: Gulrajani et al. 2017.
 * - `r1`: mean |grad D(x)|^2 / 2 on real samples. Source: Mescheder et al. 2018, eq. 9, with gamma as the weight.
 * - `alr`: adversarial Lipschitz regularisation on generated and real samples: see {@link adversarialLipschitz}. Only for data of
 *   many values in an interval: it looks 10 away from a sample, and in few dimensions everything there is cut off.
 */
export const penalties = {
  none: () => scalar(0),
  lp: (critic, batch) => slopes(critic, interpolated(batch)).sub(1).relu().square().mean(),
  gp: (critic, batch) => slopes(critic, interpolated(batch)).sub(1).square().mean(),
  r1: (critic, { real }) => squaredSlopes(critic, real).mean().mul(0.5),
  alr: (critic, batch) => adversarial(critic, batch),
} satisfies Record<string, Penalty>;

/** Names of {@link penalties}. */
export type PenaltyName = keyof typeof penalties;

/** Least values of a sample that adversarial Lipschitz regularisation is for. */
const MANY = 64;

/** @throws a usage error for data of few values, or in no interval */
function adversarial(critic: CriticFunction, { fake, real, bounds, noise }: PenaltyBatch): Tensor {
  const samples = concat([fake, real], 0);
  const [count, ...shape] = samples.shape as number[];
  const size = shape.reduce((product, side) => product * side, 1);
  if (!bounds || size < MANY) {
    const what = bounds ? `have ${size} values a sample, and it needs ${MANY}` : 'lie in no interval';
    throw usageError(
      `Adversarial Lipschitz regularisation (penalty=alr) is for images, and these data ${what}; give --set penalty=lp.`,
    );
  }
  const magnitude = noise('alr/magnitude', [count!, 1], 'uniform');
  const direction = noise('alr/direction', [count!, ...shape], 'uniform');
  return adversarialLipschitz(critic, samples, { magnitude, direction }, bounds);
}

/** |grad D(x)|^2 of every sample, [n]; differentiable again. */
function squaredSlopes(critic: CriticFunction, x: Tensor): Tensor {
  const [gradient] = grad(critic(x).sum(), [x]);
  const axes = x.shape.map((_, axis) => axis).slice(1);
  return gradient!.square().sum(axes);
}

/** |grad D(x)| of every sample, [n]; its gradient is finite where the slope is 0. */
function slopes(critic: CriticFunction, x: Tensor): Tensor {
  return squaredSlopes(critic, x).add(1e-12).sqrt();
}

function interpolated({ fake, real, epsilon }: PenaltyBatch): Tensor {
  return interpolate(epsilon(), fake, real);
}

/** e a + (1 - e) b, with one factor a sample: e of shape [n, 1]. */
export function interpolate(e: Tensor, a: Tensor, b: Tensor): Tensor {
  const factor = e.reshape([e.shape[0]!, ...a.shape.slice(1).map(() => 1)]);
  return b.add(factor.mul(a.sub(b)));
}
