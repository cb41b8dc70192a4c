/**
 * @file Stages: networks that are trained before a method's own steps, and the groups that they learn from.
 *
 * A method that declares lessons is trained in turns: its stages, one after another, each from the values that the ones
 * before it left in tensors of the same name; then its own phases. Groups are found in the data, without labels, before
 * the first stage that is taught.
 */
import type { TransformationsName } from '../data/transformations.js';
import type { Tensor } from '../graph/tensor.js';
import type { BuildContext, Trainable } from './trainable.js';

/** A network that is trained before the method. */
export interface Stage {
  /** Name of its folder in the run, such as `student`. */
  readonly name: string;
  /** What it does, as a note of the run: `learning to ...`. */
  readonly title: string;
  readonly steps: number;
  /** Most passes over the data: of few rows fewer steps are made. */
  readonly passes?: number;
  /** What it depends on besides the data, the seed, its steps, and the stages and groups before it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Most rows of a batch. */
  readonly batch: number;
  /** Whether it learns from groups. */
  readonly taught: boolean;
  /**
   * How many nearest rows it knows of each row, if it learns from them: nearest in the features of the stage before it, or
   * where there is none in the values of the data. Such a stage is also told the number of groups.
   */
  readonly neighbours?: number;
  /** Builds what is trained; `teaching` is there if it is taught, `neighbours` if it learns from them. */
  build(context: BuildContext): StageModel;
}

/** What a stage trains. */
export interface StageModel extends Trainable {
  /** Samples to features [n, f], in which groups may be looked for. */
  features?(samples: Tensor): Tensor;
}

/** What a method learns before its own steps. */
export interface Lessons {
  /** Where groups come from: the structure of the data, or chance, with the sizes of these groups (ablation); or there are none. */
  readonly teacher: 'groups' | 'random' | 'none';
  readonly stages: readonly Stage[];
  /** Transformations of images that stages learn from; the report shows them. */
  readonly transformations?: TransformationsName | undefined;
}
