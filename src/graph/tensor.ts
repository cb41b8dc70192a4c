/**
 * @file Expressions: immutable nodes of a graph, written as `x.matmul(w).add(b).relu()`.
 *
 * A tensor is a description, not memory. Its shape is checked where it is written. The meaning and the gradients of
 * the operators are in ops.ts; this file gives them a fluent surface, and the compositions (mean, square, ...) built
 * on them.
 */
import type { Attributes, AttributesOf, DType, OperatorName, PlainOperatorName } from './operator.js';
import { broadcastAxes, type Dim, formatShape, type Shape, sameShape, sizeOf, staticDim } from './shape.js';
import { shapeRules } from './shape-rules.js';

/** Geometry of a convolution: square stride and symmetric zero padding. */
export interface ConvOptions {
  /** Step of the kernel along both axes (default 1). */
  readonly stride?: number;
  /** Rows and columns of zeros on every side (default 0). */
  readonly pad?: number;
}

/**
 * A node of a graph: an operator, what it is applied to, and the shape of its value; there is no memory behind it.
 * Elementwise methods broadcast as NumPy does and lift numbers to scalars; no method changes its tensor.
 * Each method throws an Error where shapes do not fit, naming the operator and the shapes.
 */
export class Tensor {
  constructor(
    readonly op: OperatorName,
    readonly inputs: readonly Tensor[],
    readonly attributes: Attributes,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}

  /** a + b. */
  add(other: Tensor | number): Tensor {
    return apply('add', [this, lift(other)]);
  }
  /** a - b. */
  sub(other: Tensor | number): Tensor {
    return apply('sub', [this, lift(other)]);
  }
  /** a b, elementwise. */
  mul(other: Tensor | number): Tensor {
    return apply('mul', [this, lift(other)]);
  }
  /** a / b, elementwise. */
  div(other: Tensor | number): Tensor {
    return apply('div', [this, lift(other)]);
  }
  /** Elementwise maximum; the gradient at a tie goes to the second operand. */
  maximum(other: Tensor | number): Tensor {
    return apply('maximum', [this, lift(other)]);
  }
  /** a > b, elementwise: a bool tensor, through which no gradient flows. */
  greater(other: Tensor | number): Tensor {
    return apply('greater', [this, lift(other)]);
  }
  /** this ? a : b, elementwise; `this` is a bool tensor. */
  select(a: Tensor | number, b: Tensor | number): Tensor {
    return apply('select', [this, lift(a), lift(b)]);
  }
  /** -x. */
  neg(): Tensor {
    return apply('neg', [this]);
  }
  /** e^x. */
  exp(): Tensor {
    return apply('exp', [this]);
  }
  /** Natural logarithm. */
  log(): Tensor {
    return apply('log', [this]);
  }
  /** Square root; its gradient is infinite at 0. */
  sqrt(): Tensor {
    return apply('sqrt', [this]);
  }
  /** Hyperbolic tangent. */
  tanh(): Tensor {
    return apply('tanh', [this]);
  }
  /** 1 / (1 + e^-x). */
  sigmoid(): Tensor {
    return apply('sigmoid', [this]);
  }
  /** log(1 + e^x). */
  softplus(): Tensor {
    return apply('softplus', [this]);
  }
  /** max(0, x); the gradient at 0 is 0. */
  relu(): Tensor {
    return apply('leakyRelu', [this], { slope: 0 });
  }
  /** x > 0 ? x : slope x. */
  leakyRelu(slope = 0.2): Tensor {
    return apply('leakyRelu', [this], { slope });
  }
  /** x^2. */
  square(): Tensor {
    return this.mul(this);
  }

