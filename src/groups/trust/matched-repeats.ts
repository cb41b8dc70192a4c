/** @file Divisions of subsamples beside that of all rows: which group of the one is which of the other. */
import type { Partition } from '../../cluster/cells.js';
import { maximumWeightAssignment } from '../../cluster/hungarian.js';

/** The division of one subsample. */
export interface SubsampleDivision {
  /** Rows of the whole, ascending. */
  readonly indices: Uint32Array;
  readonly division: Partition;
}

/** The groups 1..K of all rows. */
export interface WholeDivision {
  /** Group of each row; 0 for a row of none. */
  readonly group: Int32Array;
  readonly groups: number;
}

/** The rows of one subsample, by groups of the whole and by parts of its own. */
export interface MatchedRepeat {
  readonly parts: number;
  /** (K + 1) x parts: rows of each group (0 for none) in each part. */
  readonly shared: Float64Array;
  /** The group that each part is matched to; 0 for a part that is left over. */
  readonly groupOfPart: Int32Array;
}

/** Matches the parts of a subsample one to one with groups, so that most of its rows are in matched ones. */
export function matchedRepeat(
  { group, groups }: WholeDivision,
  { indices, division: { part, parts } }: SubsampleDivision,
): MatchedRepeat {
  const shared = new Float64Array((groups + 1) * parts);
  for (let i = 0; i < indices.length; i++) shared[group[indices[i]!]! * parts + part[i]!]! += 1;
  const { columnOfRow } = maximumWeightAssignment(shared.subarray(parts), groups, parts);
  const groupOfPart = new Int32Array(parts);
  columnOfRow.forEach((column, row) => {
    if (column >= 0) groupOfPart[column] = row + 1;
  });
  return { parts, shared, groupOfPart };
}

/** Rows of each group 0..K in a subsample. */
export function groupTotals({ shared, parts }: MatchedRepeat): Float64Array {
  const totals = new Float64Array(shared.length / parts);
  shared.forEach((count, at) => {
    totals[Math.floor(at / parts)]! += count;
  });
  return totals;
}

/** Rows of each part of a subsample. */
export function partTotals({ shared, parts }: MatchedRepeat): Float64Array {
  const totals = new Float64Array(parts);
  shared.forEach((count, at) => {
    totals[at % parts]! += count;
  });
  return totals;
}
