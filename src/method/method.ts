/**
 * @file What a method is: data and functions that the trainer, the evaluation and the export read.
 *
 * Shared code never asks which method it runs; a method declares its networks, prior, phases and how a datum is
 * assigned to a group, and shared code reads what it declares.
 */
import type { z } from 'zod';
import type { Samples } from '../data/dataset.js';
import type { Feeds, OptimizerUpdate, ProgramSpec } from '../engine/engine.js';
import type { Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { DataShape } from '../nets/backbone.js';
import type { Network } from '../nn/network.js';
import type { LatentPrior, PriorState } from '../prior/prior.js';

/** What a method is built for. */
export interface BuildContext {
  readonly data: DataShape;
  /** Number of groups K. */
  readonly components: number;
  /** Batch size B. */
  readonly batch: number;
  /** The step at which linear decays reach their end. */
  readonly horizon: number;
  /** Source of starting values and of every draw in training. */
  readonly stream: Stream;
  /** The model's saved {@link Model.state}, when a run goes on. */
  readonly restored?: PriorState | undefined;
  /** Threads that the prior may work in (default 1). */
  readonly threads?: number;
}

/** One training step, as a phase sees it. */
export interface StepContext {
  /** Index of the step, from 0. */
  readonly step: number;
  /** The part of the schedule that is over: step / horizon, at most 1. */
  readonly progress: number;
  /** Draws of this step; each phase forks its own. */
  readonly stream: Stream;
  /** The next batch of real data, [B, ...shape]; the same memory takes another batch two steps later. */
  readonly real: Float32Array;
}

/**
 * A part of a training step: one program, its inputs, and what happens after it. A step does not wait for a phase without
 * outputs and `finish`.
 */
export interface Phase {
  readonly name: string;
  /** What the engine computes. */
  readonly program: ProgramSpec;
  /** A dearer program for the steps at which it applies, with the same outputs and updates. */
  readonly exception?: { readonly program: ProgramSpec; applies(step: number): boolean };
  /**
   * Values of the program's inputs at a step, which are given away: each an array with a buffer of its own, or the batch
   * of real data.
   */
  feeds(context: StepContext): Feeds;
  /** Optimizer steps that follow the program. */
  updates(context: StepContext): readonly OptimizerUpdate[];
  /** What of {@link finish} needs no outputs: called when all phases have been queued, while the engine computes. */
  prepare?(): void;
  /** What is done with the outputs before the next step; such as moving the prior. */
  finish?(outputs: Feeds, context: StepContext): void;
}

/** The program that a phase runs at a step. */
export function programAt({ program, exception }: Phase, step: number): ProgramSpec {
  return exception?.applies(step) ? exception.program : program;
}

/** What an intervention may use. */
export interface InterventionTools {
  readonly step: number;
  /** Draws of this intervention at this step. */
  readonly stream: Stream;
  readonly samples: Samples;
  /** The most probable group of each of samples [n, ...shape]. */
  assign(samples: Float32Array): Promise<Int32Array>;
}

/** Work between steps that looks at the whole model, such as moving a component that is misplaced. */
export interface Intervention {
  /** Whether it runs before this step. */
  due(step: number): boolean;
  /** Looks, and moves what it must. */
  /** @returns a sentence on what was done, if anything was. */
  run(tools: InterventionTools): Promise<string | undefined>;
}

/** What is done with a trained model: expressions over its parameters, in evaluation mode, for any batch size. */
export interface Inference {
  /** Latents [n, width] to samples. */
  generate(latent: Tensor): Tensor;
  /** Samples to the features that k-means clusters, [n, f]. */
  features(samples: Tensor): Tensor;
  /** What `features` are, for the names of metrics: `encoder`, `critic`. */
  readonly featureName: string;
  /** Samples to group probabilities [n, K], if the method assigns data to its groups. */
  assign?(samples: Tensor): Tensor;
  /** Values of the inputs that `assign` reads besides the parameters (the prior's means, say). */
  constants(): Feeds;
}

/** A method built for some data: everything that the trainer runs. */
export interface Model {
  /** All networks, whose tensors the engine allocates. */
  readonly networks: readonly Network[];
  /** Where latents come from, and the learned sizes of the groups. */
  readonly prior: LatentPrior;
  /** Phases of one step. Their feeds are drawn before the first of them runs; `finish` is called in order. */
  readonly phases: readonly Phase[];
  readonly intervention?: Intervention;
  /** What training changes besides the networks; `restored` of {@link BuildContext} when a run goes on. */
  state(): PriorState;
  readonly inference: Inference;
  /** Whether the optimizers keep a first moment. */
  readonly firstMoment: boolean;
  /** Scalars of interest besides the losses: mixing coefficients' extremes, eigenvalues. */
  diagnostics?(): Readonly<Record<string, number>>;
}

/** A method: what it is called, its settings, and how it is built for some data. */
export interface MethodDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** Name on the command line, such as `slogan`. */
  readonly name: string;
  /** Name as people write it, such as `SLOGAN`. */
  readonly title: string;
  /** The paper. */
  readonly source: string;
  /** Settings with their defaults; the keys of `--set`. */
  readonly settings: Schema;
  /**
   * Builds networks, prior and phases from checked settings; throws a MixturaError where they do not suit the data.
   */
  build(settings: z.output<Schema>, context: BuildContext): Model;
}

/** Keeps the type of the settings while the method is declared. */
export function defineMethod<Schema extends z.ZodObject>(
  definition: MethodDefinition<Schema>,
): MethodDefinition<Schema> {
  return definition;
}
