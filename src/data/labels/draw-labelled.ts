/** @file Which rows keep their labels where few are to have one. */
import type { Stream } from '../../math/random.js';

/**
 * How many rows of each class are drawn, n in all: the same number of each, as far as it has so many, and one more of the first
 * classes where n does not divide.
 *
 * @param counts rows of each class; n is at most their sum
 */
export function balancedCounts(counts: ArrayLike<number>, n: number): number[] {
  const drawn = new Array<number>(counts.length).fill(0);
  for (let left = n; left > 0; ) {
    for (let k = 0; k < counts.length && left > 0; k++) {
      if (drawn[k]! >= counts[k]!) continue;
      drawn[k]! += 1;
      left--;
    }
  }
  return drawn;
}

/** n rows, of each class as many as {@link balancedCounts} says, at random. */
export function balancedRows(
  labels: Int32Array,
  counts: ArrayLike<number>,
  n: number,
  stream: Stream,
): Set<number> {
  const rows = Array.from(counts, (): number[] => []);
  labels.forEach((label, row) => {
    rows[label]!.push(row);
  });
  const drawn = balancedCounts(counts, n);
  return new Set(
    rows.flatMap((own, k) => Array.from(stream.fork(k).choice(own.length, drawn[k]!), (at) => own[at]!)),
  );
}
