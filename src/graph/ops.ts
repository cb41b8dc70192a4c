/**
 * @file The closed table of operators: everything that a loss can be made of.
 *
 * A row holds four rules: `shape`; `vjp`, the gradient written with the same operators (so gradients of gradients
 * come for free); `onnx`, its lowering; and `evaluate`, its meaning in float64. Adding an operator is adding a row.
 *
 * Convolution is trilinear: T(x, w, y) = <conv(x, w), y>. Its three partial adjoints conv, convInput and convFilter
 * are closed under differentiation, each one's gradients being the other two.
 */

import * as kernels from './float64.js';
import { blockedSum } from './onnx/blocks.js';
import { columnSums } from './onnx/column-sums.js';
import { blockedConv, blockedConvFilter, blockedConvInput } from './onnx/conv-blocked.js';
import { plainConv, plainConvFilter, plainConvInput } from './onnx/conv-plain.js';
import type { Emitter } from './onnx/emitter.js';
import {
  broadcastShapes,
  convolvedSize,
  type Dim,
  formatShape,
  type Shape,
  sameShape,
  staticDim,
} from './shape.js';
import { apply, type Tensor } from './tensor.js';

/** What an operator is applied with, besides tensors. Each row reads only its own. */
export interface Attributes {
  readonly name?: string;
  readonly data?: Float64Array;
  readonly slope?: number;
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly shape?: Shape;
  readonly permutation?: readonly number[];
  readonly axis?: number;
  readonly start?: number;
  readonly end?: number;
  readonly before?: number;
  readonly after?: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly size?: readonly [number, number];
}

/** A float64 value of the reference interpreter, row-major. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** What the gradient rule of a row sees: its node, and the gradient of the loss in the node's value. */
export interface VjpContext {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly gradient: Tensor;
  readonly attributes: Attributes;
}

export interface Operator {
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  /** Gradient in each input; `undefined` where the operator is constant almost everywhere. */
  vjp(context: VjpContext): (Tensor | undefined)[];
  onnx(emitter: Emitter, inputs: readonly string[], node: Tensor): string;
  evaluate(inputs: readonly Values[], attributes: Attributes, shape: readonly number[]): Float64Array;
}

type VjpRule = Operator['vjp'];

/** A row for an elementwise function of one tensor. */
function unary(onnxName: string, f: (x: number) => number, derivative: (c: VjpContext) => Tensor): Operator {
  return {
    shape: ([x]) => x!,
    vjp: (context) => [derivative(context)],
    onnx: (emitter, inputs, node) => emitter.pointwise(onnxName, inputs, node),
    evaluate: ([x]) => x!.data.map(f),
  };
}

/** A row for an elementwise function of two tensors that broadcast. */
function binary(
  name: string,
  onnxName: string,
  f: (a: number, b: number) => number,
  partials: (c: VjpContext) => readonly [Tensor, Tensor],
): Operator {
  return {
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    vjp: (context) => partials(context).map((partial, i) => partial.sumTo(context.inputs[i]!.shape)),
    onnx: (emitter, inputs, node) => emitter.pointwise(onnxName, inputs, node),
    evaluate: (inputs, _, shape) => kernels.elementwise(inputs, shape, ([a, b]) => f(a!, b!)),
  };
}

const constantInInputs: VjpRule = ({ inputs }) => inputs.map(() => undefined);

const leaf = (shape: Operator['shape']): Operator => ({
  shape,
  vjp: () => [],
  onnx: (emitter, _, node) => emitter.leaf(node),
  evaluate: (_, { data, name }) => {
    if (!data) throw new Error(`input ${name} was given no value`);
    return data;
  },
});

function requireRank(op: string, shape: Shape, rank: number): void {
  if (shape.length !== rank) throw new Error(`${op}: expected ${rank} axes, got shape ${formatShape(shape)}`);
}

/** The shape of what works along the last axis. */
function rowsShape(op: string, shape: Shape): Shape {
  if (shape.length === 0) throw new Error(`${op}: expected at least one axis, got shape []`);
  return shape;
}

function matmulShape([a, b]: readonly Shape[], { transposeA, transposeB }: Attributes): Shape {
  requireRank('matmul', a!, 2);
  requireRank('matmul', b!, 2);
  const [rows, inner] = transposeA ? [a![1]!, a![0]!] : [a![0]!, a![1]!];
  const [innerB, columns] = transposeB ? [b![1]!, b![0]!] : [b![0]!, b![1]!];
  if (inner !== innerB) {
    const [sideA, sideB] = [transposeA ? 'ᵀ' : '', transposeB ? 'ᵀ' : ''];
    throw new Error(
      `matmul: shapes ${formatShape(a!)}${sideA} and ${formatShape(b!)}${sideB} differ in the inner axis (${inner} and ${innerB})`,
    );
  }
  return [rows, columns];
}

