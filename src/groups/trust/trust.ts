/** @file How far groups can be trusted: of each group and pair, of what they follow, and in words. */
import type { SizeReference } from '../../cluster/ball-reference.js';
import type { NearestRows } from '../../cluster/nearest-rows.js';
import type { NeighbourGraph } from '../../cluster/neighbour-graph.js';
import { appearanceFindings, type ImageProperties } from './appearance.js';
import type { AppearanceFinding, GroupFinding, PairFinding, RowFindings, Verdict } from './findings.js';
import { groupStability } from './group-stability.js';
import { headlineOf } from './headline.js';
import { matchedRepeat, type SubsampleDivision, type WholeDivision } from './matched-repeats.js';
import { pairFindings } from './pairs.js';
import { sizeInterval } from './size-interval.js';
import { typicalRows } from './typical-rows.js';

/** What trust is judged by. Graph, nearest rows and divisions are of the rows that were looked at. */
export interface TrustInput extends WholeDivision {
  readonly graph: NeighbourGraph;
  readonly reference: SizeReference;
  readonly nearest: NearestRows;
  /** Rows of the data set that were looked at, ascending; `group` and the graph are of these. */
  readonly looked: Uint32Array;
  /** The same division of subsamples, by places among the rows that were looked at. */
  readonly repeats: readonly SubsampleDivision[];
  /** Mean adjusted Rand index between subsamples. */
  readonly stability: number;
  /** Of every row of the data set. */
  readonly rows: RowFindings;
  /** Whether a person gave the number of groups. */
  readonly given: boolean;
  /** Of the images that were looked at. */
  readonly images?: ImageProperties | undefined;
  /** Whether groups are of the pixels of colour photographs, without features of an encoder. */
  readonly photographs?: boolean | undefined;
}

/** How far groups can be trusted. */
export interface Trust {
  readonly groups: readonly GroupFinding[];
  /** The least separate first. */
  readonly pairs: readonly PairFinding[];
  /** The most explained first; nothing for other data than images. */
  readonly appearance: readonly AppearanceFinding[];
  readonly verdict: Verdict;
  /** Plain sentences, the most important first. */
  readonly headline: readonly string[];
}

/** Judges a division by what its graph, its subsamples and its rows say. */
export function trustOf(input: TrustInput): Trust {
  const { groups: count, stability, given, photographs = false } = input;
  const repeats = input.repeats.map((repeat) => matchedRepeat(input, repeat));
  const stabilities = groupStability(repeats, count);
  const pairs = pairFindings(input, input.graph, input.reference, repeats);
  const appearance = input.images === undefined ? [] : appearanceFindings(input.images, input.group);
  const typical = typicalRows(input.rows, count, input.nearest, input.looked);
  const total = input.rows.group.length;
  const groups = sizesAndConfidence(input.rows, count).map(({ rows, confidence }, at): GroupFinding => {
    const share = rows / total;
    const interval = sizeInterval(share, total, repeats, at + 1);
    return {
      ...{ group: at + 1, rows, share, interval, stability: stabilities[at]!, confidence },
      ...typical[at]!,
    };
  });
  const facts = { groups: count, given, stability, groupStability: stabilities, pairs, appearance };
  const { verdict, sentences } = headlineOf({ ...facts, rows: total, photographs });
  return { groups, pairs, appearance, verdict, headline: sentences };
}

/** Rows of each group 1..K, and their mean confidence. */
function sizesAndConfidence(
  { group, confidence }: RowFindings,
  groups: number,
): { readonly rows: number; readonly confidence: number }[] {
  const rows = new Float64Array(groups + 1);
  const sure = new Float64Array(groups + 1);
  group.forEach((g, i) => {
    rows[g]! += 1;
    sure[g]! += confidence[i]!;
  });
  return Array.from({ length: groups }, (_, at) => ({
    rows: rows[at + 1]!,
    confidence: rows[at + 1] === 0 ? 0 : sure[at + 1]! / rows[at + 1]!,
  }));
}
