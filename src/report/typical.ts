/** @file The members of a group that people should look at: the most typical, the borderline, the least typical. */

/** Places of rows, the most telling first. */
export interface ChosenMembers {
  /** Rows of which the group is most probable. */
  readonly typical: readonly number[];
  /** Rows of which another group is nearly as probable: the smallest margins. */
  readonly borderline: readonly number[];
  /** Rows of which the group is least probable, though no other is more so. */
  readonly least: readonly number[];
}

/** The most probable group of each row (0-based), the lower of equals, and the second; `[n]` each. */
export function firstAndSecond(
  probabilities: ArrayLike<number>,
  groups: number,
): { readonly first: Int32Array; readonly second: Int32Array } {
  const count = Math.floor(probabilities.length / Math.max(1, groups));
  const first = new Int32Array(count);
  const second = new Int32Array(count).fill(-1);
  for (let i = 0; i < count; i++) {
    for (let g = 1; g < groups; g++) {
      const p = probabilities[i * groups + g]!;
      if (p > probabilities[i * groups + first[i]!]!) {
        second[i] = first[i]!;
        first[i] = g;
      } else if (second[i]! < 0 || p > probabilities[i * groups + second[i]!]!) second[i] = g;
    }
  }
  return { first, second };
}

/**
 * For each group, at most `most` of its rows of each kind; no row is chosen twice, and of equals the earlier is taken.
 *
 * A row's group is the most probable one, and its margin the difference of the two largest probabilities. With two
 * groups the borderline rows are the least typical ones, so the latter list is empty.
 *
 * @param probabilities `[n, groups]`
 */
export function chooseMembers(
  probabilities: ArrayLike<number>,
  groups: number,
  most: number,
): ChosenMembers[] {
  const { first, second } = firstAndSecond(probabilities, groups);
  const own = (i: number) => probabilities[i * groups + first[i]!]!;
  const margin = (i: number) => (second[i]! < 0 ? 1 : own(i) - probabilities[i * groups + second[i]!]!);
  const rows = Array.from({ length: groups }, (): number[] => []);
  first.forEach((group, i) => {
    rows[group]!.push(i);
  });
  return rows.map((members) => {
    const taken = new Set<number>();
    const take = (score: (i: number) => number): number[] => {
      const free = members.filter((i) => !taken.has(i)).sort((a, b) => score(a) - score(b) || a - b);
      const chosen = free.slice(0, most);
      for (const i of chosen) taken.add(i);
      return chosen;
    };
    const typical = take((i) => -own(i));
    if (groups < 2) return { typical, borderline: [], least: [] };
    const borderline = take(margin);
    return { typical, borderline, least: groups > 2 ? take(own) : [] };
  });
}
