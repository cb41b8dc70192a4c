/** @file A named tensor of a network: its place in the graph, and how it starts. */

import { input, type Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { Initializer } from './initializers.js';

/** A named tensor of a layer: trained, or assigned by training. */
export interface Parameter {
  /** Path such as `generator/1-dense/weight`; unique in a model. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The leaf that stands for it in every expression. */
  readonly tensor: Tensor;
  /** Its starting value, drawn from a stream of its own (see {@link initialValue}). */
  readonly initializer: Initializer;
}

/** Declares a parameter; `name` must be unique in the model, since the engine finds its value by it. */
export function parameter(name: string, shape: readonly number[], initializer: Initializer): Parameter {
  return { name, shape, tensor: input(name, shape), initializer };
}

/** Draws the starting value from the stream that belongs to this parameter's name. */
export function initialValue({ name, shape, initializer }: Parameter, stream: Stream): Float32Array {
  const size = shape.reduce((n, dim) => n * dim, 1);
  return initializer(new Float32Array(size), stream.fork(name));
}

/** Number of values in all the given parameters. */
export function parameterCount(parameters: readonly Parameter[]): number {
  return parameters.reduce((n, { shape }) => n + shape.reduce((m, dim) => m * dim, 1), 0);
}
