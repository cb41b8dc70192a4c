/** @file What is found in a data set without training: its groups, how sure they are, and all that a report shows of them. */
import type { GroupCount } from './count.js';
import type { AppearanceFinding, GroupFinding, PairFinding, RowFindings, Verdict } from './trust/findings.js';

export type { AppearanceFinding, GroupFinding, PairFinding, RowFindings } from './trust/findings.js';

/** Everything that `findGroups` tells. Groups are numbered 1..K, the largest first. */
export interface GroupFindings {
  readonly data: FindingsData;
  /** What matters most, one plain sentence each, the first one first: whether these groups are to be used at all. */
  readonly headline: readonly string[];
  readonly verdict: Verdict;
  readonly groups: readonly GroupFinding[];
  readonly count: CountFinding;
  readonly choice: ChoiceFinding;
  /** Every view divided in every way, the chosen one first, then by score; those of one group, which always come back, last. */
  readonly tried: readonly TriedDivision[];
  /** Mean adjusted Rand index of the chosen division between subsamples and seeds. */
  readonly stability: number;
  /** Pairs of groups, the least separate first. */
  readonly pairs: readonly PairFinding[];
  /** For images: how much of plain differences the groups explain, the most explained first. */
  readonly appearance: readonly AppearanceFinding[];
  /** Of every row of the data set, in its order. */
  readonly rows: RowFindings;
  /** Rows of the data set that the graph was made of, ascending; all of them where they are few enough. */
  readonly looked: Uint32Array;
  /** Places of the rows of {@link looked} on a map, 2 each; near rows are near on it, lengths and angles mean nothing. */
  readonly map: Float32Array;
  /** Wall and CPU seconds, and the peak of resident memory in bytes. */
  readonly cost: { readonly seconds: number; readonly cpuSeconds: number; readonly memory: number };
}

/** What was looked at. */
export interface FindingsData {
  readonly name: string;
  readonly source: string;
  readonly kind: 'image' | 'points' | 'table';
  readonly shape: readonly number[];
  readonly count: number;
  readonly fingerprint: string;
}

/** How many groups there are. */
export interface CountFinding extends Pick<GroupCount, 'least' | 'most' | 'all' | 'gap'> {
  readonly groups: number;
  /** Whether a person gave the number. */
  readonly given: boolean;
  /** The most groups that were looked for, where the merge curve finds more. */
  readonly limit?: number;
  /** Strength of the merge that each number of groups would lose next, for the picture of the merge curve. */
  readonly curve: readonly { readonly groups: number; readonly strength: number }[];
  /** Merges weaker than this are borders between groups. */
  readonly clear: number;
  /** The number that the Bayesian information criterion of mixtures prefers, where mixtures were looked at. */
  readonly bic?: number;
  /** Rows below which a part of the graph is not a group but a fragment. */
  readonly smallest: number;
  /** Parts that were too small to be groups, the rows of each: they may be rare groups. */
  readonly fragments: readonly Uint32Array[];
}

/** Which view and which teacher were taken, and why. */
export interface ChoiceFinding {
  readonly view: string;
  /** What the view does, in plain words. */
  readonly viewSentence: string;
  readonly teacher: string;
  readonly teacherSentence: string;
  /** Why this one, in one sentence. */
  readonly reason: string;
}

/** One view divided in one way. */
export interface TriedDivision {
  readonly view: string;
  readonly teacher: string;
  readonly groups: number;
  readonly stability: number;
  /** Strength of the link of the two groups that are linked most. */
  readonly border: number;
  /** What divisions are compared by: stability less what unclear borders take off, see `divisionsOf`. */
  readonly score: number;
  readonly cpuSeconds: number;
  /** Its groups of the rows of {@link GroupFindings.looked}, 1..K; 0 for parts that are too small to be groups. */
  readonly group: Int32Array;
}
