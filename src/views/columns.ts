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
  const numbers: Placed[] = [];
  const others: number[] = [];
  roles.forEach((role, from) => {
    const values = columnOf(x, from);
    if (isConstantColumn(values)) return;
    if (role.kind !== 'number') others.push(from);
    else {
      const map = change(values, from);
      numbers.push({ from, map, ...inDeviations(values.map(map)) });
    }
  });
  const most = others.length > 0 ? mismatchOf(x, roles, numbers) : Number.POSITIVE_INFINITY;
  const weights = roleWeights(x, roles, most);
  const weighted = others.map((from) => ({ from, ...scaledBy(weights[from]!, columnOf(x, from)) }));
  const maps = [...numbers, ...weighted].sort((a, b) => a.from - b.from);
  return {
    name,
    sentence: others.length > 0 ? `${sentence} ${OTHERS}` : sentence,
    columns: maps.length,
    apply: (rows) => mapped(rows, maps),
  };
}

/**
 * How far apart two rows are at most by a category: r sqrt(2 / d), r the median distance of rows to their tenth neighbour
 * in the d columns of numbers. The part of a neighbourhood that reaches rows of other levels is then about
 * (1 - 2/d)^(d/2), a third, so that no category makes groups where the numbers have none. Where there are more
 * categories than numbers the groups may be theirs, and nothing is taken off.
 */
function mismatchOf(x: Matrix, roles: readonly ColumnRole[], numbers: readonly Placed[]): number {
  const categories = new Set(
    roles.map((role, j) =>
      role.kind === 'level' ? role.category : role.kind === 'two' ? -1 - j : undefined,
    ),
  );
  categories.delete(undefined);
  if (numbers.length === 0 || categories.size > numbers.length) return Number.POSITIVE_INFINITY;
  return nearDistance(mapped(x, numbers)) * Math.sqrt(2 / Math.max(2, numbers.length));
}

/** The median distance of rows, at most 200 of them, to their tenth nearest of all rows. */
function nearDistance({ rows, columns, values }: Matrix): number {
  const looked = Math.min(rows, LOOKED);
  const near = Float64Array.from({ length: looked }, (_, at) => {
    const row = Math.floor((at * rows) / looked) * columns;
    const squares = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) squares[i]! += (values[i * columns + j]! - values[row + j]!) ** 2;
    }
    return Math.sqrt(squares.sort()[Math.min(rows - 1, TENTH)]!);
  });
  return near.sort()[looked >> 1]!;
}

function mapped({ rows, columns, values }: Matrix, maps: readonly Placed[]): Matrix {
  const out = new Float64Array(rows * maps.length);
  maps.forEach(({ from, map, shift, factor }, to) => {
    for (let i = 0; i < rows; i++) {
      out[i * maps.length + to] = (map(values[i * columns + from]!) - shift) * factor;
    }
  });
  return { rows, columns: maps.length, values: out };
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

/** What is said where there are columns of other kinds. */
const OTHERS = 'Categories and marks of missing values weigh less than the distance of near rows.';
/** Rows around which distances are measured, and the neighbour whose distance counts. */
const LOOKED = 200;
const TENTH = 10;

/** A map of numbers with its scaling. */
interface Scaled {
  readonly map: NumberMap;
  readonly shift: number;
  readonly factor: number;
}

/** A scaled map and the column that it is for. */
interface Placed extends Scaled {
  readonly from: number;
}

function scaledBy(factor: number, values: Float64Array): Scaled {
  return { map: (x) => x, shift: columnScaling(values, 1).shift[0]!, factor };
}

function inDeviations(values: Float64Array): Omit<Scaled, 'map'> {
  const { shift, scale } = columnScaling(values, 1);
  return { shift: shift[0]!, factor: 1 / scale[0]! };
}
