/** @file Rows that show what a group is: in its middle, at its border, far out. */
import type { NearestRows } from '../../cluster/nearest-rows.js';
import type { RowFindings } from './findings.js';

/** Rows of each kind. */
const SHOWN = 8;
/** Rows in the middle are at least as sure as this share of their group is. */
const SURE = 0.5;

/** Rows of the data set of one group. No row is in two of the lists. */
export interface TypicalRows {
  readonly exemplars: Uint32Array;
  readonly border: Uint32Array;
  readonly outliers: Uint32Array;
}

/**
 * At most eight rows of each kind, a group:
 *
 * - exemplars: of the surer half of the rows that were looked at, those with the nearest neighbours nearest (smallest mean
 *   distance to the k nearest, averaged over a row and those of them that are in its group), none a neighbour of another;
 * - border: rows with another probable group, the least sure ones;
 * - outliers: the largest local outlier factors, rows that no group explains among them where this group is the most
 *   probable.
 *
 * @param looked rows of the data set that `nearest` is of, ascending
 */
export function typicalRows(
  rows: RowFindings,
  groups: number,
  nearest: NearestRows,
  looked: Uint32Array,
): TypicalRows[] {
  const spread = smoothedSpread(rows.group, nearest, looked);
  const members = membersOf(rows.group, groups);
  const lost = membersOf(
    rows.second.map((second, row) => (rows.group[row] === 0 ? second : 0)),
    groups,
  );
  const places = membersOf(
    Int32Array.from(looked, (row) => rows.group[row]!),
    groups,
  );
  return Array.from({ length: groups }, (_, at) => {
    const exemplars = exemplarsOf(rows.confidence, places[at]!, spread, nearest, looked);
    const taken = new Set(exemplars);
    const free = members[at]!.filter((row) => !taken.has(row));
    const border = first(
      free.filter((row) => rows.second[row] !== 0),
      (row) => rows.confidence[row]!,
    );
    for (const row of border) taken.add(row);
    const outliers = first(
      [...lost[at]!, ...free.filter((row) => !taken.has(row))],
      (row) => -rows.outlier[row]!,
    );
    return {
      exemplars: Uint32Array.from(exemplars),
      border: Uint32Array.from(border),
      outliers: Uint32Array.from(outliers),
    };
  });
}

/** Rows of each group 1..groups, ascending. */
function membersOf(group: Int32Array, groups: number): number[][] {
  const members = Array.from({ length: groups + 1 }, (): number[] => []);
  group.forEach((g, row) => {
    members[g]!.push(row);
  });
  return members.slice(1);
}

/** The rows with the smallest values; the lower row of equal ones. */
function first(rows: readonly number[], by: (row: number) => number): number[] {
  return [...rows].sort((a, b) => by(a) - by(b) || a - b).slice(0, SHOWN);
}

/** Mean distance to the nearest rows, averaged over each row and those of its nearest rows that are in its group. */
function smoothedSpread(
  group: Int32Array,
  { k, index, squared }: NearestRows,
  looked: Uint32Array,
): Float64Array {
  const own = new Float64Array(looked.length);
  squared.forEach((distance, at) => {
    own[Math.floor(at / k)]! += Math.sqrt(distance) / k;
  });
  return own.map((spread, i) => {
    let [sum, count] = [spread, 1];
    for (const j of index.subarray(i * k, i * k + k)) {
      if (group[looked[j]!] !== group[looked[i]!]) continue;
      sum += own[j]!;
      count++;
    }
    return sum / count;
  });
}

/** @param places of the rows of a group, among the rows that were looked at */
function exemplarsOf(
  confidence: Float32Array,
  places: readonly number[],
  spread: Float64Array,
  { k, index }: NearestRows,
  looked: Uint32Array,
): number[] {
  const sure = (i: number) => confidence[looked[i]!]!;
  const least = places.map(sure).sort((a, b) => a - b)[Math.floor(SURE * places.length)] ?? 0;
  const central = places.filter((i) => sure(i) >= least).sort((a, b) => spread[a]! - spread[b]! || a - b);
  const chosen: number[] = [];
  // Neighbours of an exemplar show the same again, and copies of it are among them.
  const shown = new Set<number>();
  for (const i of central) {
    if (chosen.length === SHOWN) break;
    const near = index.subarray(i * k, i * k + k);
    if (shown.has(i) || near.some((j) => chosen.includes(j))) continue;
    chosen.push(i);
    for (const j of near) shown.add(j);
  }
  return chosen.map((i) => looked[i]!);
}
