/** @file How many groups there are, by the merge curves of the data and of its subsamples. */
import { clearParts, type MergeCurve } from '../cluster/merge-curve.js';

/** Merges weaker than this are borders between groups: it was set on the sets that docs/RESULTS.md names, then kept. */
export const CLEAR = 0.15;

/** The number of groups, and how sure it is. */
export interface GroupCount {
  /** The number that most subsamples and the whole have; of equally frequent ones that of the whole, else the smaller. */
  readonly likely: number;
  readonly least: number;
  readonly most: number;
  /** Of the whole, then of each subsample. */
  readonly all: readonly number[];
  /**
   * How clear the number is: the strength of the merge that would follow within groups over that of the weakest border
   * that is crossed next; 2 and more is a clear number. Infinite where no edge crosses the borders.
   */
  readonly gap: number;
}

/** The number of groups by the curve of all rows and those of subsamples. */
export function countOf(whole: MergeCurve, parts: readonly MergeCurve[], least = CLEAR): GroupCount {
  const all = [whole, ...parts].map((curve) => clearParts(curve, least));
  const times = (k: number) => all.filter((other) => other === k).length;
  const likely = [...all].sort(
    (a, b) => times(b) - times(a) || Number(b === all[0]) - Number(a === all[0]) || a - b,
  )[0]!;
  return { likely, least: Math.min(...all), most: Math.max(...all), all, gap: gapAt(whole, likely) };
}

/** Strength of the last merge that leaves `parts` parts over that of the next one. */
function gapAt({ merges }: MergeCurve, parts: number): number {
  const into = merges.filter((merge) => merge.parts > parts).at(-1)?.strength ?? Number.POSITIVE_INFINITY;
  const next = merges.find((merge) => merge.parts === parts)?.strength ?? 0;
  return into / next;
}
