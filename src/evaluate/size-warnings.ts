/** @file Sentences about the learned sizes of groups that a reader should not trust. */

/** A difference of shares above this many points is told. */
const POINTS = 3;
/** A learned size above this is told: the class distribution has collapsed, and its entropy is near 0. */
const COLLAPSED = 0.95;
/** Groups that one sentence names; of more only the first, by their numbers. */
const MOST_NAMED = 5;

/** Shares of the groups in the order of their numbers, each in 0..1. */
export interface GroupShares {
  /** Mixing coefficients of the prior, K. */
  readonly sizes: readonly number[];
  /** Shares of the data by their most probable group, K; absent for methods that assign nothing. */
  readonly assigned?: readonly number[] | undefined;
  /** Mixing coefficients when a tenth of the steps were left, K. */
  readonly earlier?: readonly number[] | undefined;
  /** Whether the method has a setting `priorRate`, by which sizes move less. */
  readonly hasRate?: boolean | undefined;
}

/**
 * What should be known before the sizes of groups are believed: one group with nearly all, groups without data, learned sizes that differ from the
 * assigned ones by more than 3 points, and sizes that still moved by more than 3 points in the last tenth of the run.
 *
 * @returns one sentence a finding; none where the sizes agree and stand still
 */
export function sizeWarnings({ sizes, assigned, earlier, hasRate }: GroupShares): string[] {
  const sentences: string[] = [];
  if (areCollapsed(sizes)) sentences.push(`${collapsedWords(sizes)}; ${whatToDo(hasRate)}.`);
  const empty = assigned ? numbered(assigned, (share) => share === 0) : [];
  if (empty.length > 0) {
    sentences.push(
      `${groupList(empty)} ${empty.length === 1 ? 'has' : 'have'} no data: no row is most probable there, whatever size the model gives ${empty.length === 1 ? 'it' : 'them'}.`,
    );
  }
  const apart = assigned
    ? numbered(sizes, (size, g) => differs(size, assigned[g]!)).filter((group) => !empty.includes(group))
    : [];
  if (apart.length > 0) {
    const named = apart
      .slice(0, MOST_NAMED)
      .map((group) => `group ${group} (${points(sizes[group - 1]!)} and ${points(assigned![group - 1]!)})`);
    const equal = sizes.every((size) => size === sizes[0]);
    const differing = equal
      ? "The model's sizes are all equal, and assigned ones differ from them"
      : 'Learned and assigned sizes differ';
    sentences.push(
      `${differing} by more than ${POINTS} points: ${named.join(', ')}${andMore(apart.length)}.`,
    );
  }
  const moved = earlier ? numbered(sizes, (size, g) => differs(size, earlier[g]!)) : [];
  if (moved.length > 0) {
    const named = moved
      .slice(0, MOST_NAMED)
      .map(
        (group) => `group ${group} (from ${points(earlier![group - 1]!)} to ${points(sizes[group - 1]!)})`,
      );
    sentences.push(
      `Learned sizes still moved by more than ${POINTS} points in the last tenth of the run, so more steps may change them: ${named.join(', ')}${andMore(moved.length)}.`,
    );
  }
  return sentences;
}

/** Whether one of several groups has more than 95 %. */
function areCollapsed(sizes: readonly number[]): boolean {
  return sizes.length > 1 && Math.max(...sizes) > COLLAPSED;
}

/** Looks at learned sizes while a run goes on, and tells when they collapse: such a run need not be waited for. */
export class CollapseWatch {
  #collapsed = false;

  /** @param hasRate whether the method has a setting `priorRate` */
  constructor(private readonly hasRate: boolean) {}

  /** @returns a sentence at the evaluation at which the sizes have collapsed, and none at the next ones */
  look(sizes: readonly number[], step: number): string | undefined {
    const before = this.#collapsed;
    this.#collapsed = areCollapsed(sizes);
    if (!this.#collapsed || before) return undefined;
    const sorted = [...sizes].sort((a, b) => b - a);
    return `At step ${step}: ${collapsedWords(sorted)}; if that stays so, end this run, and ${whatToDo(this.hasRate)}.`;
  }
}

function collapsedWords(sizes: readonly number[]): string {
  const largest = Math.max(...sizes);
  return `The learned sizes have collapsed, unless the data are as unequal: group ${sizes.indexOf(largest) + 1} has ${points(largest)}`;
}

function whatToDo(hasRate: boolean | undefined): string {
  return `train again with another --seed${hasRate ? ', or let the sizes move less (--set priorRate=, lower)' : ''}`;
}

/** Sizes are printed with a digit after the point; what rounding adds is no difference. */
function differs(a: number, b: number): boolean {
  return Math.abs(a - b) * 100 > POINTS + 1e-9;
}

/** The numbers, from 1, of the groups for which `holds`. */
function numbered(shares: readonly number[], holds: (share: number, index: number) => boolean): number[] {
  return shares.flatMap((share, index) => (holds(share, index) ? [index + 1] : []));
}

function groupList(groups: readonly number[]): string {
  const shown = groups.slice(0, MOST_NAMED).join(', ');
  return `${groups.length === 1 ? 'Group' : 'Groups'} ${shown}${andMore(groups.length)}`;
}

function andMore(count: number): string {
  return count > MOST_NAMED ? ` and ${count - MOST_NAMED} more` : '';
}

function points(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
