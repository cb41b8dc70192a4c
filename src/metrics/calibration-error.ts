/** @file How far probabilities are from how often they are right. */

/** Answers whose confidence lies in one bin. */
export interface ReliabilityBin {
  readonly count: number;
  /** Mean confidence of the answers, 0..1. */
  readonly confidence: number;
  /** Share of them that is right, 0..1. */
  readonly accuracy: number;
}

/** The reliability curve of some answers, and what it comes to. */
export interface Reliability {
  /** Expected calibration error, 0..1. */
  readonly error: number;
  /** Share of all answers that is right. */
  readonly accuracy: number;
  /** The bins that are not empty, ascending. */
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Expected calibration error and its reliability curve: answers are sorted into bins of equal width by their confidence.
 *
 * ECE = sum_b (n_b / n) |accuracy_b - confidence_b|; bin b of m holds confidences in ((b - 1) / m, b / m], the first also
 * 0. It is above 0 by chance: by about 0.01 for 2,000 answers.
 *
 * Source: Guo et al. 2017 (15 bins).
 *
 * @param confidence probability of the answer that was given, one an answer, 0..1
 * @param right whether it is right
 */
export function reliability(
  confidence: ArrayLike<number>,
  right: ArrayLike<number | boolean>,
  bins = 15,
): Reliability {
  const n = confidence.length;
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  let all = 0;
  for (let i = 0; i < n; i++) {
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence[i]! * bins) - 1))]!;
    bin.count++;
    bin.confidence += confidence[i]!;
    if (!right[i]) continue;
    bin.right++;
    all++;
  }
  const error = sums.reduce((sum, bin) => sum + Math.abs(bin.right - bin.confidence), 0) / n;
  return {
    error,
    accuracy: all / n,
    bins: sums
      .filter(({ count }) => count > 0)
      .map((bin) => ({
        count: bin.count,
        confidence: bin.confidence / bin.count,
        accuracy: bin.right / bin.count,
      })),
  };
}
