/** @file Nodes as a lowering reads them: tensors, and what passes make of them that only a lowering understands. */
import type { Attributes, AttributesOf, DType, OperatorName } from '../operator.js';
import type { Shape } from '../shape.js';
import { shapeRules } from '../shape-rules.js';

/**
 * A node of a graph that is to be lowered: a tensor, or a node that also does what followed it (see fuse.ts). The latter
 * has no gradient and no value in the interpreter, so it is no `Tensor`.
 */
export interface Lowered {
  readonly op: OperatorName;
  /** Of a fused convolution or product there is a third input, which it adds: a value a channel, or a column. */
  readonly inputs: readonly Lowered[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Slope of the leaky rectifier that a fused convolution ends with. */
  readonly slope?: number;
}

/** A node to be lowered of one operator, with its attributes. */
export interface LoweredOf<P extends OperatorName> extends Lowered {
  readonly op: P;
  readonly attributes: AttributesOf<P>;
}

/** A node to be lowered; throws an Error where the shapes do not fit. */
export function lowered<P extends OperatorName>(
  op: P,
  inputs: readonly Lowered[],
  attributes: AttributesOf<P>,
): Lowered {
  const shape = shapeRules[op](
    inputs.map((input) => input.shape),
    attributes,
  );
  return { op, inputs, attributes, shape, dtype: 'float32' };
}