  /** Sum over the given axes (all, if not given). */
  sum(axes?: readonly number[], keepDims = false): Tensor {
    const list = (axes ?? this.shape.map((_, axis) => axis)).map((axis) =>
      axis < 0 ? axis + this.shape.length : axis,
    );
    return list.length === 0
      ? this
      : apply('sum', [this], { axes: [...list].sort((a, b) => a - b), keepDims });
  }
  /**
   * Mean over the given axes (all, if not given).
   * @throws if one of them is symbolic.
   */
  mean(axes?: readonly number[], keepDims = false): Tensor {
    const list = axes ?? this.shape.map((_, axis) => axis);
    const count = list.reduce((n, axis) => n * staticDim(this.shape.at(axis), this.shape), 1);
    return this.sum(list, keepDims).mul(1 / count);
  }
  /** Softmax over the last axis. */
  softmax(): Tensor {
    return apply('softmax', [this]);
  }
  /** log sum exp over the last axis, which is kept with size 1. */
  logSumExp(): Tensor {
    return apply('logSumExp', [this]);
  }

  /** Matrix product of two 2-D tensors, either of them read transposed. */
  matmul(other: Tensor, options: { transposeA?: boolean; transposeB?: boolean } = {}): Tensor {
    return apply('matmul', [this, other], {
      transposeA: options.transposeA ?? false,
      transposeB: options.transposeB ?? false,
    });
  }
  /** The same elements in row-major order under another shape. */
  reshape(shape: Shape): Tensor {
    return sameShape(shape, this.shape) ? this : apply('reshape', [this], { shape });
  }
  /** Axes reordered: axis i of the result is axis permutation[i] of this. */
  transpose(permutation: readonly number[]): Tensor {
    return apply('transpose', [this], { permutation });
  }
  /** Elements [start, end) of one axis. */
  slice(axis: number, start: number, end: number): Tensor {
    return apply('slice', [this], { axis, start, end });
  }
  /** Zeros put before and after along one axis. */
  pad(axis: number, before: number, after: number): Tensor {
    return apply('pad', [this], { axis, before, after });
  }
  /**
   * Rows in the order of an index, along the first axis: result[i] = this[index[i]], of shape [m, ...]. The index [m] holds
   * whole numbers from 0, in float32 as all values. The gradient of a row is the sum of those of its copies; the gradient
   * in the index is zero.
   */
  gather(index: Tensor): Tensor {
    return apply('gather', [this, index]);
  }
  /**
   * Rows added up by an index, along the first axis: result[index[i]] += this[i], of shape [rows, ...], with zeros in rows
   * that the index lacks; the adjoint of {@link gather}. The index [m] holds a whole number from 0 for each of the m rows
   * of this tensor, in float32; the gradient in it is zero.
   */
  scatterAdd(index: Tensor, rows: Dim): Tensor {
    return apply('scatterAdd', [this, index], { rows });
  }
  /** The same value, held constant: no gradient of any order flows through it. */
  detach(): Tensor {
    return apply('detach', [this]);
  }
  /** Repeated along new leading axes and axes of size 1, up to `shape`. */
  broadcastTo(shape: Shape): Tensor {
    return sameShape(shape, this.shape) ? this : apply('broadcast', [this], { shape });
  }
  /** The adjoint of broadcasting: sums this tensor down to `shape`. */
  sumTo(shape: Shape): Tensor {
    const axes = broadcastAxes(this.shape, shape);
    return axes.length === 0 ? this.reshape(shape) : this.sum(axes, true).reshape(shape);
  }

