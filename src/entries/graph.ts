/**
 * Tensor expressions, their derivatives, and what they are lowered to.
 * @module mixtura/graph
 */

export { countFlops } from '../graph/cost/flops.js';
export { evaluate as interpret } from '../graph/evaluate.js';
export { grad } from '../graph/grad.js';
export type { ModelDocumentation } from '../graph/onnx/file.js';
export { type LowerOptions, lower, type OnnxModel } from '../graph/onnx/lower.js';
export type { Attributes, OperatorName } from '../graph/operator.js';
export { print } from '../graph/passes/print.js';
export {
  type ConvOptions,
  concat,
  constant,
  type Dim,
  type DType,
  full,
  identity,
  input,
  type Shape,
  scalar,
  Tensor,
} from '../graph/tensor.js';
