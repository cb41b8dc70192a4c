/** @file How separate each pair of groups is. */
import { linkedPairs, type SizeReference } from '../../cluster/ball-reference.js';
import type { NeighbourGraph } from '../../cluster/neighbour-graph.js';
import type { PairFinding } from './findings.js';
import { groupTotals, type MatchedRepeat, type WholeDivision } from './matched-repeats.js';

/** Links as strong as within one group; links that are no clear border, and the exchange that then decides. */
const ONE_GROUP = 0.3;
const UNCLEAR = 0.15;
const MUCH_EXCHANGED = 0.05;

/**
 * All pairs of groups, the least separate first: most strongly linked, then most exchanged.
 *
 * The strength is that of the merge curve (link over the reference of balls). Exchanged is the share of the rows of both
 * that a subsample puts on the other side, its parts matched one to one with the groups; the mean over subsamples. Two
 * groups are one continuum where
 *
 *   strength >= 0.3,   or   strength >= 0.15 and exchanged >= 0.05:
 *
 * a cut through one group may come back each time, so strong links alone decide.
 */
export function pairFindings(
  { group, groups }: WholeDivision,
  graph: NeighbourGraph,
  reference: SizeReference,
  repeats: readonly MatchedRepeat[],
): PairFinding[] {
  const strengths = new Map(
    linkedPairs(graph, { part: group, parts: groups + 1 }, reference).map(({ a, b, strength }) => [
      `${a} ${b}`,
      strength,
    ]),
  );
  const pairs: PairFinding[] = [];
  for (let a = 1; a <= groups; a++) {
    for (let b = a + 1; b <= groups; b++) {
      const strength = strengths.get(`${a} ${b}`) ?? 0;
      const exchanged = exchange(repeats, a, b);
      const continuum = strength >= ONE_GROUP || (strength >= UNCLEAR && exchanged >= MUCH_EXCHANGED);
      pairs.push({ groups: [a, b], strength, exchanged, continuum });
    }
  }
  return pairs.sort((x, y) => y.strength - x.strength || y.exchanged - x.exchanged);
}

/** Mean share of the rows of two groups that are in the part of the other one. */
function exchange(repeats: readonly MatchedRepeat[], a: number, b: number): number {
  let [sum, counted] = [0, 0];
  for (const repeat of repeats) {
    const totals = groupTotals(repeat);
    const rows = totals[a]! + totals[b]!;
    if (rows === 0) continue;
    const moved = (from: number, to: number): number => {
      const part = repeat.groupOfPart.indexOf(to);
      return part < 0 ? 0 : repeat.shared[from * repeat.parts + part]!;
    };
    sum += (moved(a, b) + moved(b, a)) / rows;
    counted++;
  }
  return counted === 0 ? 0 : sum / counted;
}
