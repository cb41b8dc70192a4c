/**
 * @file The training loop: phases as data, one step after another, with an event for each.
 *
 * Every draw is keyed by the seed, the step and what it is for, so a step is a function of the state before it and
 * its number: a run that was killed and resumed goes through the same bits as one that was not.
 */
import type { BatchSchedule } from '../data/batches.js';
import { type Samples, sampleSize } from '../data/dataset.js';
import type { RunResult } from '../engine/engine.js';
import { MixturaError } from '../errors.js';
import type { AnyTrainable } from '../method/method.js';
import type { LabelledStep, PhaseStep, StepContext } from '../method/step.js';
import type { Inference } from './inference.js';
import { intervene } from './interventions.js';
import type { Session } from './session.js';

/** What happened in one step. */
export interface StepEvent {
  /** Steps done so far, this one included. */
  readonly step: number;
  /** Scalars of the phases: losses and penalties. */
  readonly losses: Readonly<Record<string, number>>;
  /** What interventions did before the step, a sentence each. */
  readonly notes?: readonly string[];
  /** Milliseconds by part: each phase's graph, the optimizers, the prior, the data. */
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** What {@link train} reads, and how far it goes. */
export interface TrainOptions {
  readonly samples: Samples;
  /** Labels of rows, -1 where a row has none. They reach only methods that declare supervision, which need them. */
  readonly labels?: ((rows: ArrayLike<number>) => Int32Array) | undefined;
  /** Which samples make the batch of each step. */
  readonly schedule: BatchSchedule;
  /** Steps already done. */
  readonly from: number;
  /** Steps to do in all. */
  readonly to: number;
  /** The model in evaluation mode, which interventions look through; needed where there are any. */
  readonly inference?: Inference;
}

/** Trains a session step by step. @throws a MixturaError that names the step and the term when a loss is not finite. */
export async function* train(
  session: Session<AnyTrainable>,
  options: TrainOptions,
): AsyncGenerator<StepEvent, void> {
  const { samples, schedule, from, to } = options;
  const size = session.context.batch * sampleSize(samples.shape);
  // The batch of a step and the next one take turns.
  const memory = [new Float32Array(size), new Float32Array(size)] as const;
  const read = (step: number) =>
    new Batch(step < to ? schedule(step) : new Uint32Array(), samples, memory[step % 2]!);
  let batch = read(from);
  let behind: readonly PhaseRun[] = [];
  try {
    for (let step = from; step < to; step++) {
      const clock = new Clock();
      const notes = await intervene(session, options, step);
      clock.lap('intervention');
      const context = stepContext(session, options, batch, step);
      // All phases draw from the prior as it is now, and the engine works through them.
      const runs = session.model.phases.flatMap((phase) => start(session, phase.name, phase.begin(context)));
      clock.lap('prior');
      for (const run of behind) clock.book(run.name, (await run.result).timing);
      behind = [];
      clock.restart();
      const silent = runs.filter(({ begun }) => !answers(begun));
      for (const { name } of silent) clock.add(name, 0);
      const event = await finish(
        runs.filter(({ begun }) => answers(begun)),
        step,
        clock,
        () => {
          batch = read(step + 1);
          clock.lap('data');
          for (const { begun } of runs) begun.prepare?.();
          clock.lap('prior');
        },
      );
      behind = silent;
      yield notes.length === 0 ? event : { ...event, notes };
    }
  } finally {
    // A failure of the step before is reported, also where something else has failed because of it.
    for (const { result } of behind) await result;
  }
}

/** What phases know of a step. Labels are there only if the method declares supervision. */
function stepContext(
  session: Session<AnyTrainable>,
  options: TrainOptions,
  batch: Batch,
  step: number,
): LabelledStep {
  const context: StepContext = {
    step,
    progress: Math.min(1, step / session.context.horizon),
    stream: session.stream.fork('step', step),
    rows: batch.rows,
    real: () => batch.copy(),
    samples: options.samples,
  };
  if (!session.supervision) return context as LabelledStep; // Its phases have the type of a step without labels.
  if (options.labels) return { ...context, labels: options.labels(batch.rows) };
  if (session.supervision === 'optional')
    return { ...context, labels: new Int32Array(batch.rows.length).fill(-1) };
  throw new MixturaError('This method learns from labels, but the data have none; add a label column.');
}

/**
 * Whether a step waits for a run. Where nothing comes back, the next step is begun while the engine still works on it, and
 * its time is booked with that step; that of the last step is not booked.
 */
function answers({ program, finish }: PhaseStep): boolean {
  return finish !== undefined || Object.keys(program.outputs).length > 0;
}

interface PhaseRun {
  /** The phase's. */
  readonly name: string;
  readonly begun: PhaseStep;
  readonly result: Promise<RunResult>;
}

/** The rows of a step, and their values. Feeds are transferred to the engine, so every phase gets a copy. */
class Batch {
  readonly rows: Uint32Array;
  readonly #values: Float32Array;
  /** The first copy, made before it is asked for, while the engine computes. */
  #copy: Float32Array | undefined;

