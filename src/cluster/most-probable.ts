/** @file The most probable group of each row. */

/**
 * The column of the largest of every row of an n x K table; of equal ones the first.
 *
 * @param classes the class of each column, K, where several are of one: the column is then the largest one of the class whose
 *   columns have the largest sum
 */
export function mostProbable(
  probabilities: ArrayLike<number>,
  groups: number,
  classes?: ArrayLike<number>,
): Int32Array {
  const out = new Int32Array(probabilities.length / groups);
  const sums = classes ? classSums(probabilities, classes) : probabilities;
  for (let i = 0; i < out.length; i++) {
    const row = i * groups;
    let best = row;
    for (let at = row + 1; at < row + groups; at++) {
      const more = sums[at]! - sums[best]!;
      if (more > 0 || (more === 0 && probabilities[at]! > probabilities[best]!)) best = at;
    }
    out[i] = best - row;
  }
  return out;
}

/** In place of every probability, n x K, the sum of those of its class. */
function classSums(probabilities: ArrayLike<number>, classes: ArrayLike<number>): Float64Array {
  const groups = classes.length;
  const sums = new Float64Array(Math.max(...Array.from(classes)) + 1);
  const out = new Float64Array(probabilities.length);
  for (let row = 0; row < out.length; row += groups) {
    sums.fill(0);
    for (let c = 0; c < groups; c++) sums[classes[c]!]! += probabilities[row + c]!;
    for (let c = 0; c < groups; c++) out[row + c] = sums[classes[c]!]!;
  }
  return out;
}
