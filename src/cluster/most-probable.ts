/** @file The most probable group of each row. */

/** The column of the largest of every row of an n x K table; of equal ones the first. */
export function mostProbable(probabilities: ArrayLike<number>, groups: number): Int32Array {
  const out = new Int32Array(probabilities.length / groups);
  for (let i = 0; i < out.length; i++) {
    let best = 0;
    for (let c = 1; c < groups; c++) {
      if (probabilities[i * groups + c]! > probabilities[i * groups + best]!) best = c;
    }
    out[i] = best;
  }
  return out;
}
