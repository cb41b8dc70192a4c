/** @file What is trained: networks, and phases that change them; and what they are built for. */
import type { NearestRows } from '../cluster/nearest-rows.js';
import type { ProgramSpec } from '../engine/engine.js';
import type { Stream } from '../math/random.js';
import type { DataShape } from '../nets/backbone.js';
import type { Network } from '../nn/network.js';
import type { Parameter } from '../nn/parameter.js';
import type { PriorState } from '../prior/prior.js';
import type { Intervention } from './intervention.js';
import type { LabelledStep, Phase, StepContext } from './step.js';

/** Groups that were found in the training data without labels and without the model. */
export interface Teaching {
  /** Group of every row of the training data, 0..K-1; -1 for a row that is in none. */
  readonly group: Int32Array;
  /** 1 for rows whose group is sure, which are learned from, else 0. */
  readonly sure: Uint8Array;
  /** Shares of the groups, K; they sum to 1. */
  readonly shares: Float64Array;
  /** How columns with heavy tails are to be read, 5 x D (nn/column-curve.ts); absent where there are none. */
  readonly curves?: Float64Array | undefined;
}

/** Probes: marked examples of some of the groups, which a method that declares `probes` may learn from. */
export interface Probes {
  /** Samples as training reads them, n x the size of a sample. */
  readonly values: Float32Array;
  /** Component that each is to belong to, n numbers of 0..K-1. */
  readonly component: Int32Array;
}

/** What a method is built for. */
export interface BuildContext {
  readonly data: DataShape;
  /** Number of groups K. */
  readonly components: number;
  /** Number of classes N of the labels, where a method that learns from labels is built for data with labels. */
  readonly classes?: number | undefined;
  /** Batch size B. */
  readonly batch: number;
  /** The step at which linear decays reach their end. */
  readonly horizon: number;
  /** Steps of the run, where it is one: a method whose parts are trained one after another divides them. */
  readonly steps?: number | undefined;
  /** Source of starting values and of every draw in training. */
  readonly stream: Stream;
  /** The model's saved {@link Model.state}, when a run goes on. */
  readonly restored?: PriorState | undefined;
  /** Threads that the prior may work in (default 1). */
  readonly threads?: number;
  /** Groups that were found before, where the method or its stage learns from any and training begins. */
  readonly teaching?: Teaching | undefined;
  /**
   * Classes of all rows of the training data that training may see, -1 where a row has none: of a method that declares
   * supervision, where training begins or goes on.
   */
  readonly labels?: Int32Array | undefined;
  /** Probes, where there are any and training begins or goes on. */
  readonly probes?: Probes | undefined;
  /** The nearest rows of every row of the training data, where a stage learns from them. */
  readonly neighbours?: NearestRows | undefined;
}

/**
 * A prior whose parameters are trained by back-propagation: they live in a network, and the model's host prior mirrors
 * them for sampling, scoring and saving. Before each of these the host reads the network and calls `load`. In between
 * the mirror is out of date, so phases draw noise and codes and let the network make latents of them.
 */
export interface LearnedPrior {
  readonly network: Network;
  /** Takes over the values of the network's parameters, row-major; `valuesOf` throws for a parameter of another network. */
  load(valuesOf: (parameter: Parameter) => Float32Array): void;
}

/** What the trainer runs: networks, and phases that change them. */
export interface Trainable<Step extends StepContext = StepContext> {
  /** All networks, whose tensors the engine allocates. */
  readonly networks: readonly Network[];
  /** Phases of one step. All of them begin before the first result is back; results are received in order. */
  readonly phases: readonly Phase<Step>[];
  /** Whether the optimizers keep a first moment. */
  readonly firstMoment: boolean;
  /** Programs that are run between steps, such as one that copies a network into a frozen one. */
  readonly programs?: readonly ProgramSpec[];
  /** The network behind the prior, where back-propagation trains it. */
  readonly learnedPrior?: LearnedPrior;
  /** Work between steps, in order. */
  readonly interventions?: readonly Intervention[];
  /** What training changes besides the networks; `restored` of {@link BuildContext} when a run goes on. */
  state?(): PriorState;
}

/** What is trained, with or without labels. */
export type AnyTrainable = Trainable<LabelledStep>;
