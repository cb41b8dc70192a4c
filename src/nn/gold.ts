/**
 * @file GOLD: how far a conditional model lies from the data at a sample x of class c, by the two heads of an AC-GAN.
 *
 *   generated x:  d(x, c) = logit D_G(x) + s log D_C(c|x)
 *   real x:       d(x, c) = logit D_G(x) - s log D_C(c|x)
 *
 * With s = 1 and heads that are optimal, d is log p_data(x, c) - log p_g(x, c): above 0 the model makes too few such
 * samples, below 0 too many. The balanced form d_bal has s = sigma_G / sigma_C, the spread of the first term over that of
 * the second, over generated samples.
 * Source: Mo et al., Mining GOLD Samples for Conditional GANs, NeurIPS 2019, section 3.
 */
import { scalar, type Tensor } from '../graph/tensor.js';

/** Where a sample comes from, which decides the sign of its conditional term. */
export type GoldSide = 'generated' | 'real';

/** What is added to a probability of D_C before its logarithm, as the authors' code does: no term is below -13.8. */
export const GOLD_FLOOR = 1e-6;

/** The least |x| whose power is taken: the logarithm of 0 would be no number. */
const LEAST = 1e-30;

/** Rules for weights below 0, which turn the gradient of their samples around. */
export const GOLD_CLAMPS = ['none', 'zero', 'absolute'] as const;

/** One of {@link GOLD_CLAMPS}. */
export type GoldClamp = (typeof GOLD_CLAMPS)[number];

/** The two terms of d, a value a sample. */
export interface GoldTerms {
  /** logit D_G(x) = log D_G(x) / (1 - D_G(x)), the critic's score as it is, [n, 1]. */
  readonly marginal: Tensor;
  /** log D_C(c|x), [n, 1]. */
  readonly conditional: Tensor;
}

/**
 * log (D_C(c|x) + floor), [n, 1].
 *
 * @param code one-hot classes c, [n, K]
 * @param probabilities D_C(.|x), [n, K]
 * @param floor what is added to a probability (default {@link GOLD_FLOOR})
 */
export function goldConditional(code: Tensor, probabilities: Tensor, floor = GOLD_FLOOR): Tensor {
  return probabilities.mul(code).sum([1], true).add(floor).log();
}

/** d(x, c) of samples of one side, [n, 1]; `scale` is s, 1 for d itself and {@link goldScale} for d_bal. */
export function goldGap(side: GoldSide, { marginal, conditional }: GoldTerms, scale = 1): Tensor {
  const scaled = scale === 1 ? conditional : conditional.mul(scale);
  return side === 'generated' ? marginal.add(scaled) : marginal.sub(scaled);
}

/** d(x, c) of n samples from numbers: logits of D_G, and logarithms of D_C(c|x); as {@link goldGap}. */
export function goldGaps(
  side: GoldSide,
  marginal: ArrayLike<number>,
  conditional: ArrayLike<number>,
  scale = 1,
): Float64Array {
  const sign = side === 'generated' ? scale : -scale;
  return Float64Array.from({ length: marginal.length }, (_, i) => marginal[i]! + sign * conditional[i]!);
}

/**
 * s = sigma_G / sigma_C of the balanced form, over n generated samples: the standard deviation of the marginal term over
 * that of the conditional one (the paper), or over its root mean square (the authors' code, and the default).
 * It is 1 where the conditional term is the same for all, and so tells nothing.
 */
export function goldScale(
  marginal: ArrayLike<number>,
  conditional: ArrayLike<number>,
  spread: 'rms' | 'std' = 'rms',
): number {
  const below = Math.sqrt(meanSquare(conditional, spread === 'rms' ? 0 : meanOf(conditional)));
  return below > 0 ? Math.sqrt(meanSquare(marginal, meanOf(marginal))) / below : 1;
}

/** The signed power: |x|^beta for x >= 0, -|x|^beta for x < 0. Any shape. */
export function signedPower(x: Tensor, beta: number): Tensor {
  if (beta === 1) return x;
  const size = x.maximum(x.neg());
  const power = size.maximum(LEAST).log().mul(beta).exp();
  return scalar(0).greater(x).select(power.neg(), power);
}

/**
 * The weights of generated samples in the critic's losses, w = d(G(z, c), c)^beta with the signed power, [n, 1]; they are
 * constants of the loss. `clamp`: `none` keeps weights below 0, as the authors do, `zero` has max(0, w), `absolute` |w|.
 */
export function goldWeights(gap: Tensor, beta: number, clamp: GoldClamp = 'none'): Tensor {
  const weight = signedPower(gap.detach(), beta);
  if (clamp === 'none') return weight;
  return clamp === 'zero' ? weight.relu() : weight.maximum(weight.neg());
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Mean squared distance from a value. */
function meanSquare(values: ArrayLike<number>, from: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - from) ** 2;
  return sum / values.length;
}
