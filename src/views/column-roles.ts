/** @file What the columns of a table are, and how much those that are no measurements weigh. */
import { type ColumnCoding, codedWidth } from '../data/coding.js';
import type { Matrix } from '../math/matrix.js';

/** A number, a mark that a number was missing, or one of the levels of a category. */
export type ColumnRole =
  | { readonly kind: 'number' }
  | { readonly kind: 'indicator' }
  | { readonly kind: 'level'; readonly category: number };

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
 * The factor of each column that is no number (NaN for numbers), so that no category outweighs a number.
 *
 * The columns of one category, which are 1 and 0, are multiplied by w = 1 / sqrt(sum_l p_l (1 - p_l)), p_l the share of
 * level l, but at most by the square root of 2. The expected squared distance of two rows along a category is then 2,
 * as along a standardised column, however many levels it has; a rare level is not far from all others, because two
 * different levels lie at most 2 apart. An indicator is multiplied by 1/2.
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
  return Float64Array.from(roles, (role) => {
    if (role.kind === 'number') return Number.NaN;
    if (role.kind === 'indicator') return Math.min(MISSING, most);
    // Two levels differ in two columns.
    return Math.min(MOST, 1 / Math.sqrt(spread.get(role.category)!), most / Math.SQRT2);
  });
}
