/** @file The contrastive loss by which SLOGAN's encoder learns from images and changed copies of them. */
import { identity, type Tensor } from '../graph/tensor.js';
import { unitRows } from './losses.js';

/** What is added to a similarity that does not count. */
const NEVER = -1e4;

/** Which similarities the denominator has: all but the own one, as in SLOGAN's code, or all, as in its eq. 68. */
export type SimclrForm = 'code' | 'paper';

/**
 * mean_i -log [ e^{s_ii} / sum_j e^{s_ij} ], s_ij = cos(e_i, e'_j), a scalar: j runs over all other samples (code) or over
 * all (paper). There is neither a temperature nor a scale.
 *
 * @param encoded e of the samples, [B, d]
 * @param augmented e' of the samples after random changes, [B, d]
 * Source: SLOGAN, eq. 68, after Chen et al. 2020.
 */
export function simclrLoss(encoded: Tensor, augmented: Tensor, form: SimclrForm): Tensor {
  const count = encoded.shape[0] as number;
  const [first, second] = [unitRows(encoded), unitRows(augmented)];
  const similar = first.matmul(second, { transposeB: true });
  const own = first.mul(second).sum([1], true);
  const counted = form === 'code' ? similar.add(identity(count).mul(NEVER)) : similar;
  return counted.logSumExp().sub(own).mean();
}
