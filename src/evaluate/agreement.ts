/** @file How far the groups of several runs on the same data agree: what can be known of them without labels. */
import { groupNumbers } from '../cluster/group-order.js';
import type { Verdict } from '../groups/trust/findings.js';
import { groupStability } from '../groups/trust/group-stability.js';
import { DISSOLVES, headlineOf } from '../groups/trust/headline.js';
import {
  groupTotals,
  type MatchedRepeat,
  matchedRepeat,
  partTotals,
} from '../groups/trust/matched-repeats.js';
import { ari } from '../metrics/ari.js';

/** What one run says of the data. */
export interface RunAssignments {
  /** Mixing coefficients, K. */
  readonly mixing: ArrayLike<number>;
  /** The most probable component of each training row. */
  readonly train: Int32Array;
  /** And of each held-out row, if there are any. */
  readonly test?: Int32Array | undefined;
}

/** Agreement on one part of the data. */
export interface PartAgreement {
  readonly rows: number;
  /** Mean adjusted Rand index of all pairs of runs. */
  readonly ari: number;
  /** The least of them. */
  readonly worst: number;
  /** Of each pair of runs, by their places from 0. */
  readonly pairs: readonly { readonly runs: readonly [number, number]; readonly ari: number }[];
}

/** A group as one run has it. */
export interface GroupInRun {
  /** Its number there, 1..K. */
  readonly group: number;
  /** The model's share of it. */
  readonly size: number;
  /** Share of the training rows. */
  readonly assigned: number;
  /** Jaccard similarity of its training rows with those of the group of the reference. */
  readonly similarity: number;
}

/** A group of the run that is the reference, beside its counterparts in all runs. */
export interface AgreedGroup {
  /** Its number in the reference. */
  readonly group: number;
  /** Mean Jaccard similarity with the most similar group of each other run: 1 where its very rows come back. */
  readonly similarity: number;
  /** Whether each other run has a counterpart with a similarity of at least 0.6 (Hennig 2007). */
  readonly inAll: boolean;
  /** One a run, in their order; null for a run that has no counterpart. */
  readonly runs: readonly (GroupInRun | null)[];
}

/** How far several runs agree. */
export interface Agreement {
  /** `good`: repeatable; `partly`: some groups are; `none`: not to be used. */
  readonly verdict: Verdict;
  /** What matters most in plain sentences. */
  readonly headline: readonly string[];
  /** Place of the run that agrees best with the others, from 0: its groups are numbered here. */
  readonly reference: number;
  readonly train: PartAgreement;
  readonly test?: PartAgreement;
  readonly groups: readonly AgreedGroup[];
}

/**
 * Mean pairwise agreement of runs on the same rows, and their groups beside each other, matched one to one (Hungarian) by
 * the training rows that they share.
 *
 * @param runs at least two, with the same number of rows
 */
export function agreementOf(runs: readonly RunAssignments[]): Agreement {
  const train = partAgreement(runs.map((run) => run.train));
  const held = runs.flatMap(({ test }) => (test ? [test] : []));
  const reference = mostAgreeing(runs.length, train);
  const groups = matchedGroups(runs, reference);
  const { verdict, sentences } = headlineOf({
    ...{ groups: groups.length, given: true, repeats: 'seeds', stability: train.ari },
    groupStability: groups.map(({ similarity }) => similarity),
    ...{ pairs: [], appearance: [], photographs: false },
  });
  return {
    verdict,
    headline: sentences,
    reference,
    train,
    ...(held.length === runs.length && { test: partAgreement(held) }),
    groups,
  };
}

function partAgreement(assignments: readonly Int32Array[]): PartAgreement {
  const pairs = assignments.flatMap((a, i) =>
    assignments.slice(i + 1).map((b, k) => ({ runs: [i, i + 1 + k] as [number, number], ari: ari(a, b) })),
  );
  return {
    rows: assignments[0]!.length,
    ari: pairs.reduce((sum, pair) => sum + pair.ari, 0) / pairs.length,
    worst: Math.min(...pairs.map((pair) => pair.ari)),
    pairs,
  };
}

/** The run whose mean agreement with the others is the highest; the first of equals. */
function mostAgreeing(count: number, { pairs }: PartAgreement): number {
  const sums = Array.from({ length: count }, (_, run) =>
    pairs.reduce((sum, { runs, ari: index }) => sum + (runs.includes(run) ? index : 0), 0),
  );
  return sums.indexOf(Math.max(...sums));
}

function matchedGroups(runs: readonly RunAssignments[], reference: number): AgreedGroup[] {
  const numbered = runs.map(({ mixing, train }) => {
    const numbers = groupNumbers(mixing);
    return train.map((component) => numbers[component]!);
  });
  const own = numbered[reference]!;
  const groups = runs[reference]!.mixing.length;
  const indices = Uint32Array.from(own, (_, i) => i);
  const repeats = runs.map(({ mixing }, run) => {
    const division = { part: numbered[run]!.map((group) => group - 1), parts: mixing.length };
    return matchedRepeat({ group: own, groups }, { indices, division });
  });
  const others = repeats.filter((_, run) => run !== reference);
  const similar = groupStability(others, groups);
  const totals = groupTotals(repeats[reference]!);
  return Array.from({ length: groups }, (_, at): AgreedGroup => {
    const inRuns = repeats.map((repeat, run) => counterpart(repeat, at + 1, runs[run]!));
    return {
      group: at + 1,
      // A group without rows has nothing that could come back.
      similarity: totals[at + 1] === 0 ? 0 : similar[at]!,
      inAll: inRuns.every((found) => found !== null && found.similarity >= DISSOLVES),
      runs: inRuns,
    };
  });
}

/** What is matched to a group of the reference in one run. */
function counterpart(repeat: MatchedRepeat, group: number, { mixing }: RunAssignments): GroupInRun | null {
  const part = repeat.groupOfPart.indexOf(group);
  if (part < 0) return null;
  const [count, rows] = [groupTotals(repeat)[group]!, partTotals(repeat)];
  const all = rows.reduce((sum, count) => sum + count, 0);
  const both = repeat.shared[group * repeat.parts + part]!;
  const either = count + rows[part]! - both;
  const size = Array.from(mixing).sort((a, b) => b - a)[part]!;
  return {
    group: part + 1,
    size,
    assigned: rows[part]! / all,
    similarity: either === 0 ? 0 : both / either,
  };
}
