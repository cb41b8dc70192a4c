/**
 * For authors of methods: what a method is, the parts that methods share, and the training loop.
 * @module mixtura/method
 */

// Settings of a method are a zod schema: with this name an author need not depend on zod.

export { z } from 'zod';

// What a method is, those that come with the package, and how another one joins them.

export type { Intervention, InterventionTools, RowTool } from '../method/intervention.js';
export {
  type AnyModel,
  type BuildContext,
  type Critique,
  defineMethod,
  type Inference as InferenceGraphs,
  type LearnedPrior,
  type MethodDefinition,
  type Model,
  type Probes,
  type Rejection,
  type SupervisedMethod,
  type UnsupervisedMethod,
} from '../method/method.js';
export type { LabelledStep, Phase, PhaseStep, StepContext } from '../method/step.js';
export { methodNamed, methodNames, registerMethod } from '../methods/index.js';

// Parts that methods share.

export { critiqueBy, critiqueOf } from '../method/critique.js';
export {
  adam,
  type CriticPhaseOptions,
  criticPhase,
  generatorLoss,
  type HarnessSettings,
  harnessSettings,
  linearDecay,
  projectionPhases,
} from '../method/harness.js';
export {
  type CropOptions,
  croppedView,
  diffAugment,
  type JitterOptions,
  jitteredView,
} from '../method/image-views.js';
export {
  type Descent,
  type NoiseKind,
  type Optimizer,
  type OwnStep,
  type PhaseBody,
  type PhaseBuilder,
  type PhaseOptions,
  phase,
} from '../method/phase.js';
export type { GeneratedBatch, GeneratorTerm } from '../methods/slogan/generator-term.js';
export { type MixtureConstants, mixtureConstants } from '../methods/slogan/mixture-constants.js';
export { type SloganSettings, sloganSettings } from '../methods/slogan/slogan-settings.js';
export { gumbelSoftmax, logJoint, marginConstants, type U2CInputs, u2c } from '../methods/slogan/u2c.js';
export { buildSlogan, slogan } from '../methods/slogan.js';
export { type AdversarialLoss, adversarialLosses, crossEntropy, meanSquaredError } from '../nn/losses.js';
export { type Penalty, type PenaltyBatch, penalties } from '../nn/penalties.js';

// The loop alone, for programs that do without a run folder.

export { Inference } from '../train/inference.js';
export { Session, type SessionOptions } from '../train/session.js';
export type { StoredTensor, TensorArray } from '../train/stored-tensor.js';
export { type StepEvent, type TrainOptions, train } from '../train/trainer.js';
