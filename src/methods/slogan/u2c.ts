/**
 * @file The unsupervised conditional contrastive loss U2C of SLOGAN, its Gumbel-softmax prototypes and its margin.
 */
import { identity, type Tensor } from '../../graph/tensor.js';
import { unitRows } from '../../nn/losses.js';
import type { MixtureConstants } from './mixture-constants.js';

/** What {@link u2c} is computed from: B latents and the encodings of what was generated from them. */
export interface U2CInputs {
  /** z, [B, d]. */
  readonly latent: Tensor;
  /** E(G(z)), [B, d]. */
  readonly encoded: Tensor;
  readonly prior: MixtureConstants;
  /** Gumbel noise, [B, K]. */
  readonly gumbel: Tensor;
  /** Gumbel-softmax temperature tau. */
  readonly temperature: number;
  /** Feature scale s. */
  readonly scale: Tensor | number;
  /** {@link marginConstants} of the margin m, [4]. */
  readonly margin: Tensor;
}

/** cos(a_i, b_j) of all pairs of rows. */
export function cosines(a: Tensor, b: Tensor): Tensor {
  return unitRows(a).matmul(unitRows(b), { transposeB: true });
}

/** cos m, sin m, m sin m and the threshold cos(pi - m), which the additive angular margin reads. */
export function marginConstants(margin: number): Float32Array {
  return Float32Array.of(
    Math.cos(margin),
    Math.sin(margin),
    margin * Math.sin(margin),
    Math.cos(Math.PI - margin),
  );
}

/**
 * Unsupervised conditional contrastive loss with margin, one value a sample, [B] (SLOGAN eq. 7-9):
 *
 *   C_i = softmax((log r(z_i) + gumbel_i) / tau),  mu_i = C_i mu,  cos_ij = cos(e_i, mu_j),
 *   l_i = -log [ e^{arc(cos_ii)} / ((1/B)(e^{arc(cos_ii)} + sum_{j != i} e^{s cos_ij})) ].
 */
export function u2c({ latent, encoded, prior, gumbel, temperature, scale, margin }: U2CInputs): Tensor {
  const batch = encoded.shape[0] as number;
  const prototypes = gumbelSoftmax(logJoint(latent, prior), gumbel, temperature).matmul(prior.means);
  const [e, p] = [unitRows(encoded), unitRows(prototypes)];
  const negatives = e.matmul(p, { transposeB: true }).mul(scale);
  const positives = angularMargin(e.mul(p).sum([1], true), scale, margin);
  const eye = identity(batch);
  const logits = negatives.mul(eye.neg().add(1)).add(eye.mul(positives));
  return logits.logSumExp().sub(positives).sub(Math.log(batch)).reshape([batch]);
}

/** Soft one-hot codes softmax((log p + gumbel) / tau), a row a sample; no straight-through (Jang et al. 2017). */
export function gumbelSoftmax(logits: Tensor, gumbel: Tensor, temperature: number): Tensor {
  return logits
    .add(gumbel)
    .mul(1 / temperature)
    .softmax();
}

/** log pi_c N(z; mu_c, Sigma_c) of every latent and component, [B, K]; its softmax are the responsibilities. */
export function logJoint(latent: Tensor, { weight, offset, constant }: MixtureConstants): Tensor {
  const [batch, d] = latent.shape as [number, number];
  const k = constant.shape[0] as number;
  const whitened = latent.matmul(weight.reshape([k * d, d]), { transposeB: true }).sub(offset);
  const distances = whitened.reshape([batch, k, d]).square().sum([2]);
  return constant.sub(distances.mul(0.5));
}

/**
 * s cos(theta + m) while theta <= pi - m, then s (cos theta - m sin m), with `margin` the {@link marginConstants} of m.
 * Source: additive angular margin, Deng et al. 2019 (ArcFace).
 */
export function angularMargin(cosine: Tensor, scale: Tensor | number, margin: Tensor): Tensor {
  const [cosM, sinM, slack, threshold] = [0, 1, 2, 3].map((i) => margin.slice(0, i, i + 1));
  const sine = cosine.square().neg().add(1).maximum(1e-10).sqrt();
  const shifted = cosine.mul(cosM!).sub(sine.mul(sinM!));
  return cosine.greater(threshold!).select(shifted, cosine.sub(slack!)).mul(scale);
}
