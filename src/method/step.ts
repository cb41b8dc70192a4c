/** @file One training step as a method sees it: what it knows, and the phases that it runs. */
import type { Samples } from '../data/dataset.js';
import type { Feeds, OptimizerUpdate, ProgramOutputs, ProgramSpec } from '../engine/engine.js';
import type { Stream } from '../math/random.js';

/** What a phase knows of the step that it begins. */
export interface StepContext {
  /** Index of the step, from 0. */
  readonly step: number;
  /** The part of the schedule that is over: step / horizon, at most 1. */
  readonly progress: number;
  /** Draws of this step; each phase forks its own. */
  readonly stream: Stream;
  /** Rows of the data that make the batch, B. */
  readonly rows: Uint32Array;
  /** The batch of real data, [B, ...shape], row-major: a copy at every call, which the caller may transfer. */
  real(): Float32Array;
  /** All of the data, for rows besides those of the batch. */
  readonly samples: Samples;
}

/** What a phase of a supervised method knows. */
export interface LabelledStep extends StepContext {
  /** Labels of the batch's rows, B; -1 where a row has none. */
  readonly labels: Int32Array;
}

/**
 * A part of a training step. All phases of a step begin before the first result is back, so a phase cannot feed on an
 * earlier phase's outputs of the same step.
 */
export interface Phase<Step extends StepContext = StepContext> {
  /** Names the part in reports of time and in errors; phases that take turns may share it. */
  readonly name: string;
  /** The first step at which it may run (default 0): a run that ends before it would never train what it trains. */
  readonly first?: number;
  /** Every program that the phase may run. They are compiled once. */
  readonly programs: readonly ProgramSpec[];
  /** Draws what the step needs, and says what is run; undefined where the phase pauses at this step. */
  readonly begin: (step: Step) => PhaseStep | undefined;
}

/** One run of a phase. A step does not wait for a run without outputs and `finish`. */
export interface PhaseStep {
  /** One of the phase's programs. */
  readonly program: ProgramSpec;
  /** Values of its inputs, which are transferred to the engine: each an array with a buffer of its own. */
  readonly feeds: Feeds;
  /** Optimizer steps that follow the program. */
  readonly updates: readonly OptimizerUpdate[];
  /** The part of {@link finish} that needs no outputs: called once all phases have begun, while the engine computes. */
  prepare?(): void;
  /** Uses the outputs before the next step, to move the prior for instance. */
  finish?(outputs: ProgramOutputs): void;
}
