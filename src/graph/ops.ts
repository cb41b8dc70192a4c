/**
 * @file The closed table of operators: everything that a loss can be made of.
 *
 * A row holds two rules: `vjp`, the gradient written with the same operators (so gradients of gradients come for free);
 * and `evaluate`, the meaning in float64. The shape of a result is in shape-rules.ts, which expressions need while they
 * are written; the lowering is in onnx/rules.ts. All three are demanded by type.
 *
 * Convolution is trilinear: T(x, w, y) = <conv(x, w), y>. Its three partial adjoints conv, convInput and convFilter
 * are closed under differentiation, each one's gradients being the other two.
 */

import * as float64 from './float64.js';
import type { Attributes, AttributesOf, OperatorName } from './operator.js';
import { staticDim } from './shape.js';
import { keptShape } from './shape-rules.js';
import { apply, type Tensor } from './tensor.js';

/** What the gradient rule of a row sees: its node, and the gradient of the loss in the node's value. */
export interface VjpContext<A = Attributes> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly gradient: Tensor;
  readonly attributes: A;
}

/** A row of the table, for an operator with these attributes. */
export interface Operator<A = Attributes> {
  /** Gradient in each input; `undefined` where the operator is constant almost everywhere. */
  vjp(context: VjpContext<A>): (Tensor | undefined)[];
  /** The value, row-major, of inputs in float64. */
  evaluate(inputs: readonly float64.Values[], attributes: A, shape: readonly number[]): Float64Array;
}

/** A row for an elementwise function of one tensor. */
function unary(f: (x: number) => number, derivative: (c: VjpContext) => Tensor): Operator {
  return {
    vjp: (context) => [derivative(context)],
    evaluate: ([x]) => x!.data.map(f),
  };
}

/** A row for an elementwise function of two tensors that broadcast. */
function binary(
  f: (a: number, b: number) => number,
  partials: (c: VjpContext) => readonly [Tensor, Tensor],
): Operator {
  return {
    vjp: (context) => partials(context).map((partial, i) => partial.sumTo(context.inputs[i]!.shape)),
    evaluate: (inputs, _, shape) => float64.elementwise(inputs, shape, ([a, b]) => f(a!, b!)),
  };
}

/** C = A'B' with A' = A or A^T: the four cases of dA and dB, without a transposition node. */
function matmulVjp({
  inputs: [a, b],
  gradient: g,
  attributes: { transposeA, transposeB },
}: VjpContext<AttributesOf<'matmul'>>): Tensor[] {
  return [
    transposeA
      ? b!.matmul(g, { transposeA: transposeB, transposeB: true })
      : g.matmul(b!, { transposeB: !transposeB }),
    transposeB
      ? g.matmul(a!, { transposeA: true, transposeB: transposeA })
      : a!.matmul(g, { transposeA: !transposeA }),
  ];
}

function concatVjp({ inputs, gradient, attributes: { axis } }: VjpContext<AttributesOf<'concat'>>): Tensor[] {
  let start = 0;
  return inputs.map((input) => {
    const end = start + staticDim(input.shape[axis], input.shape);
    const part = gradient.slice(axis, start, end);
    start = end;
    return part;
  });
}

type Geometry = AttributesOf<'conv'>;

const conv = (x: Tensor, w: Tensor, { stride, pad }: Geometry) => apply('conv', [x, w], { stride, pad });

/** The other two partial adjoints of the trilinear form; `of` is the image or filter whose size the result has. */
function adjoint(
  role: 'convInput' | 'convFilter',
  a: Tensor,
  b: Tensor,
  { stride, pad }: Geometry,
  of: Tensor,
): Tensor {
  const size = [staticDim(of.shape[2], of.shape), staticDim(of.shape[3], of.shape)] as const;
  return apply(role, [a, b], { stride, pad, size });
}

