/** @file What the columns of a table are, and how much those that are no measurements weigh. */
import { type ColumnCoding, codedWidth } from '../data/coding.js';
import type { Matrix } from '../math/matrix.js';

/** A number, a mark that a number was missing, one of the levels of a category, or a category of two numbers. */
export type ColumnRole =
  | { readonly kind: 'number' }
  | { readonly kind: 'indicator' }
  | { readonly kind: 'level'; readonly category: number }
  | { readonly kind: 'two'; readonly low: number; readonly high: number };

/** Two rows of which one lacks a number lie this far apart by its indicator, in deviations of a column. */
const MISSING = 0.5;
/** The factor of levels at most; with it two different levels lie 2 apart. */
const MOST = Math.SQRT2;

/** The roles of the columns that a coding gives; without one all are numbers. */
export function columnRoles(columns: number, coding?: readonly ColumnCoding[]): readonly ColumnRole[] {
  if (coding === undefined) return new Array<ColumnRole>(columns).fill({ kind: 'number' });
  const roles = coding.flatMap((column, category): ColumnRole[] => {
    if (column.kind === 'category') {
      return new Array<ColumnRole>(codedWidth(column)).fill({ kind: 'level', category });
    }
    return column.indicator ? [{ kind: 'number' }, { kind: 'indicator' }] : [{ kind: 'number' }];
  });
  if (roles.length !== columns) throw new RangeError(`A coding of ${roles.length} columns for ${columns}`);
  return roles;
}

/**
 * The roles with every column of numbers that has only two values as a category: 0 and 1 say yes and no, and measure
 * nothing. Where most columns are such, they are what there is to measure, and stay numbers.
 */
export function withTwoValued(x: Matrix, roles: readonly ColumnRole[]): readonly ColumnRole[] {
  const found = roles.map(
    (role, j): ColumnRole => (role.kind === 'number' ? (twoValues(x, j) ?? role) : role),
  );
  const many = (kind: ColumnRole['kind']) => found.filter((role) => role.kind === kind).length;
  return many('two') > many('number') ? roles : found;
}

/** The two values of a column, if it has no more and no less. */
function twoValues({ rows, columns, values }: Matrix, column: number): ColumnRole | undefined {
  let [low, high] = [values[column]!, values[column]!];
  for (let i = 0; i < rows; i++) {
    const value = values[i * columns + column]!;
    if (value === low || value === high) continue;
    if (low !== high) return undefined;
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return low === high ? undefined : { kind: 'two', low, high };
}

/**
 * The factor of each column that is no number (NaN for numbers), so that no category outweighs a number.
 *
 * The columns of one category, which are 1 and 0, are multiplied by w = 1 / sqrt(sum_l p_l (1 - p_l)), p_l the share of
 * level l, but at most by the square root of 2. The expected squared distance of two rows along a category is then 2,
 * as along a standardised column, however many levels it has; a rare level is not far from all others, because two
 * different levels lie at most 2 apart. Two values a column lie as far apart as two levels. An indicator is multiplied
 * by 1/2.
 *
 * @param most how far apart two rows are at most by a category or an indicator (default: as above)
 */
export function roleWeights(
  { rows, columns, values }: Matrix,
  roles: readonly ColumnRole[],
  most = Number.POSITIVE_INFINITY,
): Float64Array {
  const spread = new Map<number, number>();
  roles.forEach((role, j) => {
    if (role.kind !== 'level') return;
    let share = 0;
    for (let i = 0; i < rows; i++) share += values[i * columns + j]! / rows;
    spread.set(role.category, (spread.get(role.category) ?? 0) + Math.max(0, share * (1 - share)));
  });
  /** Of a column of two values, as if they were 0 and 1. */
  const deviationOf = (j: number): number => {
    const { low } = roles[j] as Extract<ColumnRole, { kind: 'two' }>;
    let share = 0;
    for (let i = 0; i < rows; i++) share += (values[i * columns + j] === low ? 0 : 1) / rows;
    return Math.sqrt(share * (1 - share));
  };
  return Float64Array.from(roles, (role, j) => {
    if (role.kind === 'number') return Number.NaN;
    if (role.kind === 'indicator') return Math.min(MISSING, most);
    if (role.kind === 'two') return Math.min(2, 1 / deviationOf(j), most) / (role.high - role.low);
    // Two levels differ in two columns.
    return Math.min(MOST, 1 / Math.sqrt(spread.get(role.category)!), most / Math.SQRT2);
  });
}
