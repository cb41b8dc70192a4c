/**
 * @file The unsupervised conditional contrastive loss U2C of SLOGAN, its Gumbel-softmax prototypes and its margin.
 */
import { identity, input, type Tensor } from '../graph/tensor.js';
import { unitRows } from '../nn/losses.js';

/** The settings of a method that U2C reads. */
export interface U2CSettings {
  /** Dimension d of the latent space. */
  readonly latent: number;
  readonly scale: number;
  /** If given, the scale is fed at every step (input `scale`). */
  readonly scaleEnd?: number | undefined;
  readonly temperature: number;
}

/** Sizes of a batch: B latents, K components. */
export interface BatchSizes {
  readonly batch: number;
  readonly components: number;
}

/** The prior's means as a constant of the graph, [K, d]. */
export function means(
  { components }: Pick<BatchSizes, 'components'>,
  { latent }: Pick<U2CSettings, 'latent'>,
): Tensor {
  return input('prior/means', [components, latent]);
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
 * Unsupervised conditional contrastive loss with margin, one value a sample (SLOGAN eq. 7-9):
 *
 *   C_i = softmax((log r(z_i) + gumbel_i) / tau),  mu_i = C_i mu,  cos_ij = cos(e_i, mu_j),
 *   l_i = -log [ e^{arc(cos_ii)} / ((1/B)(e^{arc(cos_ii)} + sum_{j != i} e^{s cos_ij})) ].
 */
export function u2c(config: U2CSettings, context: BatchSizes, latent: Tensor, encoded: Tensor): Tensor {
  const { batch } = context;
  const gumbel = input('gumbel', [batch, context.components]);
  const code = gumbelSoftmax(logJoint(config, context, latent), gumbel, config.temperature);
  const prototypes = code.matmul(means(context, config));
  const [e, p] = [unitRows(encoded), unitRows(prototypes)];
  const scale = config.scaleEnd === undefined ? config.scale : input('scale', []);
  const negatives = e.matmul(p, { transposeB: true }).mul(scale);
  const positives = angularMargin(e.mul(p).sum([1], true), scale);
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
function logJoint({ latent: d }: U2CSettings, { batch, components: k }: BatchSizes, latent: Tensor): Tensor {
  const weight = input('prior/weight', [k, d, d]).reshape([k * d, d]);
  const whitened = latent.matmul(weight, { transposeB: true }).sub(input('prior/offset', [k * d]));
  const distances = whitened.reshape([batch, k, d]).square().sum([2]);
  return input('prior/constant', [k]).sub(distances.mul(0.5));
}

/** s cos(theta + m) while theta <= pi - m, then s (cos theta - m sin m) (additive angular margin, ArcFace). */
export function angularMargin(cosine: Tensor, scale: Tensor | number): Tensor {
  const constants = input('margin', [4]);
  const [cosM, sinM, slack, threshold] = [0, 1, 2, 3].map((i) => constants.slice(0, i, i + 1));
  const sine = cosine.square().neg().add(1).maximum(1e-10).sqrt();
  const shifted = cosine.mul(cosM!).sub(sine.mul(sinM!));
  return cosine.greater(threshold!).select(shifted, cosine.sub(slack!)).mul(scale);
}
