/**
 * @file Discriminator rejection sampling by a gap d of log densities, with a percentile, as the authors' code of GOLD has it:
 *
 *   log P = min(0, d - m),  F = log P - log(1 - P + 1e-6),  keep with probability sigmoid(F - F_p).
 *
 * The code adds 1e-6 to the first P too, which makes candidates equal that lie far below the best; then none of a batch may
 * be preferred. Here they keep their order.
 * Source: Azadi et al., Discriminator Rejection Sampling, ICLR 2019; Mo et al., GOLD, NeurIPS 2019, section 3.2.
 */
import { GOLD_FLOOR } from './gold.js';

/**
 * Probabilities of keeping the candidates of a batch, from their d.
 *
 * @param most m, the largest marginal term that is expected
 * @param p F_p is the p-quantile of F: of a share p of the candidates less than 1/2 is kept
 */
export function keepProbabilities(d: ArrayLike<number>, most: number, p: number): Float64Array {
  const f = Float64Array.from(d, (value) => {
    const logShare = Math.min(0, value - most);
    return logShare - Math.log(1 - Math.exp(logShare) + GOLD_FLOOR);
  });
  const level = quantile(f, p);
  return f.map((value) => 1 / (1 + Math.exp(level - value)));
}

/** The p-quantile of some numbers, interpolated between the two nearest. */
function quantile(values: Float64Array, p: number): number {
  const sorted = values.slice().sort();
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
