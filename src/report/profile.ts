/** @file Columns of a table by group: means and deviations, effect sizes, and which columns tell the groups apart. */

/** Effects below these are small, and medium (Cohen 1988). */
export const SMALL_EFFECT = 0.2;
export const MEDIUM_EFFECT = 0.5;
/** A column of less eta squared whose effects are not medium tells little: groups are formed from their own noise too. */
export const SMALL_SEPARATION = 0.02;
/** A value this near to 0 or 1 is one of them: scaled and back again in float32. */
const NEAR = 1e-4;
/** Differences of means below this share of their size are rounding. */
const ROUNDING = 1e-9;

/** Digits of a value for people. */
export const USUAL_DIGITS = 5;

/** A column of a table: its name, and how its values are written. */
export interface ReportColumn {
  readonly name: string;
  /** A number; one of 1 and 0, whose mean is a share; days since 1970-01-01 UTC. */
  readonly kind: 'number' | 'share' | 'date';
  /** Digits that tell its values apart (default {@link USUAL_DIGITS}): more where they vary little around a large one. */
  readonly digits?: number;
}

/** A column in one group, beside the rest of the data. */
export interface GroupColumn {
  /** Mean of the group's rows; NaN for a group without any. */
  readonly mean: number;
  /** Standard deviation of the group's rows (n - 1); 0 for a single one. */
  readonly deviation: number;
  /** Mean of all other rows; NaN where there are none. */
  readonly rest: number;
  /**
   * Cohen's d: (mean - rest) / s with the pooled deviation
   * s^2 = ((n1 - 1) s1^2 + (n2 - 1) s2^2) / (n1 + n2 - 2); 0 where a mean is missing.
   */
  readonly effect: number;
  /** Whether the effect is not small, and larger than chance makes any of all these effects. */
  readonly telling: boolean;
}

/** A column of the table in all groups. */
export interface ColumnProfile extends ReportColumn {
  /** Place of the column in the data, from 0. */
  readonly index: number;
  /** Eta squared: the share of the column's variance that lies between the groups, 0..1. */
  readonly separation: number;
  /** Whether it is telling in some group, and not by small effects of little separation alone. */
  readonly telling: boolean;
  /** In the order of the groups. */
  readonly groups: readonly GroupColumn[];
}

/** Counts, means and squared deviations of every column in every group, taken up row by row (Welford 1962). */
export class GroupMoments {
  /** Values that are there, `[groups, columns]`. */
  readonly count: Float64Array;
  /** `[groups, columns]`. */
  readonly mean: Float64Array;
  /** Sums of squared deviations from the mean, `[groups, columns]`. */
  readonly squares: Float64Array;
  /** 1 for a column that has held nothing but 0 and 1. */
  readonly binary: Uint8Array;

  constructor(
    readonly groups: number,
    readonly columns: number,
  ) {
    this.count = new Float64Array(groups * columns);
    this.mean = new Float64Array(groups * columns);
    this.squares = new Float64Array(groups * columns);
    this.binary = new Uint8Array(columns).fill(1);
  }

  /** Takes up a row of the group (0-based): the values from `at` on; NaN is a missing one. */
  add(group: number, values: ArrayLike<number>, at: number): void {
    const first = group * this.columns;
    for (let j = 0; j < this.columns; j++) {
      const x = values[at + j]!;
      if (Number.isNaN(x)) continue;
      this.count[first + j]! += 1;
      const n = this.count[first + j]!;
      const difference = x - this.mean[first + j]!;
      this.mean[first + j]! += difference / n;
      this.squares[first + j]! += difference * (x - this.mean[first + j]!);
      if (Math.abs(x) > NEAR && Math.abs(x - 1) > NEAR) this.binary[j] = 0;
    }
  }
}

/**
 * The columns of a table in all groups, those that tell groups apart first, by falling eta squared.
 *
 * An effect counts as telling where |d| is at least {@link SMALL_EFFECT} and above z sqrt(1/n1 + 1/n2) with
 * z = sqrt(2 ln(20 m)), which chance exceeds in any of m = groups x columns effects with a probability below 0.05.
 */
