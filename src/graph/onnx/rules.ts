/** @file The table of lowerings: the ONNX nodes that compute each operator. */

import type { OperatorName } from '../operator.js';
import type { Lowered, LoweredOf } from '../passes/lowered.js';
import { staticDim } from '../shape.js';
import { blockedSum } from './blocks.js';
import { columnSums } from './column-sums.js';
import { blockedConv, blockedConvFilter, blockedConvInput } from './conv-blocked.js';
import { plainConv, plainConvFilter, plainConvInput } from './conv-plain.js';
import type { Emitter } from './emitter.js';
import { INT64 } from './file.js';

/** Emits what computes a node from the values of these names, and returns the name of its value. */
export type OnnxRule<P extends OperatorName> = (
  emitter: Emitter,
  inputs: readonly string[],
  node: LoweredOf<P>,
) => string;

/** A rule that reads no attributes of its own. */
type PlainRule = (emitter: Emitter, inputs: readonly string[], node: Lowered) => string;

/** An operator that ONNX computes value by value under this name. */
const pointwise =
  (type: string): PlainRule =>
  (emitter, inputs, node) =>
    emitter.pointwise(type, inputs, node);

const leaf: PlainRule = (emitter, _, node) => emitter.leaf(node);

const leakyRelu: OnnxRule<'leakyRelu'> = (emitter, inputs, node) =>
  emitter.layoutFree(inputs, node, ([x]) => emitter.leakyRelu(x!, node.attributes.slope));

const leakyGate: OnnxRule<'leakyGate'> = (emitter, inputs, node) =>
  emitter.layoutFree(inputs, node, ([g, y]) =>
    emitter.node('Mul', [g!, emitter.leakyMask(y!, node.attributes.slope)]),
  );

const sum: OnnxRule<'sum'> = (emitter, [x], { attributes: { axes, keepDims }, inputs: [source] }) =>
  blockedSum(emitter, x!, source!.shape, axes, keepDims) ??
  columnSums(emitter, x!, source!.shape, axes, keepDims) ??
  emitter.node('ReduceSum', [x!, emitter.integers(axes)], { keepdims: keepDims ? 1 : 0 });

const logSumExp: OnnxRule<'logSumExp'> = (emitter, [x], { shape }) =>
  emitter.node('ReduceLogSumExp', [x!, emitter.integers([shape.length - 1])], { keepdims: 1 });

/** Gemm where a factor is read transposed, or a third input is added. */
const matmul: OnnxRule<'matmul'> = (emitter, inputs, { attributes: { transposeA, transposeB } }) =>
  transposeA || transposeB || inputs.length > 2
    ? emitter.node('Gemm', inputs, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 })
    : emitter.node('MatMul', inputs);

const reshape: OnnxRule<'reshape'> = (emitter, [x], { shape }) => {
  const target = shape.map((dim) => (typeof dim === 'number' ? dim : -1));
  return emitter.node('Reshape', [x!, emitter.integers(target)]);
};

const broadcast: OnnxRule<'broadcast'> = (emitter, [x], { shape }) =>
  emitter.node('Expand', [x!, emitter.integers(shape.map((dim) => staticDim(dim, shape)))]);

const slice: OnnxRule<'slice'> = (emitter, [x], { attributes: { axis, start, end } }) =>
  emitter.node('Slice', [x!, ...[start, end, axis].map((value) => emitter.integers([value]))]);

/** Of all axes: given one of them, ONNX Runtime fails where it exchanges a Pad and a Transpose. */
const pad: OnnxRule<'pad'> = (emitter, [x], { shape, attributes: { axis, before, after } }) => {
  const along = (length: number) => shape.map((_, i) => (i === axis ? length : 0));
  return emitter.node('Pad', [x!, emitter.integers([...along(before), ...along(after)])]);
};

/** Row numbers, which expressions hold as float32. */
const integersOf = (emitter: Emitter, index: string) => emitter.node('Cast', [index], { to: INT64 });

const gather: OnnxRule<'gather'> = (emitter, [x, index]) =>
  emitter.node('Gather', [x!, integersOf(emitter, index!)], { axis: 0 });

/**
 * ScatterElements onto zeros, every value of a row with the number of the row: ONNX Runtime adds them up on one thread in
 * the order of the index, so that the same inputs give the same bits. Its ScatterND would add rows on several threads.
 */
const scatterAdd: OnnxRule<'scatterAdd'> = (emitter, [x, index], { shape }) => {
  const [, ...row] = shape.map((dim) => staticDim(dim, shape));
  const numbers = integersOf(emitter, index!);
  const spread = () => {
    const column = emitter.node('Reshape', [numbers, emitter.integers([-1, ...row.map(() => 1)])]);
    return emitter.node('Expand', [column, emitter.integers([1, ...row])]);
  };
  const zeros = emitter.node('Expand', [emitter.scalar(0), emitter.integers(shape as readonly number[])]);
  return emitter.node('ScatterElements', [zeros, row.length === 0 ? numbers : spread(), x!], {
    axis: 0,
    reduction: 'add',
  });
};

const rules: { readonly [P in OperatorName]: OnnxRule<P> } = {
  input: leaf,
  constant: leaf,

  add: pointwise('Add'),
  sub: pointwise('Sub'),
  mul: pointwise('Mul'),
  div: pointwise('Div'),
  maximum: pointwise('Max'),
  greater: (emitter, inputs) => emitter.node('Greater', inputs),
  select: (emitter, inputs) => emitter.node('Where', inputs),

  neg: pointwise('Neg'),
  exp: pointwise('Exp'),
  log: pointwise('Log'),
  sqrt: pointwise('Sqrt'),
  tanh: pointwise('Tanh'),
  sigmoid: pointwise('Sigmoid'),
  softplus: pointwise('Softplus'),
  leakyRelu,
  leakyGate,

  sum,
  softmax: (emitter, inputs) => emitter.node('Softmax', inputs, { axis: -1 }),
  logSumExp,

  matmul,
  conv: (emitter, inputs, node) => blockedConv(emitter, inputs, node) ?? plainConv(emitter, inputs, node),
  convInput: (emitter, inputs, node) =>
    blockedConvInput(emitter, inputs, node) ?? plainConvInput(emitter, inputs, node),
  convFilter: (emitter, inputs, node) =>
    blockedConvFilter(emitter, inputs, node) ?? plainConvFilter(emitter, inputs, node),

  reshape,
  transpose: (emitter, inputs, { attributes: { permutation } }) =>
    emitter.node('Transpose', inputs, { perm: permutation }),
  broadcast,
  concat: (emitter, inputs, { attributes: { axis } }) => emitter.node('Concat', inputs, { axis }),
  slice,
  pad,
  gather,
  scatterAdd,
  // `optimise` has dropped it before a graph is lowered; it would cost nothing here either.
  detach: (_, [x]) => x!,
};

/** Emits a node by the rule of its operator. */
export function emit<P extends OperatorName>(
  emitter: Emitter,
  inputs: readonly string[],
  node: LoweredOf<P>,
): string {
  return rules[node.op](emitter, inputs, node);
}
