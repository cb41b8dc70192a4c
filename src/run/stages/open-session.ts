/** @file The session of a run: its method built for its data, in an engine. */
import type { ResolvedRun } from '../../config/schema.js';
import type { TrainingLabels } from '../../data/labels/training-labels.js';
import type { OrtEngine } from '../../engine/ort/engine.js';
import type { MethodDefinition, Probes } from '../../method/method.js';
import { Session } from '../../train/session.js';
import type { Learned } from './lessons.js';
import type { Tensors } from './train-stage.js';

/** What the session of a run is opened by. */
export interface SessionOfRun {
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
  /** The labels that training sees, of a method that learns from some. */
  readonly labels?: TrainingLabels | undefined;
  /** What was learned before the first step, at the start of a run. */
  readonly learned?: Learned | undefined;
  /** Marked examples of groups, where the run trains and has some. */
  readonly probes?: Probes | undefined;
}

/** Opens the session of a run, from the start or from a checkpoint's tensors. */
export function openRunSession(
  engine: OrtEngine,
  { run, method, labels, learned, probes }: SessionOfRun,
  state?: Tensors,
  training = true,
): Promise<Session> {
  return Session.open(engine, {
    method,
    settings: run.settings,
    context: {
      data: run.dataset,
      components: run.components,
      classes: run.dataset.classes,
      batch: run.batch,
      horizon: run.horizon,
      steps: run.steps,
      threads: run.threads,
      probes: probes && { values: probes.values, component: probes.component },
      teaching: learned?.teacher?.teaching,
      labels: labels?.labels,
    },
    seed: run.seed,
    training,
    ...(state ? { state } : { start: learned?.start }),
  });
}
