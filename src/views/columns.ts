/** @file Views of tables column by column: standardised numbers, weighted categories; constant columns are left out. */
import { columnScaling, isConstant } from '../data/scaling.js';
import type { Matrix } from '../math/matrix.js';
import { type ColumnRole, columnRoles, roleWeights } from './column-roles.js';
import type { View } from './view.js';

/** What becomes of one number; the result may have any mean and deviation. */
export type NumberMap = (x: number) => number;

/** Changes a column of numbers before it is standardised: its values, and its place. */
export type ColumnChange = (values: Float64Array, column: number) => NumberMap;

const unchanged: ColumnChange = () => (x) => x;

/**
 * Standardised columns: (x - mean) / deviation of numbers, categories and indicators by their weights
 * ({@link roleWeights}), constant columns left out.
 *
 * @param roles what the columns are; all numbers by default
 */
export function standardised(x: Matrix, roles: readonly ColumnRole[] = columnRoles(x.columns)): View {
  return columnView('standardised', 'Every column with mean 0 and deviation 1.', x, roles, unchanged);
}

/** A view in which `change` is applied to every column of numbers, and the result standardised. */
export function columnView(
  name: string,
  sentence: string,
  x: Matrix,
  roles: readonly ColumnRole[],
  change: ColumnChange,
): View {
  const weights = roleWeights(x, roles);
  const maps = roles.flatMap((role, from) => {
    const values = columnOf(x, from);
    if (isConstantColumn(values)) return [];
    if (role.kind !== 'number') return [{ from, ...scaledBy(weights[from]!, values) }];
    const map = change(values, from);
    return [{ from, map, ...inDeviations(values.map(map)) }];
  });
  return {
    name,
    sentence,
    columns: maps.length,
    apply({ rows, columns, values }) {
      const out = new Float64Array(rows * maps.length);
      maps.forEach(({ from, map, shift, factor }, to) => {
        for (let i = 0; i < rows; i++) {
          out[i * maps.length + to] = (map(values[i * columns + from]!) - shift) * factor;
        }
      });
      return { rows, columns: maps.length, values: out };
    },
  };
}

/** Column j as an array. */
export function columnOf({ rows, columns, values }: Matrix, j: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) out[i] = values[i * columns + j]!;
  return out;
}

/** Whether all values are equal, up to rounding. */
export function isConstantColumn(values: Float64Array): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return isConstant(least, most);
}

/** A map of numbers with its scaling. */
interface Scaled {
  readonly map: NumberMap;
  readonly shift: number;
  readonly factor: number;
}

function scaledBy(factor: number, values: Float64Array): Scaled {
  return { map: (x) => x, shift: columnScaling(values, 1).shift[0]!, factor };
}

function inDeviations(values: Float64Array): Omit<Scaled, 'map'> {
  const { shift, scale } = columnScaling(values, 1);
  return { shift: shift[0]!, factor: 1 / scale[0]! };
}
