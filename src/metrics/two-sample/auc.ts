/** @file The area under the ROC curve. */

/**
 * Area under the ROC curve: the chance that a random row of class 1 has a higher score than one of class 0, a tie
 * counting half.
 *
 * (sum of the ranks of class 1 - n1 (n1 + 1) / 2) / (n0 n1), ranks of ties being their mean; NaN where a class is empty.
 *
 * Source: Hanley and McNeil 1982 (the Mann-Whitney statistic).
 *
 * @param scores any numbers; higher speaks for class 1
 * @param positive whether each row is of class 1
 *
 * @example
 * auc([0.1, 0.4, 0.4, 0.9], [0, 0, 1, 1]); // => 0.875
 */
export function auc(scores: ArrayLike<number>, positive: ArrayLike<number | boolean>): number {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => scores[a]! - scores[b]!,
  );
  let [rankSum, n1] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) {
      if (!positive[order[at]!]) continue;
      rankSum += rank;
      n1++;
    }
    start = end;
  }
  return (rankSum - (n1 * (n1 + 1)) / 2) / (n1 * (order.length - n1));
}