  constructor(rows: Uint32Array, samples: Samples, memory: Float32Array) {
    this.rows = rows;
    this.#values = memory;
    if (rows.length > 0) samples.read(rows, memory);
    this.#copy = memory.slice();
  }

  copy(): Float32Array {
    const copy = this.#copy ?? this.#values.slice();
    this.#copy = undefined;
    return copy;
  }
}

/** Queues the run of a phase, unless it pauses. */
function start(session: Session<AnyTrainable>, name: string, begun: PhaseStep | undefined): PhaseRun[] {
  if (begun === undefined) return [];
  const { program, feeds, updates } = begun;
  const result = session.engine.run(program.name, feeds, updates, { transferred: true });
  // A failure is reported where the result is awaited; until then it must not end the process.
  result.catch(() => {});
  return [{ name, begun, result }];
}

/**
 * Receives the results of all phases, in order. `meanwhile` is done while the engine computes the second, if there is one:
 * large products, of which a critic's graph has more, leave no core for it.
 */
async function finish(
  runs: readonly PhaseRun[],
  step: number,
  clock: Clock,
  meanwhile: () => void,
): Promise<StepEvent> {
  const losses: Record<string, number> = {};
  if (runs.length === 0) meanwhile();
  for (const [i, { name: phase, begun, result }] of runs.entries()) {
    if (i === Math.min(1, runs.length - 1)) meanwhile();
    const { outputs, timing } = await result;
    clock.book(phase, timing);
    for (const [name, values] of Object.entries(outputs)) {
      if (values.length === 1) losses[name] = values[0]!;
      if (!allFinite(values)) throw notFinite(name, phase, step);
    }
    clock.restart();
    try {
      begun.finish?.(outputs);
    } catch (cause) {
      if (!(cause instanceof MixturaError)) throw cause;
      throw new TrainingStopped(`Training stopped at step ${step + 1}: ${cause.message}`, { cause });
    }
    clock.lap('prior');
  }
  return { step: step + 1, losses, milliseconds: clock.milliseconds };
}

/** As `values.every(Number.isFinite)`, ten times as fast. */
function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Training cannot go on from here: a value is not finite, or a covariance is broken. */
export class TrainingStopped extends MixturaError {}

function notFinite(term: string, phase: string, step: number): TrainingStopped {
  return new TrainingStopped(
    `Training stopped at step ${step + 1}: ${term} of the ${phase} phase is not a finite number; lower the learning rates.`,
  );
}

/** Milliseconds by part of a step. */
class Clock {
  readonly milliseconds: Record<string, number> = {};
  #began = performance.now();

  add(part: string, amount: number): void {
    this.milliseconds[part] = (this.milliseconds[part] ?? 0) + amount;
  }
  /** Books what a run of a phase took. */
  book(name: string, { graph, optimizer }: RunResult['timing']): void {
    this.add(name, graph);
    this.add('optimizer', optimizer);
  }
  /** Books the time since the last lap. */
  lap(part: string): void {
    const now = performance.now();
    this.add(part, now - this.#began);
    this.#began = now;
  }
  restart(): void {
    this.#began = performance.now();
  }
}
