/** @file Sentences for sizes that are in doubt: the data say otherwise, or the training had not settled. */

/** Differences of shares above this are told. */
const TOLERANCE = 0.03;

/** The sizes of the groups, in the order of their numbers. */
export interface SizesInDoubt {
  /** Learned shares, 0..1. */
  readonly learned: ArrayLike<number>;
  /** Shares of the data that are assigned to each, 0..1. */
  readonly assigned?: ArrayLike<number> | undefined;
  /** Learned shares when nine tenths of the training were done. */
  readonly earlier?: ArrayLike<number> | undefined;
}

/** What puts the learned sizes in doubt, a sentence each; nothing where all agree within three points. */
export function sizeWarnings({ learned, assigned, earlier }: SizesInDoubt): string[] {
  const sentences: string[] = [];
  const apart = assigned && largestDifference(learned, assigned);
  if (assigned && apart && apart.difference > TOLERANCE) {
    sentences.push(
      `Learned sizes and assigned data differ by up to ${points(apart.difference)}: group ${apart.at + 1} has a learned size of ${percent(learned[apart.at]!)}, but ${percent(assigned[apart.at]!)} of the data are assigned to it.`,
    );
  }
  const empty = assigned ? Array.from(assigned).flatMap((share, g) => (share === 0 ? [g + 1] : [])) : [];
  if (empty.length > 0) {
    sentences.push(`No data are assigned to group${empty.length > 1 ? 's' : ''} ${empty.join(', ')}.`);
  }
  const moved = earlier && largestDifference(learned, earlier);
  if (moved && moved.difference > TOLERANCE) {
    sentences.push(
      `The sizes were still moving: that of group ${moved.at + 1} by ${points(moved.difference)} in the last tenth of the training.`,
    );
  }
  return sentences;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>) {
  const differences = Array.from(a, (value, i) => Math.abs(value - b[i]!));
  const difference = Math.max(0, ...differences);
  return { difference, at: differences.indexOf(difference) };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function points(difference: number): string {
  return `${(100 * difference).toFixed(1)} percentage points`;
}
