/** @file What matters most about groups, in plain sentences: whether they are to be used, and how far. */
import { FOLLOWS } from './appearance.js';
import type { AppearanceFinding, PairFinding, Verdict } from './findings.js';

/** What the sentences are made of. */
export interface HeadlineFacts {
  readonly groups: number;
  /** Whether a person gave the number of groups. */
  readonly given: boolean;
  /** Rows that were divided (default: enough to tell). */
  readonly rows?: number;
  /** What differs between the repeats, whose agreement is told: by default the rows that are divided. */
  readonly repeats?: 'subsamples' | 'seeds';
  /** Mean adjusted Rand index between repeats. */
  readonly stability: number;
  /** Of each group 1..K: mean Jaccard similarity with its counterpart in repeats. */
  readonly groupStability: readonly number[];
  readonly pairs: readonly PairFinding[];
  readonly appearance: readonly AppearanceFinding[];
  /** Whether these are colour photographs, without features of an encoder. */
  readonly photographs: boolean;
}

/** Rows from which two groups that lie far apart are found; of fewer nothing can be told. */
const FEWEST_ROWS = 8;
/** Mean agreement from which groups are called repeatable, and below which none of them is to be used. */
const REPEATABLE = 0.8;
const UNUSABLE = 0.6;
/** Similarity (Jaccard) from which a single group comes back, and below which it dissolves (Hennig 2007). */
const COMES_BACK = 0.75;
export const DISSOLVES = 0.6;
/**
 * Groups of photographs without an encoder are used only if they are as repeatable as this, and this share of them
 * has no stronger link. Traffic signs in gradient histograms have 0.99 and six of ten, CIFAR-10 in any view of its
 * pixels 0.75 and none, five of its classes in learned features 0.94 and fewer than half. What comes back need not be
 * what is on a photograph, so none of these groups are called good.
 */
const PHOTOGRAPHS = { stability: 0.9, strength: 0.15, share: 0.5 };
const FEATURES = 'give features (--features net.onnx)';
const DOUBT = `They are photographs, made into groups without an encoder: light, colours and backgrounds come back as well as things do. Look at the exemplars before you use them as kinds of things, or ${FEATURES}.`;
const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/**
 * The verdict, and the sentences that say why, the most important first.
 *
 * `none`: fewer than eight rows; one group; agreement below 0.6; below 0.8 with no group whose similarity is 0.75; all groups one continuum; the
 * photographs without an encoder, unless agreement is 0.9, half of the groups have no link of 0.15, and no plain
 * property is followed.
 * `partly`: agreement below 0.8, a continuum, a group whose similarity is below 0.6, or other photographs without an
 * encoder. `good`: all else.
 */
export function headlineOf(facts: HeadlineFacts): {
  readonly verdict: Verdict;
  readonly sentences: readonly string[];
} {
  const { rows = FEWEST_ROWS } = facts;
  if (rows < FEWEST_ROWS) {
    const few = `${rows} rows are too few to tell whether they have groups: give at least ${FEWEST_ROWS}.`;
    return { verdict: 'none', sentences: [few] };
  }
  if (facts.groups < 2) return { verdict: 'none', sentences: [oneGroup(facts)] };
  const followed = facts.appearance.filter(({ explained }) => explained > FOLLOWS);
  const { verdict, sentence } = repeatability(facts);
  const follows = followed.length === 0 ? [] : [followSentence(followed, facts.photographs)];
  const unclear = facts.photographs && (follows.length > 0 || !clearPhotographs(facts));
  const pixels =
    unclear && follows.length === 0
      ? [
          `These groups of photographs, made without an encoder, are not clear enough: do not use them as kinds of things; ${FEATURES}.`,
        ]
      : [];
  const doubted = facts.photographs && !unclear && verdict !== 'none';
  const used = unclear ? 'none' : doubted ? 'partly' : verdict;
  // Which of the groups are better than others matters only where they are used.
  const details = used === 'none' ? [] : [...continua(facts), ...dissolving(facts)];
  const doubt = doubted ? [DOUBT] : [];
  return { verdict: used, sentences: [...follows, ...pixels, sentence, ...doubt, ...details] };
}

