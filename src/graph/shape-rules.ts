/** @file The shape rule of each operator: the shape of its result, or an Error that names the operator, the shapes and the axis. */
import type { AttributesOf, OperatorName } from './operator.js';
import {
  broadcastShapes,
  convolvedSize,
  type Dim,
  formatShape,
  type Shape,
  sameShape,
  staticDim,
} from './shape.js';

type ShapeRule<P extends OperatorName> = (inputs: readonly Shape[], attributes: AttributesOf<P>) => Shape;

const same: ShapeRule<never> = ([x]) => x!;

const broadcasting =
  (name: OperatorName): ShapeRule<never> =>
  ([a, b]) =>
    broadcastShapes(name, a!, b!);

function requireRank(op: string, shape: Shape, rank: number): void {
  if (shape.length !== rank) throw new Error(`${op}: expected ${rank} axes, got shape ${formatShape(shape)}`);
}

function requireRows(op: string, shape: Shape): void {
  if (shape.length === 0) throw new Error(`${op}: expected at least one axis, got shape []`);
}

/** A shape whose summed axes are kept with size 1. */
export function keptShape(full: Shape, axes: readonly number[]): Shape {
  return full.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

const leakyGate: ShapeRule<'leakyGate'> = ([g, y]) => {
  if (!sameShape(g!, y!)) {
    throw new Error(`leakyGate: shapes ${formatShape(g!)} and ${formatShape(y!)} differ`);
  }
  return g!;
};

const sum: ShapeRule<'sum'> = ([x], { axes, keepDims }) => {
  for (const axis of axes) {
    if (axis < 0 || axis >= x!.length)
      throw new Error(`sum: axis ${axis} is not in shape ${formatShape(x!)}`);
  }
  return keepDims ? keptShape(x!, axes) : x!.filter((_, axis) => !axes.includes(axis));
};

const matmul: ShapeRule<'matmul'> = ([a, b], { transposeA, transposeB }) => {
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
};

const reshape: ShapeRule<'reshape'> = ([x], { shape }) => {
  const count = (s: Shape) => s.reduce<number>((n, dim) => (typeof dim === 'number' ? n * dim : n), 1);
  const symbols = (s: Shape) => s.filter((dim) => typeof dim === 'string').join();
  if (count(x!) !== count(shape) || symbols(x!) !== symbols(shape)) {
    throw new Error(`reshape: ${formatShape(x!)} does not hold the elements of ${formatShape(shape)}`);
  }
  return shape;
};

const transpose: ShapeRule<'transpose'> = ([x], { permutation }) => {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.some((axis, i) => axis !== i) || permutation.length !== x!.length) {
    throw new Error(`transpose: [${permutation}] does not permute the axes of ${formatShape(x!)}`);
  }
  return permutation.map((axis) => x![axis]!);
};

const broadcast: ShapeRule<'broadcast'> = ([x], { shape }) => {
  if (!sameShape(broadcastShapes('broadcast', x!, shape), shape)) {
    throw new Error(`broadcast: ${formatShape(x!)} does not spread to ${formatShape(shape)}`);
  }
  return shape;
};

const concat: ShapeRule<'concat'> = (inputs, { axis }) => {
  const [first] = inputs;
  for (const shape of inputs) {
    if (!sameShape(keptShape(shape, [axis]), keptShape(first!, [axis]))) {
      throw new Error(`concat: shapes ${inputs.map(formatShape).join(', ')} differ outside axis ${axis}`);
    }
  }
  const total = inputs.reduce((size, shape) => size + staticDim(shape[axis], shape), 0);
  return first!.map((dim, i) => (i === axis ? total : dim));
};

const slice: ShapeRule<'slice'> = ([x], { axis, start, end }) => {
  const size = staticDim(x![axis], x!);
  if (start < 0 || end > size || start >= end) {
    throw new Error(`slice: [${start}, ${end}) is not inside axis ${axis} of shape ${formatShape(x!)}`);
  }
  return x!.map((dim, i): Dim => (i === axis ? end - start : dim));
};

