/** @file The supervised contrastive loss: features of one label are to be alike, those of different labels not. */
import { identity, type Tensor } from '../graph/tensor.js';

/** What is added to the similarity of a view with itself, so that it does not count. */
const NEVER = -1e4;

/**
 * The supervised contrastive loss of n views, a scalar:
 *
 *   L = mean_a -(1 / |P(a)|) sum_{p in P(a)} log [ e^{f_a f_p / T} / sum_{j != a} e^{f_a f_j / T} ],
 *
 * P(a) being the other views with the label of a. No view is compared with itself.
 *
 * @param features unit vectors, [n, d]
 * @param codes one-hot labels, [n, K]; each label that occurs does so twice or more
 * @param temperature T
 * Source: Khosla et al., "Supervised contrastive learning", 2020, equation 2 (L_out).
 */
export function supervisedContrastive(features: Tensor, codes: Tensor, temperature: number): Tensor {
  const self = identity(features.shape[0] as number);
  const similar = features.matmul(features, { transposeB: true }).mul(1 / temperature);
  const alike = codes.matmul(codes, { transposeB: true }).sub(self);
  const towards = similar
    .mul(alike)
    .sum([1], true)
    .div(alike.sum([1], true));
  return similar.add(self.mul(NEVER)).logSumExp().sub(towards).mean();
}
