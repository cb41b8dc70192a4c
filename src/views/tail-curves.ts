/** @file The curves by which a network reads columns with heavy tails, as numbers. */
import type { Matrix } from '../math/matrix.js';
import { type ColumnRole, columnRoles } from './column-roles.js';
import { columnOf, isConstantColumn } from './columns.js';
import { tailMap } from './heavy-tails.js';

/** Columns as a network gets them: (x - shift) / scale of the file's. */
export interface CurveScaling {
  readonly shift: ArrayLike<number>;
  readonly scale: ArrayLike<number>;
}

/**
 * For each column the numbers c, w, a, b, l of a asinh((x - c) w) + b + l x, as a matrix 5 x D, row-major: columns with
 * heavy tails ({@link tailMap}) have l = 0 and then mean 0 and deviation 1; all others have l = 1 and a = 0.
 *
 * @param x columns in the units of the file
 * @returns nothing where no column has heavy tails
 */
export function tailCurves(
  x: Matrix,
  roles: readonly ColumnRole[] = columnRoles(x.columns),
  scaling?: CurveScaling,
): Float64Array | undefined {
  const d = x.columns;
  const curves = new Float64Array(5 * d).fill(1, 4 * d);
  let heavy = 0;
  for (const [j, { kind }] of roles.entries()) {
    const values = columnOf(x, j);
    const tail = kind === 'number' && !isConstantColumn(values) ? tailMap(values) : undefined;
    if (!tail) continue;
    const bent = values.map((value) => Math.asinh((value - tail.centre) / tail.width));
    const mean = bent.reduce((sum, y) => sum + y / bent.length, 0);
    const deviation = Math.sqrt(bent.reduce((sum, y) => sum + (y - mean) ** 2 / bent.length, 0));
    if (!(deviation > 0)) continue;
    const [shift, scale] = [scaling?.shift[j] ?? 0, scaling?.scale[j] ?? 1];
    const numbers = [(tail.centre - shift) / scale, scale / tail.width, 1 / deviation, -mean / deviation, 0];
    for (const [row, number] of numbers.entries()) curves[row * d + j] = number;
    heavy++;
  }
  return heavy > 0 ? curves : undefined;
}