const pad: ShapeRule<'pad'> = ([x], { axis, before, after }) => {
  if (x![axis] === undefined) throw new Error(`pad: axis ${axis} is not in shape ${formatShape(x!)}`);
  return x!.map((dim, i): Dim => (i === axis ? staticDim(dim, x!) + before + after : dim));
};

const gather: ShapeRule<'gather'> = ([x, index]) => {
  requireRows('gather', x!);
  requireRank('gather, index', index!, 1);
  return [index![0]!, ...x!.slice(1)];
};

const scatterAdd: ShapeRule<'scatterAdd'> = ([x, index], { rows }) => {
  requireRows('scatterAdd', x!);
  if (!sameShape(index!, [x![0]!])) {
    throw new Error(
      `scatterAdd: the index has shape ${formatShape(index!)}, not one number for each row of ${formatShape(x!)}`,
    );
  }
  return [rows, ...x!.slice(1)];
};

/** Checks [n, c, h, w] against [o, c, kh, kw] and returns the shape of conv. */
const conv: ShapeRule<'conv'> = ([x, w], { stride, pad }) => {
  requireRank('conv', x!, 4);
  requireRank('conv', w!, 4);
  if (x![1] !== w![1]) {
    throw new Error(
      `conv: input ${formatShape(x!)} and filter ${formatShape(w!)} differ in channels (axis 1)`,
    );
  }
  const side = (axis: number): number => {
    const [size, kernel] = [staticDim(x![axis], x!), staticDim(w![axis], w!)];
    if (kernel > size + 2 * pad)
      throw new Error(`conv: kernel ${kernel} > padded input ${size + 2 * pad} in axis ${axis}`);
    return convolvedSize(size, kernel, stride, pad);
  };
  return [x![0]!, w![0]!, side(2), side(3)];
};

const convInput: ShapeRule<'convInput'> = ([y, w], { stride, pad, size }) => {
  const x: Shape = [y![0]!, w![1]!, ...size];
  const forward = conv([x, w!], { stride, pad });
  if (!sameShape(forward, y!)) {
    throw new Error(
      `convInput: an input ${formatShape(x)} gives ${formatShape(forward)}, not ${formatShape(y!)}`,
    );
  }
  return x;
};

const convFilter: ShapeRule<'convFilter'> = ([x, y], { stride, pad, size }) => {
  const w: Shape = [y![1]!, x![1]!, ...size];
  const forward = conv([x!, w], { stride, pad });
  if (!sameShape(forward, y!)) {
    throw new Error(
      `convFilter: a filter ${formatShape(w)} gives ${formatShape(forward)}, not ${formatShape(y!)}`,
    );
  }
  return w;
};

/** The shape of an operator's result by the shapes of its inputs. Each rule throws an Error where they do not fit. */
export const shapeRules: { readonly [P in OperatorName]: ShapeRule<P> } = {
  input: (_, { shape }) => shape,
  constant: (_, { shape }) => shape,

  add: broadcasting('add'),
  sub: broadcasting('sub'),
  mul: broadcasting('mul'),
  div: broadcasting('div'),
  maximum: broadcasting('maximum'),
  greater: broadcasting('greater'),
  select: ([condition, a, b]) => broadcastShapes('select', broadcastShapes('select', condition!, a!), b!),

  neg: same,
  exp: same,
  log: same,
  sqrt: same,
  tanh: same,
  sigmoid: same,
  softplus: same,
  leakyRelu: same,
  leakyGate,

  sum,
  softmax: ([x]) => {
    requireRows('softmax', x!);
    return x!;
  },
  logSumExp: ([x]) => {
    requireRows('logSumExp', x!);
    return keptShape(x!, [x!.length - 1]);
  },

  matmul,
  conv,
  convInput,
  convFilter,

  reshape,
  transpose,
  broadcast,
  concat,
  slice,
  pad,
  gather,
  scatterAdd,
  detach: same,
};