const rows: { readonly [P in OperatorName]: Operator<AttributesOf<P>> } = {
  input: {
    vjp: () => [],
    evaluate: (_, { name }) => {
      throw new Error(`input ${name} was given no value`);
    },
  },
  constant: { vjp: () => [], evaluate: (_, { data }) => data },

  add: binary(
    (a, b) => a + b,
    ({ gradient: g }) => [g, g],
  ),
  sub: binary(
    (a, b) => a - b,
    ({ gradient: g }) => [g, g.neg()],
  ),
  mul: binary(
    (a, b) => a * b,
    ({ inputs: [a, b], gradient: g }) => [g.mul(b!), g.mul(a!)],
  ),
  div: binary(
    (a, b) => a / b,
    ({ inputs: [, b], output: y, gradient: g }) => [g.div(b!), g.mul(y).div(b!).neg()],
  ),
  maximum: binary(Math.max, ({ inputs: [a, b], gradient: g }) => [
    a!.greater(b!).select(g, 0),
    a!.greater(b!).select(0, g),
  ]),

  greater: {
    vjp: ({ inputs }) => inputs.map(() => undefined),
    evaluate: (inputs, _, shape) => float64.elementwise(inputs, shape, ([a, b]) => (a! > b! ? 1 : 0)),
  },
  select: {
    vjp: ({ inputs: [condition, a, b], gradient: g }) => [
      undefined,
      condition!.select(g, 0).sumTo(a!.shape),
      condition!.select(0, g).sumTo(b!.shape),
    ],
    evaluate: (inputs, _, shape) => float64.elementwise(inputs, shape, ([c, a, b]) => (c ? a! : b!)),
  },

  neg: unary(
    (x) => -x,
    ({ gradient: g }) => g.neg(),
  ),
  exp: unary(Math.exp, ({ output: y, gradient: g }) => g.mul(y)),
  log: unary(Math.log, ({ inputs: [x], gradient: g }) => g.div(x!)),
  sqrt: unary(Math.sqrt, ({ output: y, gradient: g }) => g.mul(0.5).div(y)),
  tanh: unary(Math.tanh, ({ output: y, gradient: g }) => g.mul(y.square().neg().add(1))),
  sigmoid: unary(float64.sigmoid, ({ output: y, gradient: g }) => g.mul(y.mul(y.neg().add(1)))),
  softplus: unary(float64.softplus, ({ inputs: [x], gradient: g }) => g.mul(x!.sigmoid())),

  /** x > 0 ? x : slope x. The gradient reads the sign of the output, which is the input's, so that x need not be kept. */
  leakyRelu: {
    vjp: ({ output, gradient, attributes: { slope } }) => [apply('leakyGate', [gradient, output], { slope })],
    evaluate: ([x], { slope }) => x!.data.map((value) => (value > 0 ? value : slope * value)),
  },
  /** leakyGate(g, y) = y > 0 ? g : slope g: linear in g, constant in y almost everywhere. */
  leakyGate: {
    vjp: ({ inputs: [, y], gradient, attributes: { slope } }) => [
      apply('leakyGate', [gradient, y!], { slope }),
      undefined,
    ],
    evaluate: ([g, y], { slope }) => g!.data.map((value, i) => (y!.data[i]! > 0 ? value : slope * value)),
  },

  sum: {
    vjp: ({ inputs: [x], gradient, attributes: { axes } }) => [
      gradient.reshape(keptShape(x!.shape, axes)).broadcastTo(x!.shape),
    ],
    evaluate: ([x], { axes }) => float64.reduceSum(x!, axes),
  },
  softmax: {
    vjp: ({ output: y, gradient: g }) => [y.mul(g.sub(g.mul(y).sum([-1], true)))],
    evaluate: ([x]) => float64.softmax(x!),
  },
  logSumExp: {
    vjp: ({ inputs: [x], gradient: g }) => [x!.softmax().mul(g)],
    evaluate: ([x]) => float64.logSumExp(x!),
  },

  matmul: {
    vjp: matmulVjp,
    evaluate: ([a, b], { transposeA, transposeB }) => float64.matmul(a!, b!, transposeA, transposeB),
  },
  reshape: {
    vjp: ({ inputs: [x], gradient }) => [gradient.reshape(x!.shape)],
    evaluate: ([x]) => x!.data,
  },
  transpose: {
    vjp: ({ gradient, attributes: { permutation } }) => [
      gradient.transpose(permutation.map((_, axis) => permutation.indexOf(axis))),
    ],
    evaluate: ([x], { permutation }) => float64.transpose(x!, permutation),
  },
  broadcast: {
    vjp: ({ inputs: [x], gradient }) => [gradient.sumTo(x!.shape)],
    evaluate: (inputs, _, shape) => float64.elementwise(inputs, shape, ([x]) => x!),
  },
  concat: {
    vjp: concatVjp,
    evaluate: (inputs, { axis }, shape) => float64.concat(inputs, axis, shape),
  },
  slice: {
    vjp: ({ inputs: [x], gradient, attributes: { axis, start, end } }) => [
      gradient.pad(axis, start, staticDim(x!.shape[axis], x!.shape) - end),
    ],
    evaluate: ([x], { axis, start }, shape) => float64.crop(x!, axis, start, shape),
  },
  pad: {
    vjp: ({ inputs: [x], gradient, attributes: { axis, before } }) => [
      gradient.slice(axis, before, before + staticDim(x!.shape[axis], x!.shape)),
    ],
    evaluate: ([x], { axis, before }, shape) => float64.crop(x!, axis, -before, shape),
  },

  /** out[i] = x[index[i]]; the gradient of a row is the sum of those of its copies. */
  gather: {
    vjp: ({ inputs: [x, index], gradient }) => [gradient.scatterAdd(index!, x!.shape[0]!), undefined],
    evaluate: ([x, index], _, shape) => float64.gather(x!, index!, shape),
  },
  /** out[index[i]] += x[i]: the adjoint of gather in x. */
  scatterAdd: {
    vjp: ({ inputs: [, index], gradient }) => [gradient.gather(index!), undefined],
    evaluate: ([x, index], _, shape) => float64.scatterAdd(x!, index!, shape),
  },
  /** x, held constant: the one operator that stops a gradient which is not zero. */
  detach: { vjp: () => [undefined], evaluate: ([x]) => x!.data },

  /** y = conv(x, w): [n, c, h, w] * [o, c, k, k] -> [n, o, h', w']. */
  conv: {
    vjp: ({ inputs: [x, w], gradient: g, attributes }) => [
      adjoint('convInput', g, w!, attributes, x!),
      adjoint('convFilter', x!, g, attributes, w!),
    ],
    evaluate: ([x, w], attributes, shape) => float64.conv(x!, w!, attributes, shape),
  },
  /** x = convInput(y, w), the adjoint of conv in x (a transposed convolution). */
  convInput: {
    vjp: ({ inputs: [y, w], gradient: g, attributes }) => [
      conv(g, w!, attributes),
      adjoint('convFilter', g, y!, attributes, w!),
    ],
    evaluate: ([y, w], attributes, shape) => float64.convInput(y!, w!, attributes, shape),
  },
  /** w = convFilter(x, y), the adjoint of conv in w (a convolution with batch and channels exchanged). */
  convFilter: {
    vjp: ({ inputs: [x, y], gradient: g, attributes }) => [
      adjoint('convInput', y!, g, attributes, x!),
      conv(x!, g, attributes),
    ],
    evaluate: ([x, y], attributes, shape) => float64.convFilter(x!, y!, attributes, shape),
  },
};

/** The rows by the name of the operator. */
export const operators: Readonly<Record<OperatorName, Operator>> = rows;
