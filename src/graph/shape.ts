/** @file Shapes and their arithmetic: broadcasting, reductions, convolution sizes. */

/** A dimension: a number, or the name of a symbolic axis (a batch axis of any size, in exported networks). */
export type Dim = number | string;
/** The dimensions of a tensor, outermost first; [] is a scalar. */
export type Shape = readonly Dim[];

/** A shape as errors and printed graphs write it: `[64, 2]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes have the same dimensions; symbolic ones are equal by name. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/**
 * The number of elements of a static shape.
 * @throws if an axis is symbolic.
 */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) size *= staticDim(dim, shape);
  return size;
}

/**
 * The dimension as a number.
 * @throws if it is symbolic.
 */
export function staticDim(dim: Dim | undefined, shape: Shape): number {
  if (typeof dim !== 'number') throw new Error(`shape ${formatShape(shape)} has no static size: axis ${dim}`);
  return dim;
}

/**
 * The shape of an elementwise result under NumPy broadcasting.
 * @throws if an axis differs, naming the operator, both shapes and the axis.
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const p = a[axis - rank + a.length] ?? 1;
    const q = b[axis - rank + b.length] ?? 1;
    if (p !== q && p !== 1 && q !== 1) {
      throw new Error(
        `${op}: shapes ${formatShape(a)} and ${formatShape(b)} differ in axis ${axis} (${p} and ${q})`,
      );
    }
    out.push(p === 1 ? q : p);
  }
  return out;
}

/** The axes of `from` to sum over so that the result broadcasts from `to`; leading axes that `to` lacks included. */
export function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = from.length - to.length;
  return from
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (to[axis - lead] === 1 && from[axis] !== 1));
}

/** Row-major strides of a static shape. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * staticDim(shape[axis + 1], shape);
  }
  return strides;
}

/** Strides with which a tensor of shape `from` is read as if broadcast to `to`. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]!));
}

/** Side of a convolution's output: floor((size + 2 pad - kernel) / stride) + 1. */
export function convolvedSize(size: number, kernel: number, stride: number, pad: number): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1;
}
