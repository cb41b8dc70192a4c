/** @file The loss of SCAN: neighbours are to be in one group, and groups to be of equal size. */
import type { Tensor } from '../graph/tensor.js';

/** Least value whose logarithm is taken. */
const LEAST = 1e-8;

/**
 * L = -mean_i log <p_i, p'_i> - w H(mean_i p_i), p = softmax of the logits, H(m) = -sum_k m_k log m_k; a scalar.
 *
 * @param logits of samples, [B, K]
 * @param neighbours logits of a neighbour of each, [B, K]
 * @param entropyWeight w, which draws the sizes of the groups together
 * Source: Van Gansbeke et al., "SCAN: learning to classify images without labels", 2020, equation 2.
 */
export function neighbourConsistency(logits: Tensor, neighbours: Tensor, entropyWeight: number): Tensor {
  const own = logits.softmax();
  const log = (x: Tensor) => x.maximum(LEAST).log();
  const agreement = log(own.mul(neighbours.softmax()).sum([1])).mean();
  const mean = own.mean([0]);
  const entropy = mean.mul(log(mean)).sum().neg();
  return agreement.neg().sub(entropy.mul(entropyWeight));
}
