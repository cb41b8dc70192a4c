/** @file The energy distance of generated and real samples, group by group. */
import { identity, type Tensor } from '../graph/tensor.js';

/** What is added to a squared distance, so that its root has a gradient where two samples are the same. */
const LEAST = 1e-8;

/** Samples as rows, and the groups that they are in. */
export interface GroupedRows {
  /** [n, D]. */
  readonly rows: Tensor;
  /** 0 or 1, [n, K]; a row that is in no group has zeros alone. */
  readonly groups: Tensor;
}

/**
 * The energy distance of samples g and rows x, within each group and weighed by its samples, without the part that no
 * sample changes; a scalar:
 *
 *   L = (1 / n) sum_c n_c [ 2 mean_{i, j in c} |g_i - x_j| - mean_{i != i' in c} |g_i - g_i'| ],
 *
 * n_c being the samples of group c, and distances being divided by sqrt(D). A group without rows has none, and the second
 * mean is 0 for a single sample. It is least where samples of a group have the distribution of its rows.
 * Source: Szekely and Rizzo, "Energy statistics", 2013; Gneiting and Raftery, "Strictly proper scoring rules", 2007.
 */
export function groupedEnergyDistance(samples: GroupedRows, real: GroupedRows): Tensor {
  const n = samples.rows.shape[0] as number;
  const together = samples.groups.matmul(real.groups, { transposeB: true });
  const peers = samples.groups.matmul(samples.groups, { transposeB: true });
  const others = peers.sub(peers.mul(identity(n)));
  const known = together.sum([1], true).greater(0).select(1, 0);
  const across = meanOf(distances(samples.rows, real.rows), together);
  const within = meanOf(distances(samples.rows, samples.rows), others);
  return across.mul(2).sub(within.mul(known)).mean();
}

/** sum_j w_ij d_ij / sum_j w_ij of each i, 0 where no weight is above 0; [n, 1]. */
function meanOf(distance: Tensor, weights: Tensor): Tensor {
  return distance
    .mul(weights)
    .sum([1], true)
    .div(weights.sum([1], true).maximum(1));
}

/** |a_i - b_j| / sqrt(D), [n, m]. */
function distances(a: Tensor, b: Tensor): Tensor {
  const squares = (rows: Tensor) => rows.square().sum([1], true);
  return squares(a)
    .add(squares(b).transpose([1, 0]))
    .sub(a.matmul(b, { transposeB: true }).mul(2))
    .relu()
    .mul(1 / (a.shape[1] as number))
    .add(LEAST)
    .sqrt();
}
