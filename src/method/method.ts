/**
 * @file What a method is: data and functions that the trainer, the evaluation and the export read.
 *
 * Shared code never asks which method it runs. A method declares its networks, its prior, its phases and how a datum
 * is assigned to a group, and shared code reads what it declares. Methods are mostly written with the helper of
 * phase.ts, which declares an input together with its feed.
 */
import type { z } from 'zod';
import type { Feeds } from '../engine/engine.js';
import type { Tensor } from '../graph/tensor.js';
import type { Protocol } from '../metrics/metric.js';
import type { DataShape } from '../nets/backbone.js';
import type { LatentPrior } from '../prior/prior.js';
import type { RowTool } from './intervention.js';
import type { Lessons } from './stage.js';
import type { LabelledStep, StepContext } from './step.js';
import type { BuildContext, Trainable } from './trainable.js';

export type { AnyTrainable, BuildContext, LearnedPrior, Probes, Trainable } from './trainable.js';

/** What is done with a trained model: expressions over its parameters, in evaluation mode, for any batch size. */
export interface Inference {
  /** Latents [n, width] to samples. */
  generate(latent: Tensor): Tensor;
  /** Samples to the features that k-means clusters, [n, f]. */
  features(samples: Tensor): Tensor;
  /** The protocol of scores of these clusters, which names what `features` are. */
  readonly protocol: Protocol;
  /** Samples to group probabilities [n, K], if the method assigns data to its groups. */
  assign?(samples: Tensor): Tensor;
  /** Steps after which `assign` is learned, where it is learned last (default 0): data are assigned by no run before. */
  readonly assignsAfter?: number;
  /** Set where no step moves a datum to another group: groups were learned before, or are found anew from time to time. */
  readonly settled?: true;
  /** Class of each component by the labels that training sees, K, where a method is told classes: groups have its name. */
  readonly labelClasses?: ArrayLike<number>;
  /** Set where these probabilities weigh the sizes of the groups already, as those of a classifier of the data do. */
  readonly weighsSizes?: boolean;
  /** Values of the inputs that `assign` reads besides the parameters (the prior's means, say). */
  constants?(): Feeds;
  /** What the critic says of samples, where it judges them whatever their group. */
  readonly critique?: Critique;
  /** Which generated samples are kept, if the method rejects some. */
  readonly rejection?: Rejection;
}

/** A critic's view of samples. */
export interface Critique {
  /** Samples [n, ...shape] to the critic's scores [n, 1], large for real data. */
  score(samples: Tensor): Tensor;
  /** Whether the best such score is log p_data(x) - log p_g(x); else scores only order samples. */
  readonly densityRatio: boolean;
}

/** Thinning of generated samples: a candidate is kept with a probability that depends on its scores. */
export interface Rejection {
  /** Scores of samples [n, ...shape] that were generated from latents [n, width], [n, s]. */
  score(samples: Tensor, latent: Tensor): Tensor;
  /** Probability of keeping each of n candidates, from their scores [n, s] and components. */
  accept(scores: Float32Array, components: Int32Array): ArrayLike<number>;
  /**
   * Set where a rejected sample is drawn again for the same component, 20 times at most, and then is kept, so that components
   * come as often as they are drawn. Else all is drawn anew until enough are kept, and it is an error where too few are.
   */
  readonly retries?: true;
  /** Values of the inputs that `score` reads besides the parameters. */
  constants?(): Feeds;
}

/** A method built for some data: everything that the trainer runs, and what is done with the trained model. */
export interface Model<Step extends StepContext = StepContext> extends Trainable<Step> {
  /** Where latents come from, and the learned sizes of the groups. */
  readonly prior: LatentPrior;
  /** Expressions that interventions evaluate over rows of the data. */
  readonly rowTools?: readonly RowTool[];
  readonly inference: Inference;
  /** Scalars of interest besides the losses: extreme eigenvalues, a temperature. */
  diagnostics?(): Readonly<Record<string, number>>;
}

/** A model of either kind of method: a phase that needs no labels is one that may have them. */
export type AnyModel = Model<LabelledStep>;

interface Definition<Schema extends z.ZodObject, Step extends StepContext> {
  /** Name on the command line, such as `slogan`. */
  readonly name: string;
  /** Name as people write it, such as `SLOGAN`. */
  readonly title: string;
  /** The paper. */
  readonly source: string;
  /** Set where a method learns no groups: the number K then changes nothing in its training. */
  readonly groupless?: true;
  /** Set where a method may learn from probes: marked examples of its groups. */
  readonly probes?: true;
  /** Settings with their defaults; the keys of `--set`. */
  readonly settings: Schema;
  /** Whether by these settings the sizes of the groups stay as they are set at the start (default: they are learned). */
  fixedSizes?(settings: z.output<Schema>): boolean;
  /** What is learned before the method's own steps, if anything is by these settings. */
  lessons?(settings: z.output<Schema>, data: DataShape): Lessons | undefined;
  /**
   * The steps at which parts of the method take turns, by the setting that moves each, for a run of so many steps. A run
   * that goes on with another number of steps is refused where it has passed one of them that would then lie elsewhere.
   */
  turns?(settings: z.output<Schema>, steps: number): Readonly<Record<string, number>>;
  /** Builds networks, prior and phases from checked settings; throws a MixturaError where they do not suit the data. */
  build(settings: z.output<Schema>, context: BuildContext): Model<Step>;
}

/** A method that learns from data alone: its steps hold no labels, by type and in fact. */
export interface UnsupervisedMethod<Schema extends z.ZodObject = z.ZodObject>
  extends Definition<Schema, StepContext> {
  readonly supervision?: undefined;
}

/** A method that learns from labels too, of which rows may lack theirs; `required`: it does not train without any. */
export interface SupervisedMethod<Schema extends z.ZodObject = z.ZodObject>
  extends Definition<Schema, LabelledStep> {
  readonly supervision: 'optional' | 'required';
}

/** A method: what it is called, its settings, and how it is built for some data. */
export type MethodDefinition<Schema extends z.ZodObject = z.ZodObject> =
  | UnsupervisedMethod<Schema>
  | SupervisedMethod<Schema>;

/**
 * Keeps the types of the settings and of the steps while a method is declared.
 *
 * @returns the definition itself
 */
export function defineMethod<Schema extends z.ZodObject>(
  definition: UnsupervisedMethod<Schema>,
): UnsupervisedMethod<Schema>;
export function defineMethod<Schema extends z.ZodObject>(
  definition: SupervisedMethod<Schema>,
): SupervisedMethod<Schema>;
export function defineMethod(definition: MethodDefinition): MethodDefinition {
  return definition;
}
