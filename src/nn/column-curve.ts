/** @file A first layer for tables: columns with heavy tails are read by a curve between a line and a logarithm. */
import type { Tensor } from '../graph/tensor.js';
import type { Initializer } from './initializers.js';
import type { Layer } from './layer.js';
import { parameter } from './parameter.js';

/** Numbers that make the curve of a column: c, w, a, b and l. */
export const CURVE_NUMBERS = 5;

/**
 * y_j = a_j asinh((x_j - c_j) w_j) + b_j + l_j x_j for every column j; [n, D] -> [n, D].
 *
 * The numbers are a buffer [5, D] with the rows c, w, a, b, l, which training does not change.
 *
 * @param curves its values, row-major; by default y = x
 */
export function columnCurve(name: string, columns: number, curves?: ArrayLike<number>): Layer {
  const starting: Initializer = (out) => {
    if (curves) out.set(curves);
    else out.fill(0).fill(1, (CURVE_NUMBERS - 1) * columns);
    return out;
  };
  const curve = parameter(`${name}/curve`, [CURVE_NUMBERS, columns], starting);
  const row = (at: number) => curve.tensor.slice(0, at, at + 1);
  return {
    parameters: [],
    buffers: [curve],
    projected: [],
    apply(x) {
      const bent = asinh(x.sub(row(0)).mul(row(1)));
      return bent
        .mul(row(2))
        .add(row(3))
        .add(x.mul(row(4)));
    },
  };
}

/** asinh t = sign(t) log(|t| + sqrt(t^2 + 1)). */
function asinh(t: Tensor): Tensor {
  const size = t.maximum(t.neg());
  const half = size.add(t.square().add(1).sqrt()).log();
  return t.greater(0).select(half, half.neg());
}
