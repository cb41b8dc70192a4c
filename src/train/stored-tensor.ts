/** @file A tensor apart from any engine: what a session saves and a checkpoint holds. */

/** Values of a stored tensor, row-major. */
export type TensorArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A tensor in row-major order; `data.length` is the product of `shape` (1 for a scalar, shape `[]`). */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorArray;
}