/** C = A'B' with A' = A or A^T: the four cases of dA and dB, without a transposition node. */
const matmulVjp: VjpRule = ({ inputs: [a, b], gradient: g, attributes: { transposeA, transposeB } }) => [
  transposeA
    ? b!.matmul(g, { transposeA: transposeB === true, transposeB: true })
    : g.matmul(b!, { transposeB: !transposeB }),
  transposeB
    ? g.matmul(a!, { transposeA: true, transposeB: transposeA === true })
    : a!.matmul(g, { transposeA: !transposeA }),
];

function reduceShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  for (const axis of axes) {
    if (axis < 0 || axis >= shape.length)
      throw new Error(`sum: axis ${axis} is not in shape ${formatShape(shape)}`);
  }
  return keepDims
    ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** The shape of `reduced` before its summed axes were dropped. */
function keptShape(full: Shape, axes: readonly number[]): Shape {
  return full.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

function reshapeShape([x]: readonly Shape[], { shape }: Attributes): Shape {
  const count = (s: Shape) => s.reduce<number>((n, dim) => (typeof dim === 'number' ? n * dim : n), 1);
  const symbols = (s: Shape) => s.filter((dim) => typeof dim === 'string').join();
  if (count(x!) !== count(shape!) || symbols(x!) !== symbols(shape!)) {
    throw new Error(`reshape: ${formatShape(x!)} does not hold the elements of ${formatShape(shape!)}`);
  }
  return shape!;
}

function concatShape(inputs: readonly Shape[], { axis }: Attributes): Shape {
  const [first] = inputs;
  for (const shape of inputs) {
    if (!sameShape(keptShape(shape, [axis!]), keptShape(first!, [axis!]))) {
      throw new Error(`concat: shapes ${inputs.map(formatShape).join(', ')} differ outside axis ${axis}`);
    }
  }
  const total = inputs.reduce((sum, shape) => sum + staticDim(shape[axis!], shape), 0);
  return first!.map((dim, i) => (i === axis ? total : dim));
}

const concatVjp: VjpRule = ({ inputs, gradient, attributes: { axis } }) => {
  let start = 0;
  return inputs.map((input) => {
    const end = start + staticDim(input.shape[axis!], input.shape);
    const part = gradient.slice(axis!, start, end);
    start = end;
    return part;
  });
};

function sliceShape([x]: readonly Shape[], { axis, start, end }: Attributes): Shape {
  const size = staticDim(x![axis!], x!);
  if (start! < 0 || end! > size || start! >= end!) {
    throw new Error(`slice: [${start}, ${end}) is not inside axis ${axis} of shape ${formatShape(x!)}`);
  }
  return x!.map((dim, i): Dim => (i === axis ? end! - start! : dim));
}

function padShape([x]: readonly Shape[], { axis, before, after }: Attributes): Shape {
  if (x![axis!] === undefined) throw new Error(`pad: axis ${axis} is not in shape ${formatShape(x!)}`);
  return x!.map((dim, i): Dim => (i === axis ? staticDim(dim, x!) + before! + after! : dim));
}

/** Checks [n, c, h, w] against [o, c, kh, kw] and returns the shape of conv. */
function convShape([x, w]: readonly Shape[], { stride, pad }: Attributes): Shape {
  requireRank('conv', x!, 4);
  requireRank('conv', w!, 4);
  if (x![1] !== w![1]) {
    throw new Error(
      `conv: input ${formatShape(x!)} and filter ${formatShape(w!)} differ in channels (axis 1)`,
    );
  }
  const side = (axis: number): number => {
    const [size, kernel] = [staticDim(x![axis], x!), staticDim(w![axis], w!)];
    if (kernel > size + 2 * pad!)
      throw new Error(`conv: kernel ${kernel} > padded input ${size + 2 * pad!} in axis ${axis}`);
    return convolvedSize(size, kernel, stride!, pad!);
  };
  return [x![0]!, w![0]!, side(2), side(3)];
}

function convInputShape([y, w]: readonly Shape[], { stride, pad, size }: Attributes): Shape {
  const x: Shape = [y![0]!, w![1]!, ...size!];
  const forward = convShape([x, w!], { stride: stride!, pad: pad! });
  if (!sameShape(forward, y!)) {
    throw new Error(
      `convInput: an input ${formatShape(x)} gives ${formatShape(forward)}, not ${formatShape(y!)}`,
    );
  }
  return x;
}

function convFilterShape([x, y]: readonly Shape[], { stride, pad, size }: Attributes): Shape {
  const w: Shape = [y![1]!, x![1]!, ...size!];
  const forward = convShape([x!, w], { stride: stride!, pad: pad! });
  if (!sameShape(forward, y!)) {
    throw new Error(
      `convFilter: a filter ${formatShape(w)} gives ${formatShape(forward)}, not ${formatShape(y!)}`,
    );
  }
  return w;
}

type ConvRole = 'conv' | 'convInput' | 'convFilter';

/** A partial adjoint of the trilinear form, with its geometry. */
function convolve(role: ConvRole, a: Tensor, b: Tensor, { stride, pad }: Attributes, of?: Tensor): Tensor {
  const size = of ? ([of.shape[2], of.shape[3]] as [number, number]) : undefined;
  return apply(role, [a, b], { stride: stride!, pad: pad!, ...(size && { size }) });
}

/** The names of the table's rows: the whole vocabulary of the system. */
export type OperatorName =
  | ('input' | 'constant')
  | ('add' | 'sub' | 'mul' | 'div' | 'maximum' | 'greater' | 'select')
  | ('neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'softplus' | 'leakyRelu' | 'leakyGate')
  | ('sum' | 'softmax' | 'logSumExp')
  | ('matmul' | 'conv' | 'convInput' | 'convFilter')
  | ('reshape' | 'transpose' | 'broadcast' | 'concat' | 'slice' | 'pad');

export const operators: Readonly<Record<OperatorName, Operator>> = {
  input: leaf((_, { shape }) => shape!),
  constant: leaf((_, { shape }) => shape!),

  add: binary(
    'add',
    'Add',
    (a, b) => a + b,
    ({ gradient: g }) => [g, g],
  ),
  sub: binary(
    'sub',
    'Sub',
    (a, b) => a - b,
    ({ gradient: g }) => [g, g.neg()],
  ),
  mul: binary(
    'mul',
    'Mul',
    (a, b) => a * b,
    ({ inputs: [a, b], gradient: g }) => [g.mul(b!), g.mul(a!)],
  ),
  div: binary(
    'div',
    'Div',
    (a, b) => a / b,
    ({ inputs: [, b], output: y, gradient: g }) => [g.div(b!), g.mul(y).div(b!).neg()],
  ),
  maximum: binary('maximum', 'Max', Math.max, ({ inputs: [a, b], gradient: g }) => [
    a!.greater(b!).select(g, 0),
    a!.greater(b!).select(0, g),
  ]),

  greater: {
    shape: ([a, b]) => broadcastShapes('greater', a!, b!),
    vjp: constantInInputs,
    onnx: (emitter, inputs) => emitter.node('Greater', inputs),
    evaluate: (inputs, _, shape) => kernels.elementwise(inputs, shape, ([a, b]) => (a! > b! ? 1 : 0)),
  },
  select: {
    shape: ([condition, a, b]) => broadcastShapes('select', broadcastShapes('select', condition!, a!), b!),
    vjp: ({ inputs: [condition, a, b], gradient: g }) => [
      undefined,
      condition!.select(g, 0).sumTo(a!.shape),
      condition!.select(0, g).sumTo(b!.shape),
    ],
    onnx: (emitter, inputs) => emitter.node('Where', inputs),
    evaluate: (inputs, _, shape) => kernels.elementwise(inputs, shape, ([c, a, b]) => (c ? a! : b!)),
  },

  neg: unary(
    'Neg',
    (x) => -x,
    ({ gradient: g }) => g.neg(),
  ),
  exp: unary('Exp', Math.exp, ({ output: y, gradient: g }) => g.mul(y)),
  log: unary('Log', Math.log, ({ inputs: [x], gradient: g }) => g.div(x!)),
  sqrt: unary('Sqrt', Math.sqrt, ({ output: y, gradient: g }) => g.mul(0.5).div(y)),
  tanh: unary('Tanh', Math.tanh, ({ output: y, gradient: g }) => g.mul(y.square().neg().add(1))),
  sigmoid: unary('Sigmoid', kernels.sigmoid, ({ output: y, gradient: g }) => g.mul(y.mul(y.neg().add(1)))),
  softplus: unary('Softplus', kernels.softplus, ({ inputs: [x], gradient: g }) => g.mul(x!.sigmoid())),

  /** x > 0 ? x : slope x. The gradient reads the sign of the output, which is the input's, so that x need not be kept. */
  leakyRelu: {
    shape: ([x]) => x!,
    vjp: ({ output, gradient, attributes: { slope } }) => [
      apply('leakyGate', [gradient, output], { slope: slope! }),
    ],
    onnx: (emitter, inputs, node) =>
      emitter.layoutFree(inputs, node, ([x]) => emitter.leakyRelu(x!, node.attributes.slope)),
    evaluate: ([x], { slope }) => x!.data.map((value) => (value > 0 ? value : slope! * value)),
  },
  /** leakyGate(g, y) = y > 0 ? g : slope g: linear in g, constant in y almost everywhere. */
  leakyGate: {
    shape: ([g, y]) => {
      if (!sameShape(g!, y!))
        throw new Error(`leakyGate: shapes ${formatShape(g!)} and ${formatShape(y!)} differ`);
      return g!;
    },
    vjp: ({ inputs: [, y], gradient, attributes: { slope } }) => [
      apply('leakyGate', [gradient, y!], { slope: slope! }),
      undefined,
    ],
    onnx: (emitter, inputs, node) =>
      emitter.layoutFree(inputs, node, ([g, y]) =>
        emitter.node('Mul', [g!, emitter.leakyMask(y!, node.attributes.slope!)]),
      ),
    evaluate: ([g, y], { slope }) => g!.data.map((value, i) => (y!.data[i]! > 0 ? value : slope! * value)),
  },

  sum: {
    shape: ([x], { axes, keepDims }) => reduceShape(x!, axes!, keepDims!),
    vjp: ({ inputs: [x], gradient, attributes: { axes } }) => [
      gradient.reshape(keptShape(x!.shape, axes!)).broadcastTo(x!.shape),
    ],
    onnx: (emitter, [x], { attributes: { axes, keepDims }, inputs: [source] }) =>
      blockedSum(emitter, x!, source!.shape, axes!, keepDims!) ??
      columnSums(emitter, x!, source!.shape, axes!, keepDims!) ??
      emitter.node('ReduceSum', [x!, emitter.integers(axes!)], { keepdims: keepDims ? 1 : 0 }),
    evaluate: ([x], { axes }) => kernels.reduceSum(x!, axes!),
  },
  softmax: {
    shape: ([x]) => rowsShape('softmax', x!),
    vjp: ({ output: y, gradient: g }) => [y.mul(g.sub(g.mul(y).sum([-1], true)))],
    onnx: (emitter, inputs) => emitter.node('Softmax', inputs, { axis: -1 }),
    evaluate: ([x]) => kernels.softmax(x!),
  },
  logSumExp: {
    shape: ([x]) => keptShape(rowsShape('logSumExp', x!), [x!.length - 1]),
    vjp: ({ inputs: [x], gradient: g }) => [x!.softmax().mul(g)],
    onnx: (emitter, [x], { shape }) =>
      emitter.node('ReduceLogSumExp', [x!, emitter.integers([shape.length - 1])], { keepdims: 1 }),
    evaluate: ([x]) => kernels.logSumExp(x!),
  },

  matmul: {
    shape: matmulShape,
    vjp: matmulVjp,
    onnx: (emitter, inputs, { attributes: { transposeA, transposeB } }) =>
      transposeA || transposeB || inputs.length > 2
        ? emitter.node('Gemm', inputs, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 })
        : emitter.node('MatMul', inputs),
    // A third input, a column to add, is known to the lowering alone (fuse.ts).
    evaluate: ([a, b], { transposeA, transposeB }) => kernels.matmul(a!, b!, transposeA!, transposeB!),
  },
  reshape: {
    shape: reshapeShape,
    vjp: ({ inputs: [x], gradient }) => [gradient.reshape(x!.shape)],
    onnx: (emitter, [x], { shape }) => {
      const target = shape.map((dim) => (typeof dim === 'number' ? dim : -1));
      return emitter.node('Reshape', [x!, emitter.integers(target)]);
    },
    evaluate: ([x]) => x!.data,
  },
  transpose: {
    shape: ([x], { permutation }) => {
      if (
        [...permutation!].sort((a, b) => a - b).some((axis, i) => axis !== i) ||
        permutation!.length !== x!.length
      ) {
        throw new Error(`transpose: [${permutation}] does not permute the axes of ${formatShape(x!)}`);
      }
      return permutation!.map((axis) => x![axis]!);
    },
    vjp: ({ gradient, attributes: { permutation } }) => [
      gradient.transpose(permutation!.map((_, axis) => permutation!.indexOf(axis))),
    ],
    onnx: (emitter, inputs, { attributes: { permutation } }) =>
      emitter.node('Transpose', inputs, { perm: permutation! }),
    evaluate: ([x], { permutation }) => kernels.transpose(x!, permutation!),
  },
  broadcast: {
    shape: ([x], { shape }) => {
      if (!sameShape(broadcastShapes('broadcast', x!, shape!), shape!)) {
        throw new Error(`broadcast: ${formatShape(x!)} does not spread to ${formatShape(shape!)}`);
      }
      return shape!;
    },
    vjp: ({ inputs: [x], gradient }) => [gradient.sumTo(x!.shape)],
    onnx: (emitter, [x], { shape }) =>
      emitter.node('Expand', [x!, emitter.integers(shape.map((dim) => staticDim(dim, shape)))]),
    evaluate: (inputs, _, shape) => kernels.elementwise(inputs, shape, ([x]) => x!),
  },
  concat: {
    shape: concatShape,
    vjp: concatVjp,
    onnx: (emitter, inputs, { attributes: { axis } }) => emitter.node('Concat', inputs, { axis: axis! }),
    evaluate: (inputs, { axis }, shape) => kernels.concat(inputs, axis!, shape),
  },
  slice: {
    shape: sliceShape,
    vjp: ({ inputs: [x], gradient, attributes: { axis, start, end } }) => [
      gradient.pad(axis!, start!, staticDim(x!.shape[axis!], x!.shape) - end!),
    ],
    onnx: (emitter, [x], { attributes: { axis, start, end } }) =>
      emitter.node('Slice', [
        x!,
        emitter.integers([start!]),
        emitter.integers([end!]),
        emitter.integers([axis!]),
      ]),
    evaluate: ([x], { axis, start }, shape) => kernels.crop(x!, axis!, start!, shape),
  },
  pad: {
    shape: padShape,
    vjp: ({ inputs: [x], gradient, attributes: { axis, before } }) => [
      gradient.slice(axis!, before!, before! + staticDim(x!.shape[axis!], x!.shape)),
    ],
    // Of all axes: given one of them, ONNX Runtime fails where it exchanges a Pad and a Transpose.
    onnx: (emitter, [x], { shape, attributes: { axis, before, after } }) => {
      const along = (length: number) => shape.map((_, i) => (i === axis ? length : 0));
      return emitter.node('Pad', [x!, emitter.integers([...along(before!), ...along(after!)])]);
    },
    evaluate: ([x], { axis, before }, shape) => kernels.crop(x!, axis!, -before!, shape),
  },

  /** y = conv(x, w): [n, c, h, w] * [o, c, k, k] -> [n, o, h', w']. */
  conv: {
    shape: convShape,
    vjp: ({ inputs: [x, w], gradient: g, attributes }) => [
      convolve('convInput', g, w!, attributes, x),
      convolve('convFilter', x!, g, attributes, w),
    ],
    onnx: (emitter, inputs, node) => blockedConv(emitter, inputs, node) ?? plainConv(emitter, inputs, node),
    evaluate: ([x, w], attributes, shape) => kernels.conv(x!, w!, attributes, shape),
  },
  /** x = convInput(y, w), the adjoint of conv in x (a transposed convolution). */
  convInput: {
    shape: convInputShape,
    vjp: ({ inputs: [y, w], gradient: g, attributes }) => [
      convolve('conv', g, w!, attributes),
      convolve('convFilter', g, y!, attributes, w),
    ],
    onnx: (emitter, inputs, node) =>
      blockedConvInput(emitter, inputs, node) ?? plainConvInput(emitter, inputs, node),
    evaluate: ([y, w], attributes, shape) => kernels.convInput(y!, w!, attributes, shape),
  },
  /** w = convFilter(x, y), the adjoint of conv in w (a convolution with batch and channels exchanged). */
  convFilter: {
    shape: convFilterShape,
    vjp: ({ inputs: [x, y], gradient: g, attributes }) => [
      convolve('convInput', y!, g, attributes, x),
      convolve('conv', x!, g, attributes),
    ],
    onnx: (emitter, inputs, node) =>
      blockedConvFilter(emitter, inputs, node) ?? plainConvFilter(emitter, inputs, node),
    evaluate: ([x, y], attributes, shape) => kernels.convFilter(x!, y!, attributes, shape),
  },
};