export function columnProfiles(moments: GroupMoments, columns: readonly ReportColumn[]): ColumnProfile[] {
  return columns
    .map((column, index) => columnProfile(moments, column, index))
    .sort(
      (a, b) => Number(b.telling) - Number(a.telling) || b.separation - a.separation || a.index - b.index,
    );
}

/** What |d| of m effects of groups of n1 and n2 rows chance exceeds in less than one case in twenty. */
export function chanceEffect(m: number, n1: number, n2: number): number {
  return Math.sqrt(2 * Math.log(20 * m)) * Math.sqrt(1 / n1 + 1 / n2);
}

/** The columns of a group that are telling, by falling |d|. */
export function tellingColumns(profile: readonly ColumnProfile[], group: number): ColumnProfile[] {
  const size = ({ groups }: ColumnProfile) => Math.abs(groups[group]!.effect);
  return profile
    .filter(({ telling, groups }) => telling && groups[group]!.telling)
    .sort((a, b) => size(b) - size(a) || a.index - b.index);
}

/** Rows, mean and sum of squared deviations. */
interface Part {
  readonly n: number;
  readonly mean: number;
  readonly squares: number;
}

function columnProfile(
  moments: GroupMoments,
  { name, kind, digits }: ReportColumn,
  index: number,
): ColumnProfile {
  const { groups: k, columns } = moments;
  const parts = Array.from({ length: k }, (_, g): Part => {
    const at = g * columns + index;
    return { n: moments.count[at]!, mean: moments.mean[at]!, squares: moments.squares[at]! };
  });
  const whole = united(parts);
  const within = parts.reduce((sum, { squares }) => sum + squares, 0);
  const groups = parts.map((part, g) =>
    beside(part, united(parts.filter((_, other) => other !== g)), k * columns),
  );
  const most = Math.max(0, ...groups.filter((group) => group.telling).map(({ effect }) => Math.abs(effect)));
  const varies = whole.squares > ROUNDING ** 2 * whole.n * whole.mean ** 2;
  const separation = varies ? Math.max(0, 1 - within / whole.squares) : 0;
  return {
    name,
    kind: kind === 'number' && moments.binary[index] === 1 ? 'share' : kind,
    ...(digits !== undefined && { digits }),
    index,
    separation,
    telling: most >= MEDIUM_EFFECT || (most >= SMALL_EFFECT && separation >= SMALL_SEPARATION),
    groups,
  };
}

/** Several parts as one. */
function united(parts: readonly Part[]): Part {
  const filled = parts.filter(({ n }) => n > 0);
  const n = filled.reduce((sum, part) => sum + part.n, 0);
  if (n === 0) return { n, mean: Number.NaN, squares: 0 };
  const mean = filled.reduce((sum, part) => sum + (part.n / n) * part.mean, 0);
  const squares = filled.reduce((sum, part) => sum + part.squares + part.n * (part.mean - mean) ** 2, 0);
  return { n, mean, squares };
}

function beside(own: Part, rest: Part, effects: number): GroupColumn {
  const known = own.n > 0 && rest.n > 0;
  const difference = known ? own.mean - rest.mean : 0;
  const real = Math.abs(difference) > ROUNDING * Math.max(Math.abs(own.mean), Math.abs(rest.mean));
  const pooled = Math.sqrt((own.squares + rest.squares) / Math.max(1, own.n + rest.n - 2));
  const effect = real ? difference / pooled : 0;
  return {
    mean: own.n > 0 ? own.mean : Number.NaN,
    deviation: own.n > 1 ? Math.sqrt(own.squares / (own.n - 1)) : 0,
    rest: rest.mean,
    effect,
    telling: real && Math.abs(effect) >= Math.max(SMALL_EFFECT, chanceEffect(effects, own.n, rest.n)),
  };
}
