/** @file The vocabulary of expressions: the names of the operators, and the attributes that each is applied with. */
import type { Dim, Shape } from './shape.js';

/** Element type of a tensor: `bool` is what comparisons give and `select` takes as its condition. */
export type DType = 'float32' | 'bool';

/** Every attribute and its type. */
interface AllAttributes {
  /** Of a leaf: what its value is fed under. */
  readonly name: string;
  /** Of a constant: its values, row-major. */
  readonly data: Float64Array;
  /** Of leaky rectifiers: the factor of values that are not above 0. */
  readonly slope: number;
  /** Axes that are summed over, in ascending order. */
  readonly axes: readonly number[];
  /** Whether summed axes stay, with size 1. */
  readonly keepDims: boolean;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The shape of the result. */
  readonly shape: Shape;
  /** Axis i of the result is axis permutation[i] of the input. */
  readonly permutation: readonly number[];
  /** The number of rows of the result. */
  readonly rows: Dim;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  /** Zeros before the values. */
  readonly before: number;
  /** Zeros after the values. */
  readonly after: number;
  readonly stride: number;
  readonly pad: number;
  /** Height and width of what an adjoint of a convolution gives. */
  readonly size: readonly [number, number];
}

/** Operators without attributes. */
type PlainNames =
  | ('add' | 'sub' | 'mul' | 'div' | 'maximum' | 'greater' | 'select')
  | ('neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'softplus')
  | ('softmax' | 'logSumExp')
  | ('detach' | 'gather');

/** Which attributes an operator has. */
interface AttributeNames extends Record<PlainNames, never> {
  readonly input: 'name' | 'shape';
  readonly constant: 'data' | 'shape';
  readonly leakyRelu: 'slope';
  readonly leakyGate: 'slope';
  readonly sum: 'axes' | 'keepDims';
  readonly matmul: 'transposeA' | 'transposeB';
  readonly reshape: 'shape';
  readonly transpose: 'permutation';
  readonly broadcast: 'shape';
  readonly concat: 'axis';
  readonly slice: 'axis' | 'start' | 'end';
  readonly pad: 'axis' | 'before' | 'after';
  readonly scatterAdd: 'rows';
  readonly conv: 'stride' | 'pad';
  readonly convInput: 'stride' | 'pad' | 'size';
  readonly convFilter: 'stride' | 'pad' | 'size';
}

/** The names of all operators. Each has a row in shape-rules.ts, in ops.ts and in onnx/rules.ts. */
export type OperatorName = keyof AttributeNames;

/** The names of the operators that are applied without attributes. */
export type PlainOperatorName = PlainNames;

/** The attributes of one operator. */
export type AttributesOf<P extends OperatorName> = Pick<AllAttributes, AttributeNames[P]>;

/** The attributes of a node of any operator: those that its operator has. */
export type Attributes = Partial<AllAttributes>;
