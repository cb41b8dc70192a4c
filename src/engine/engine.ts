/**
 * @file What runs a training step: programs compiled from expressions over tensors that live in the engine.
 *
 * A caller owns no device memory. It opens the engine with groups of named tensors and with programs, whose leaves are
 * those tensors or feeds, and runs the programs. Gradients stay in the engine's memory, where an optimizer updates the
 * tensors in place.
 */
import type { Tensor } from '../graph/tensor.js';
import type { AdamOptions } from './optimizers.js';

/** A named tensor in engine memory, with the value it starts from. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major values, or a function that writes them into an array of zeros. */
  readonly initial: Float32Array | ((out: Float32Array) => void);
}

/** A {@link TensorGroup} without its values. */
export interface GroupLayout {
  readonly name: string;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Whether a gradient and a second moment are kept beside each value. */
  readonly trainable: boolean;
  /** Whether a trainable group keeps first moments too (default true): Adam with beta1 = 0 needs none. */
  readonly firstMoment?: boolean;
}

/** Tensors that are read, written and updated together: the parameters of one network, or its running statistics. */
export interface TensorGroup extends GroupLayout {
  readonly tensors: readonly StateTensor[];
}

/** A program as expressions: its leaves are engine tensors, by name, or values fed at every run. */
export interface ProgramSpec {
  readonly name: string;
  /** Values that the caller gets at every run. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Gradients, by the name of the tensor that they belong to; they stay in engine memory for an optimizer. */
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

/** One optimizer step on a group, by the gradients that programs left for its tensors. */
export type OptimizerUpdate = AdamUpdate | SgdUpdate;

/** Values of a program's inputs, by name, row-major. */
export type Feeds = Readonly<Record<string, Float32Array>>;

/** Copies of a program's outputs, by name, row-major. */
export type ProgramOutputs = Readonly<Record<string, Float32Array>>;

/** The result of one run of a program. */
export interface RunResult {
  readonly outputs: ProgramOutputs;
  /**
   * Milliseconds spent in the graph, and in optimizer updates since the previous result. The updates of this run are not
   * among them: they may still be under way when the caller gets the outputs.
   */
  readonly timing: { readonly graph: number; readonly optimizer: number };
}

/** Everything that a group holds, tensor after tensor without gaps. */
export interface GroupState {
  readonly value: Float32Array;
  /** First moments of Adam; absent where the group keeps none. */
  readonly moment1?: Float32Array;
  /** Second moments of Adam; absent where the group is not trained. */
  readonly moment2?: Float32Array;
}

/** Holds groups of tensors and runs programs over them. Every failure rejects. */
export interface Engine {
  /** Name for people, such as `ort-cpu`. */
  readonly name: string;
  /**
   * Places all groups, with their starting values, and makes `programs` ready to run under their names; called once, before
   * anything else. An engine without tensors need not be opened.
   *
   * `programs` are those that run at every step, as far as they are known. An engine may choose by them where it runs, and
   * let gradients of different programs share memory: a group that one of them trains is then updated only with the run of
   * a program that trains it.
   */
  open(groups: readonly TensorGroup[], programs?: readonly ProgramSpec[]): Promise<void>;
  /** Makes further programs ready to run under their names. Programs of one call may share their working memory. */
  compile(...programs: readonly ProgramSpec[]): Promise<void>;
  /**
   * Runs a program, then its assignments, then the optimizer updates. Calls are executed in the order in which they were
   * made, so several may be under way; the arrays in `feeds` must not change until the outputs are there. With `transferred`
   * the feeds belong to the engine from then on, which spares a copy: each needs a buffer of its own, and may be empty
   * afterwards. Rejects where an input has no value.
   */
  run(
    program: string,
    feeds: Feeds,
    updates?: readonly OptimizerUpdate[],
    options?: { readonly transferred?: boolean },
  ): Promise<RunResult>;
  /** A copy of all that a group holds. */
  read(group: string): Promise<GroupState>;
  /** Overwrites what a group holds, in the form that `read` returns. */
  write(group: string, state: GroupState): Promise<void>;
  /** Frees everything; the engine takes no more requests. */
  close(): Promise<void>;
}

/** The values that a group starts from, tensor after tensor without gaps. */
export function startingValues({ tensors }: TensorGroup): Float32Array<ArrayBuffer> {
  const values = new Float32Array(tensors.reduce((n, { shape }) => n + elements(shape), 0));
  let start = 0;
  for (const { shape, initial } of tensors) {
    const own = values.subarray(start, start + elements(shape));
    if (typeof initial === 'function') initial(own);
    else own.set(initial);
    start += own.length;
  }
  return values;
}

/** Number of elements of a static shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((n, dim) => n * dim, 1);
}
