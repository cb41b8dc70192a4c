/** @file Between which limits the share of a group lies. */
import { groupTotals, type MatchedRepeat, partTotals } from './matched-repeats.js';

/** 95 % of a normal distribution lie within so many deviations. */
const DEVIATIONS = 1.96;

/**
 * 95 % interval of the share p of a group: the wider limit of two at either side,
 *
 *   draw:        (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n),   z = 1.96, n rows;
 *   subsamples:  p -+ z s,   s^2 = mean over subsamples of (share of the matched part - share of the group there)^2.
 *
 * A subsample in which no part is matched to the group counts with a share of 0.
 *
 * Source: Wilson 1927 for the draw.
 */
export function sizeInterval(
  share: number,
  rows: number,
  repeats: readonly MatchedRepeat[],
  group: number,
): readonly [number, number] {
  const [least, most] = wilsonInterval(share, rows);
  const spread = DEVIATIONS * Math.sqrt(meanSquare(repeats.map((repeat) => sizeDifference(repeat, group))));
  return [Math.max(0, Math.min(least, share - spread)), Math.min(1, Math.max(most, share + spread))];
}

/** Wilson's 95 % interval of a binomial share of `rows` draws. */
export function wilsonInterval(share: number, rows: number): readonly [number, number] {
  const z = DEVIATIONS ** 2 / rows;
  const middle = (share + z / 2) / (1 + z);
  const half = Math.sqrt(share * (1 - share) * z + z ** 2 / 4) / (1 + z);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

function sizeDifference(repeat: MatchedRepeat, group: number): number {
  const totals = groupTotals(repeat);
  const rows = totals.reduce((sum, total) => sum + total, 0);
  const part = repeat.groupOfPart.indexOf(group);
  return ((part < 0 ? 0 : partTotals(repeat)[part]!) - totals[group]!) / rows;
}

function meanSquare(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, x) => sum + x * x, 0) / values.length;
}