  /**
   * 2-D convolution of [n, c, h, w] with filters [o, c, k, k]. Where the kernel covers its whole input it is a
   * matrix product, which is three times as fast.
   */
  conv(filter: Tensor, { stride = 1, pad = 0 }: ConvOptions = {}): Tensor {
    const [n, ...image] = this.shape;
    const [o, ...kernel] = filter.shape;
    if (pad === 0 && n !== undefined && sameShape(image, kernel) && o !== undefined) {
      const flat = sizeOf(image);
      const product = this.reshape([n, flat]).matmul(filter.reshape([o, flat]), { transposeB: true });
      return product.reshape([n, o, 1, 1]);
    }
    return apply('conv', [this, filter], { stride, pad });
  }
  /**
   * Transposed convolution of [n, o, h, w] with filters [o, c, k, k]: the adjoint of {@link conv} in its input.
   * `size` is the [h, w] of the result. From a 1x1 input it is a matrix product.
   */
  convTranspose(
    filter: Tensor,
    size: readonly [number, number],
    { stride = 1, pad = 0 }: ConvOptions = {},
  ): Tensor {
    const [n, o, h, w] = this.shape;
    const [, c, ...kernel] = filter.shape;
    if (pad === 0 && h === 1 && w === 1 && sameShape(kernel, size) && n !== undefined && o !== undefined) {
      const flat = sizeOf(filter.shape.slice(1));
      return this.reshape([n, o])
        .matmul(filter.reshape([o, flat]))
        .reshape([n, c!, ...size]);
    }
    return apply('convInput', [this, filter], { stride, pad, size });
  }

  /** The operator and the shape, such as `add[64, 2]`. */
  toString(): string {
    return `${this.op}${formatShape(this.shape)}`;
  }
}

/** A node of the graph; its shape rule runs here, so a wrong shape throws where the expression is written. */
export function apply(op: PlainOperatorName, inputs: readonly Tensor[]): Tensor;
export function apply<P extends OperatorName>(
  op: P,
  inputs: readonly Tensor[],
  attributes: AttributesOf<P>,
): Tensor;
export function apply<P extends OperatorName>(
  op: P,
  inputs: readonly Tensor[],
  attributes = {} as AttributesOf<P>,
): Tensor {
  const shape = shapeRules[op](
    inputs.map((input) => input.shape),
    attributes,
  );
  return new Tensor(op, inputs, attributes, shape, op === 'greater' ? 'bool' : 'float32');
}

/** The operator of a node over other inputs, of any shapes that fit, with some attributes changed. */
export function reapply(node: Tensor, inputs: readonly Tensor[], changed: Attributes = {}): Tensor {
  // A node has all the attributes of its operator: `apply` has made it.
  return apply(node.op, inputs, { ...node.attributes, ...changed } as AttributesOf<OperatorName>);
}

/** The same node over other inputs of the same shapes; itself where they are its own. */
export function withInputs(node: Tensor, inputs: readonly Tensor[]): Tensor {
  const same = inputs.every((input, i) => input === node.inputs[i]);
  return same ? node : new Tensor(node.op, inputs, node.attributes, node.shape, node.dtype);
}

/** A named leaf: a parameter, or a value that is fed at every run. */
export function input(name: string, shape: Shape): Tensor {
  return new Tensor('input', [], { name, shape }, shape, 'float32');
}

/**
 * A constant tensor of row-major values, kept in float64.
 * @throws if they do not fill the shape.
 */
export function constant(data: ArrayLike<number>, shape: Shape): Tensor {
  if (sizeOf(shape) !== data.length) {
    throw new Error(`constant: ${data.length} values do not fill shape ${formatShape(shape)}`);
  }
  return new Tensor('constant', [], { data: Float64Array.from(data), shape }, shape, 'float32');
}

/** A constant of shape []. */
export function scalar(value: number): Tensor {
  return constant([value], []);
}

/** The tensor of this shape filled with one value. */
export function full(shape: Shape, value: number): Tensor {
  return shape.length === 0 ? scalar(value) : scalar(value).broadcastTo(shape);
}

/**
 * Tensors joined along one axis.
 * @throws if they differ in another axis.
 */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1 ? parts[0]! : apply('concat', parts, { axis });
}

/** The identity matrix. */
export function identity(size: number): Tensor {
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++) data[i * size + i] = 1;
  return constant(data, [size, size]);
}

function lift(value: Tensor | number): Tensor {
  return typeof value === 'number' ? scalar(value) : value;
}

export type { Dim, DType, Shape };
