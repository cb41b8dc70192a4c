/** @file How numbers of findings are said in words. */
import type { GroupFindings } from '../../groups/findings.js';
import { whyOutside } from '../../groups/remarks.js';

/**
 * How stable a group is, by its mean Jaccard similarity with its counterparts on subsamples.
 * Source: Hennig, "Cluster-wise assessment of cluster stability", 2007.
 */
export function stabilityWord(jaccard: number): string {
  if (jaccard >= 0.85) return 'stable';
  if (jaccard >= 0.75) return 'mostly stable';
  return jaccard >= 0.6 ? 'doubtful' : 'unstable';
}

/** What the verdict means for a reader. */
export function verdictWord(verdict: GroupFindings['verdict']): string {
  const words = { good: 'Repeatable', partly: 'Partly repeatable', none: 'No groups to use' } as const;
  return words[verdict];
}

/** "10 groups; all rows and subsamples give 8 to 12". */
export function countWords({
  groups,
  least,
  most,
  given,
  ...more
}: Omit<Parameters<typeof whyOutside>[0], 'given'> & { readonly given: boolean }): string {
  const groupsWord = groups === 1 ? '1 group' : `${groups} groups`;
  const found = least === most ? `${least}` : `${least} to ${most}`;
  return given
    ? `${groupsWord}, as asked for; the merge curve finds ${found}`
    : `${groupsWord}; all rows and subsamples give ${found}${whyOutside({ groups, least, most, given, ...more })}`;
}

/** A number of bytes: "310 MB". */
export function bytes(count: number): string {
  return count < 1e9 ? `${Math.round(count / 1e6)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}
