/** @file How well each group comes back on subsamples. */
import { groupTotals, type MatchedRepeat, partTotals } from './matched-repeats.js';

/**
 * Of every group 1..K the mean over subsamples of its Jaccard similarity with the part that is most similar to it,
 *
 *   max_p |G and P| / |G or P|,   on the rows of the subsample:
 *
 * 1 where its very rows come back, below 0.6 where it dissolves. 1 without subsamples; a subsample without a row of the
 * group does not count.
 *
 * Source: Hennig, "Cluster-wise assessment of cluster stability", 2007.
 *
 * @returns K numbers
 */
export function groupStability(repeats: readonly MatchedRepeat[], groups: number): number[] {
  return Array.from({ length: groups }, (_, at) => {
    const found = repeats.flatMap((repeat) => bestJaccard(repeat, at + 1) ?? []);
    return found.length === 0 ? 1 : found.reduce((sum, x) => sum + x, 0) / found.length;
  });
}

function bestJaccard(repeat: MatchedRepeat, group: number): number | undefined {
  const rows = groupTotals(repeat)[group]!;
  if (rows === 0) return undefined;
  let best = 0;
  partTotals(repeat).forEach((total, part) => {
    const both = repeat.shared[group * repeat.parts + part]!;
    best = Math.max(best, both / (rows + total - both));
  });
  return best;
}
