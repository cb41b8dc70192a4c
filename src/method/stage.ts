/**
 * @file Stages: networks that are trained before a method's own steps, and the groups that they learn from.
 *
 * A method that declares lessons is trained in turns: its stages, one after another, each from the values that the ones
 * before it left in tensors of the same name; then its own phases. Groups are found in the data, without labels, before
 * the first stage that is taught.
 */
import type { Tensor } from '../graph/tensor.js';
import type { BuildContext, Trainable } from './method.js';

/** Groups that were found in the training data without labels and without the model. */
export interface Teaching {
  /** Group of every row of the training data, 0..K-1; -1 for a row that is in none. */
  readonly group: Int32Array;
  /** 1 for rows whose group is sure, which are learned from, else 0. */
  readonly sure: Uint8Array;
  /** Shares of the groups, K; they sum to 1. */
  readonly shares: Float64Array;
}

/** A network that is trained before the method. */
export interface Stage {
  /** Name of its folder in the run, such as `student`. */
  readonly name: string;
  /** What it does, as a note of the run: `learning to ...`. */
  readonly title: string;
  readonly steps: number;
  /** Most rows of a batch. */
  readonly batch: number;
  /** Whether it learns from groups. */
  readonly taught: boolean;
  /** Builds what is trained; `teaching` is there if it is taught. */
  build(context: BuildContext): StageModel;
}

/** What a stage trains. */
export interface StageModel extends Trainable {
  /** Samples to features [n, f], in which groups may be looked for. */
  features?(samples: Tensor): Tensor;
}

/** What a method learns before its own steps. */
export interface Lessons {
  /** Where groups come from: the structure of the data, or chance, with the sizes of these groups (ablation). */
  readonly teacher: 'groups' | 'random';
  readonly stages: readonly Stage[];
}
