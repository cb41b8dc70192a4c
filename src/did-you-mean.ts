/** @file "Did you mean": the closest of the known words. */

/**
 * The candidate with the least edit distance to `word` (insertions, deletions, substitutions, swapped
 * neighbours), ignoring case, or nothing if all are further than a third of the word (at least 1).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** ` (did you mean X?)`, or nothing: a part of an error sentence. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : ` (did you mean ${found}?)`;
}

/** Optimal string alignment, row by row; a swap looks back two rows. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min(substituted, previous[j]! + 1, row[j - 1]! + 1);
      row.push(swapped ? Math.min(least, older[j - 2]! + 1) : least);
    }
    [older, previous] = [previous, row];
  }
  return previous[b.length]!;
}
