/** @file How many groups there are, by the merge curves of the data and of its subsamples. */
import { type MergeCurve, partsOf, sizesOf } from '../cluster/merge-curve.js';

/** Merges weaker than this are borders between groups. These three were set on the sets that docs/RESULTS.md names. */
export const CLEAR = 0.15;
/** So are merges weaker than this, if those before were stronger by the factor of {@link GAP}. */
const NEARLY_CLEAR = 0.25;
const GAP = 2.2;

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

/** A merge curve, and the rows that a group has at least. */
export interface CountedCurve {
  readonly curve: MergeCurve;
  readonly smallest: number;
}

/** The number of groups by the curve of all rows and those of subsamples. */
export function countOf(whole: CountedCurve, parts: readonly CountedCurve[]): GroupCount {
  const all = [whole, ...parts].map(clearGroups);
  const times = (k: number) => all.filter((other) => other === k).length;
  const likely = [...all].sort(
    (a, b) => times(b) - times(a) || Number(b === all[0]) - Number(a === all[0]) || a - b,
  )[0]!;
  const gap = gapAt(whole.curve, clearParts(whole.curve));
  return { likely, least: Math.min(...all), most: Math.max(...all), all, gap };
}

/** The groups between which every border is clear: parts of fewer than `smallest` rows are none. */
export function clearGroups({ curve, smallest }: CountedCurve): number {
  const sizes = sizesOf(partsOf(curve, clearParts(curve)));
  return Math.max(1, sizes.filter((size) => size >= smallest).length);
}

/**
 * The parts that are left where the next merge is weaker than 0.15. More are left where all later merges are weaker than
 * 0.25 and the last one before them was at least 2.2 times as strong as the strongest of them: a clear step of the curve.
 */
export function clearParts({ cells, merges }: MergeCurve): number {
  const fewest = cells.parts - merges.length;
  const left = (done: number) => merges[done]?.parts ?? fewest;
  const stop = merges.findIndex(({ strength }) => strength < CLEAR);
  const plain = left(stop === -1 ? merges.length : stop);
  for (let done = 1; done <= merges.length && left(done) > plain; done++) {
    const later = merges.slice(done).reduce((most, { strength }) => Math.max(most, strength), 0);
    if (later < NEARLY_CLEAR && merges[done - 1]!.strength >= GAP * later) return left(done);
  }
  return plain;
}

/** Strength of the last merge that leaves `parts` parts over that of the next one. */
function gapAt({ merges }: MergeCurve, parts: number): number {
  const into = merges.filter((merge) => merge.parts > parts).at(-1)?.strength ?? Number.POSITIVE_INFINITY;
  const next = merges.find((merge) => merge.parts === parts)?.strength ?? 0;
  return into / next;
}
