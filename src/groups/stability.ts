/** @file How repeatable a division is: agreement between divisions of subsamples. */
import type { Matrix } from '../math/matrix.js';
import { selectRows } from '../math/matrix.js';
import type { Stream } from '../math/random.js';
import { ari } from '../metrics/ari.js';
import type { SubsampleDivision } from './trust/matched-repeats.js';

export type { SubsampleDivision } from './trust/matched-repeats.js';

/** Subsamples of a share of the rows, without replacement. */
export function subsamples(rows: number, count: number, share: number, stream: Stream): Uint32Array[] {
  const size = Math.max(2, Math.round(share * rows));
  return Array.from({ length: count }, (_, s) => stream.fork('subsample', s).choice(rows, size).sort());
}

/** The rows at these indices. */
export function subsampleOf(rows: Matrix, indices: Uint32Array): Matrix {
  return selectRows(rows, indices);
}

/**
 * Mean adjusted Rand index over pairs of subsamples, each on the rows that both have: 1 where every row goes with the same
 * others each time, 0 for chance.
 */
export function meanAgreement(divisions: readonly SubsampleDivision[]): number {
  let [sum, pairs] = [0, 0];
  for (let a = 0; a < divisions.length; a++) {
    for (let b = a + 1; b < divisions.length; b++) {
      sum += agreement(divisions[a]!, divisions[b]!);
      pairs++;
    }
  }
  return pairs === 0 ? 1 : sum / pairs;
}

function agreement(a: SubsampleDivision, b: SubsampleDivision): number {
  const [left, right]: [number[], number[]] = [[], []];
  for (let i = 0, j = 0; i < a.indices.length && j < b.indices.length; ) {
    const difference = a.indices[i]! - b.indices[j]!;
    if (difference === 0) {
      left.push(a.division.part[i]!);
      right.push(b.division.part[j]!);
    }
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return ari(left, right);
}
