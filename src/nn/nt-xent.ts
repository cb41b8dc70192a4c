/** @file NT-Xent: two views of a sample are to be more alike than views of different samples. */
import { concat, identity, type Tensor } from '../graph/tensor.js';
import { unitRows } from './losses.js';

/** What is added to the similarity of a view with itself, so that it does not count. */
const NEVER = -1e4;

/**
 * The normalised temperature-scaled cross-entropy of B pairs of views, a scalar:
 *
 *   L = mean_i -log [ e^{s_{i,j(i)}} / sum_{k != i} e^{s_ik} ],   s_ik = cos(z_i, z_k) / T,
 *
 * i over all 2B views and j(i) the other view of the same sample. There is no term for the sizes of groups.
 *
 * @param a projections of the first views, [B, d]
 * @param b of the second views of the same samples, [B, d]
 * @param temperature T
 * Source: Chen, Kornblith, Norouzi and Hinton, "A simple framework for contrastive learning of visual representations"
 * (SimCLR), 2020, equation 1.
 */
export function ntXent(a: Tensor, b: Tensor, temperature: number): Tensor {
  const count = 2 * (a.shape[0] as number);
  const [first, second] = [unitRows(a), unitRows(b)];
  const views = concat([first, second], 0);
  const similar = views.matmul(views, { transposeB: true }).mul(1 / temperature);
  const others = similar.add(identity(count).mul(NEVER));
  const own = first
    .mul(second)
    .sum([1], true)
    .mul(1 / temperature);
  return others
    .logSumExp()
    .sub(concat([own, own], 0))
    .mean();
}
