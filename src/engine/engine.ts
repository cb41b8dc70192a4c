/**
 * @file What runs a training step: programs compiled from expressions over tensors that live in the engine.
 *
 * A caller owns no device memory. It allocates groups of named tensors once, compiles programs whose leaves are
 * those tensors or feeds, and runs them; gradients go straight into the engine's memory, where an optimizer
 * updates the tensors in place.
 */
import type { Tensor } from '../graph/tensor.js';
import type { AdamOptions } from './optimizers.js';

/** A named tensor in engine memory, with the value it starts from. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Float32Array;
}

/** Tensors that are read, written and updated together: the parameters of one network, or its running statistics. */
export interface TensorGroup {
  readonly name: string;
  readonly tensors: readonly StateTensor[];
  /** Whether there is room for a gradient and a second moment beside each value. */
  readonly trainable: boolean;
  /** Whether there is room for a first moment too: Adam with beta1 = 0 needs none (default true). */
  readonly firstMoment?: boolean;
}

export interface ProgramSpec {
  readonly name: string;
  /** Values that go back to the caller at every run. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Gradients, by the name of the tensor that they belong to; left in engine memory for an optimizer. */
  readonly gradients?: ReadonlyMap<string, Tensor>;
  /** New values of engine tensors (running statistics, projections), written after the program has run. */
  readonly assignments?: ReadonlyMap<string, Tensor>;
}

/** One step of Adam on a group. `step` counts from 1. */
export interface AdamUpdate extends AdamOptions {
  readonly kind: 'adam';
  readonly group: string;
  readonly step: number;
}

/** One step of gradient descent on a group. */
export interface SgdUpdate {
  readonly kind: 'sgd';
  readonly group: string;
  readonly learningRate: number;
}

export type OptimizerUpdate = AdamUpdate | SgdUpdate;

export type Feeds = Readonly<Record<string, Float32Array>>;

export interface RunResult {
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** Milliseconds spent in the graph and in the optimizer. */
  readonly timing: { readonly graph: number; readonly optimizer: number };
}

/** Everything that a group holds, tensor after tensor without gaps. */
export interface GroupState {
  readonly value: Float32Array;
  readonly moment1?: Float32Array;
  readonly moment2?: Float32Array;
}

export interface Engine {
  readonly name: string;
  allocate(groups: readonly TensorGroup[]): Promise<void>;
  compile(program: ProgramSpec): Promise<void>;
  /**
   * Runs a program, then its assignments, then the optimizer updates. Calls are executed in the order in which they
   * were made, so a caller may queue several without waiting.
   */
  run(program: string, feeds: Feeds, updates?: readonly OptimizerUpdate[]): Promise<RunResult>;
  read(group: string): Promise<GroupState>;
  write(group: string, state: GroupState): Promise<void>;
  close(): Promise<void>;
}

/** Number of elements of a static shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((n, dim) => n * dim, 1);
}