function oneGroup({ given, photographs }: HeadlineFacts): string {
  if (given) return 'One group, as asked for: that says nothing of how many there are.';
  const more = photographs ? `, which is not to be used for kinds of things; ${FEATURES}` : '';
  return `There are no groups in these data that come back: all rows are one group${more}.`;
}

function repeatability(facts: HeadlineFacts): { readonly verdict: Verdict; readonly sentence: string } {
  const { groups, stability, groupStability, repeats = 'subsamples' } = facts;
  const agreement = `agreement ${stability.toFixed(2)} between ${repeats}, 1 is the same groups each time`;
  const back = groupStability.flatMap((similarity, at) => (similarity >= COMES_BACK ? [at + 1] : []));
  const parts = chains(facts);
  if (stability < UNUSABLE || (stability < REPEATABLE && back.length === 0)) {
    return {
      verdict: 'none',
      sentence: `These ${groups} groups are not reproducible: do not use them (${agreement}).`,
    };
  }
  if (parts.length === 1 && parts[0]!.length === groups) {
    return {
      verdict: 'none',
      sentence: `These ${groups} groups are one continuum, cut in ${word(groups)}: do not use them as kinds (${agreement}).`,
    };
  }
  if (stability < REPEATABLE) {
    const which = back.length === groups ? 'their borders move' : `only ${numbersOf(back)} come back`;
    return {
      verdict: 'partly',
      sentence: `These ${groups} groups are only partly repeatable: ${which} (${agreement}).`,
    };
  }
  const partly = parts.length > 0 || groupStability.some((similarity) => similarity < DISSOLVES);
  return { verdict: partly ? 'partly' : 'good', sentence: `${groups} groups, repeatable (${agreement}).` };
}

/** Sets of groups that are one continuum, each by its numbers, the one with the largest group first. */
function chains({ groups, pairs }: HeadlineFacts): number[][] {
  const first = Array.from({ length: groups + 1 }, (_, g) => g);
  const root = (g: number): number => (first[g] === g ? g : root(first[g]!));
  for (const { groups: pair, continuum } of pairs) {
    if (!continuum) continue;
    const [a, b] = [root(pair[0]), root(pair[1])];
    first[Math.max(a, b)] = Math.min(a, b);
  }
  const sets = new Map<number, number[]>();
  for (let g = 1; g <= groups; g++) sets.set(root(g), [...(sets.get(root(g)) ?? []), g]);
  return [...sets.values()].filter(({ length }) => length > 1);
}

function continua(facts: HeadlineFacts): string[] {
  return chains(facts)
    .filter(({ length }) => length < facts.groups)
    .map((set) => `${capital(word(set.length))} of ${word(facts.groups)} are one continuum: ${listed(set)}.`);
}

function dissolving({ groupStability, stability, repeats }: HeadlineFacts): string[] {
  if (stability < REPEATABLE) return [];
  const lost = groupStability.flatMap((similarity, at) => (similarity < DISSOLVES ? [at + 1] : []));
  if (lost.length === 0) return [];
  return [
    `${capital(numbersOf(lost))} ${lost.length === 1 ? 'does' : 'do'} not come back ${repeats === 'seeds' ? 'with other seeds' : 'on subsamples'}.`,
  ];
}

function clearPhotographs({ stability, pairs, groups }: HeadlineFacts): boolean {
  const linked = pairs.filter(({ strength }) => strength >= PHOTOGRAPHS.strength);
  const unclear = new Set(linked.flatMap((pair) => pair.groups));
  return stability >= PHOTOGRAPHS.stability && unclear.size <= (1 - PHOTOGRAPHS.share) * groups;
}

function followSentence(followed: readonly AppearanceFinding[], photographs: boolean): string {
  const names = listed(followed.map(({ property }) => property));
  const shares = listed(followed.map(({ explained }) => `${Math.round(100 * explained)} %`));
  const advice = photographs
    ? `do not use them as kinds of things; ${FEATURES}`
    : 'see by the exemplars whether that tells things apart';
  return `These groups follow ${names} (${shares} of ${followed.length === 1 ? 'its' : 'their'} variance lies between them): ${advice}.`;
}

function numbersOf(groups: readonly number[]): string {
  return `group${groups.length === 1 ? '' : 's'} ${listed(groups)}`;
}

function listed(items: readonly (string | number)[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}

function word(count: number): string {
  return NUMBERS[count] ?? String(count);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
