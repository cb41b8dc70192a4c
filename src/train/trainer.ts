/**
 * @file The training loop: phases as data, one step after another, told as events.
 *
 * Every draw is keyed by the seed, the step and what it is for, so a step is a function of the state before it and
 * its number: a run that was killed and resumed goes through the same bits as one that was not.
 */
import type { BatchSchedule } from '../data/batches.js';
import { type Samples, sampleSize } from '../data/dataset.js';
import type { RunResult } from '../engine/engine.js';
import { MixturaError } from '../errors.js';
import { type Phase, programAt, type StepContext } from '../method/method.js';
import type { Inference } from './inference.js';
import type { Session } from './session.js';

/** What happened in one step. */
export interface StepEvent {
  /** Steps done so far, this one included. */
  readonly step: number;
  /** Scalars of the phases: losses and penalties. */
  readonly losses: Readonly<Record<string, number>>;
  /** What an intervention did before the step, in a sentence. */
  readonly note?: string;
  /** Milliseconds by part: each phase's graph, the optimizers, the prior, the data. */
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** What {@link train} reads, and how far it goes. */
export interface TrainOptions {
  readonly samples: Samples;
  /** Which samples make the batch of each step. */
  readonly schedule: BatchSchedule;
  /** Steps already done. */
  readonly from: number;
  /** Steps to do in all. */
  readonly to: number;
  /** The model in evaluation mode, which interventions look through. */
  readonly inference: Inference;
}

/** Trains a session step by step. @throws a MixturaError that names the step and the term when a loss is not finite. */
export async function* train(session: Session, options: TrainOptions): AsyncGenerator<StepEvent, void> {
  const { samples, schedule, from, to } = options;
  const size = session.context.batch * sampleSize(samples.shape);
  // The batch of a step and the next one take turns.
  const batches = [new Float32Array(size), new Float32Array(size)] as const;
  const read = (step: number): Batch => {
    const real = batches[step % 2]!;
    if (step < to) samples.read(schedule(step), real);
    return new Batch(real);
  };
  let batch = read(from);
  let behind: readonly PhaseRun[] = [];
  try {
    for (let step = from; step < to; step++) {
      const clock = new Clock();
      const note = await intervene(session, options, step);
      clock.lap('intervention');
      const context: StepContext = {
        step,
        progress: Math.min(1, step / session.context.horizon),
        stream: session.stream.fork('step', step),
        real: batch.real,
      };
      // All phases draw from the prior as it is now, and the engine works through them.
      const runs = session.model.phases.map((phase) => start(session, phase, context, batch));
      clock.lap('prior');
      for (const run of behind) clock.book(run.phase, (await run.result).timing);
      behind = [];
      clock.restart();
      const silent = runs.filter(({ phase }) => !answers(phase));
      for (const { phase } of silent) clock.add(phase.name, 0);
      const asked = runs.filter(({ phase }) => answers(phase));
      const event = await finish(asked, context, clock, () => {
        batch = read(step + 1);
        clock.lap('data');
        for (const { prepare } of session.model.phases) prepare?.();
        clock.lap('prior');
      });
      behind = silent;
      yield note === undefined ? event : { ...event, note };
    }
  } finally {
    // A failure of the step before is told, also where something else has failed because of it.
    for (const { result } of behind) await result;
  }
}

/**
 * Whether a step waits for a phase. Where nothing comes back, the next step is begun while the engine still works on it, and
 * its time is told with that step; that of the last step is not told.
 */
function answers({ program, finish }: Phase): boolean {
  return finish !== undefined || Object.keys(program.outputs).length > 0;
}

/** Lets the model's intervention look at the model before a step at which it is due. */
async function intervene(
  { model, stream }: Session,
  { inference, samples }: TrainOptions,
  step: number,
): Promise<string | undefined> {
  if (!model.intervention?.due(step)) return undefined;
  return model.intervention.run({
    step,
    stream: stream.fork('intervention', step),
    samples,
    assign: (values) => inference.groupOf(values),
  });
}

interface PhaseRun {
  readonly phase: Phase;
  readonly result: Promise<RunResult>;
}

/** A batch of real data. Feeds are given away, but other phases may want it too: what is given is a copy. */
class Batch {
  readonly real: Float32Array;
  /** The first copy, made while nobody waits for it. */
  #copy: Float32Array | undefined;

  constructor(real: Float32Array) {
    this.real = real;
    this.#copy = real.slice();
  }

  /** The values, which may be given away. */
  given(values: Float32Array): Float32Array {
    if (values.buffer !== this.real.buffer) return values;
    const copy = values === this.real ? this.#copy : undefined;
    if (copy) this.#copy = undefined;
    return copy ?? values.slice();
  }
}

function start(session: Session, phase: Phase, context: StepContext, batch: Batch): PhaseRun {
  const { name } = programAt(phase, context.step);
  const feeds: Record<string, Float32Array> = {};
  for (const [key, values] of Object.entries(phase.feeds(context))) feeds[key] = batch.given(values);
  const result = session.engine.run(name, feeds, phase.updates(context), { transferred: true });
  // A failure is reported where the result is awaited; until then it must not end the process.
  result.catch(() => {});
  return { phase, result };
}

/**
 * Receives the results of all phases, in order. `meanwhile` is done while the engine computes the second, if there is one:
 * large products, of which a critic's graph has more, leave no core for it.
 */
async function finish(
  runs: readonly PhaseRun[],
  context: StepContext,
  clock: Clock,
  meanwhile: () => void,
): Promise<StepEvent> {
  const losses: Record<string, number> = {};
  if (runs.length === 0) meanwhile();
  for (const [i, { phase, result }] of runs.entries()) {
    if (i === Math.min(1, runs.length - 1)) meanwhile();
    const { outputs, timing } = await result;
    clock.book(phase, timing);
    for (const [name, values] of Object.entries(outputs)) {
      if (values.length === 1) losses[name] = values[0]!;
      if (!allFinite(values)) throw notFinite(name, phase.name, context.step);
    }
    clock.restart();
    try {
      phase.finish?.(outputs, context);
    } catch (cause) {
      if (!(cause instanceof MixturaError)) throw cause;
      throw new TrainingStopped(`Training stopped at step ${context.step + 1}: ${cause.message}`, { cause });
    }
    clock.lap('prior');
  }
  return { step: context.step + 1, losses, milliseconds: clock.milliseconds };
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
  book({ name }: Phase, { graph, optimizer }: RunResult['timing']): void {
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
