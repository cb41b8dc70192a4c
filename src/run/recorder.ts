/** @file A whole training run: opens the session, trains, logs, scores, saves, and can be stopped and gone on with. */
import { mkdirSync } from 'node:fs';
import { deviceOf, type ResolvedRun } from '../config/schema.js';
import { batchSchedule } from '../data/batches.js';
import { type Dataset, withoutLabels } from '../data/dataset.js';
import { rowLabels, type TrainingLabels } from '../data/labels/training-labels.js';
import { requireDevice } from '../engine/devices.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { MixturaError } from '../errors.js';
import { type EvaluateOptions, type Evaluation, evaluateModel } from '../evaluate/labels.js';
import { Settling, type SettlingLine } from '../evaluate/settling.js';
import { CollapseWatch } from '../evaluate/size-warnings.js';
import type { MethodDefinition, Probes } from '../method/method.js';
import { namedScores } from '../metrics/metric.js';
import { Inference } from '../train/inference.js';
import type { Session } from '../train/session.js';
import { type StepEvent, TrainingStopped, train } from '../train/trainer.js';
import { lowerRates } from './command-line.js';
import type { MetricsLine, RunFolder } from './folder.js';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './formats/checkpoint.js';
import { EventWriter } from './formats/tensorboard.js';
import { sizesWord } from './groups.js';
import { LockLost } from './lock/lock.js';
import { scalarsOf } from './scalars.js';
import type { Learned } from './stages/lessons.js';
import { openRunSession } from './stages/open-session.js';

/** What happens while a run goes on. */
export type RunEvent =
  | { readonly kind: 'started'; readonly run: ResolvedRun; readonly folder: string; readonly from: number }
  | {
      readonly kind: 'step';
      readonly event: StepEvent;
      readonly msPerStep: number;
      readonly sizes: readonly number[];
      readonly residentBytes: number;
    }
  | { readonly kind: 'learning'; readonly what: string; readonly done: number }
  | { readonly kind: 'note'; readonly note: string }
  | ({ readonly kind: 'evaluated'; readonly evaluation: Evaluation } & Pick<SettlingLine, 'step' | 'moved'>)
  | { readonly kind: 'checkpoint'; readonly step: number; readonly file: string }
  | { readonly kind: 'interrupted'; readonly step: number };

/** What a run needs, and the functions that follow it. */
export interface RunOptions {
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
  readonly dataset: Dataset;
  /** The labels that training sees, of a method that learns from some. */
  readonly labels?: TrainingLabels | undefined;
  /** Where everything is written; locked by the caller. */
  readonly folder: RunFolder;
  /** A checkpoint file to go on from. */
  readonly resumeFrom?: string;
  /** What was learned before the first step, at the start of a run. */
  readonly learned?: Learned | undefined;
  /** Marked examples of groups, where the run has some. */
  readonly probes?: Probes | undefined;
  /** What is to be recorded of how the run goes on. */
  readonly notes?: readonly string[];
  /** Ends the run after the current step, saved. */
  readonly signal?: AbortSignal;
  /** Called with what happens, in order, while the run goes on. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Called with every line of the log. */
  readonly onLine?: (line: MetricsLine) => void;
  /** Called with the trained model before it is scored. */
  readonly onTrained?: (inference: Inference, step: number) => Promise<void>;
  /** Draws the sample sheet of a step (fixed latents), and gives it as a PNG file where there is one. */
  readonly onSheet?: (step: number, inference: Inference) => Promise<Uint8Array | undefined>;
}

/** How a run ended. */
export interface RunOutcome {
  /** Steps done. */
  readonly step: number;
  /** Whether these are all steps, or the groups were calm and that was to end the run; not if the signal ended it. */
  readonly finished: boolean;
  /** Seconds over all sessions of the run, scoring included. */
  readonly seconds: number;
  /** Mean milliseconds a step of this session, scoring and saving included. */
  readonly msPerStep: number;
  /** Scores on all of the training data. */
  readonly evaluation: Evaluation;
  /** Path of the last checkpoint. */
  readonly checkpoint: string;
}

/** Samples that are scored while training goes on; at the end all are. */
const CURVE_LIMIT = 2000;

/**
 * Trains to the end, or until the signal; `use` gets the trained model before the engine closes.
 * @throws a MixturaError where training diverges or a file cannot be written (it then names the last good checkpoint),
 * where the machine lacks the run's device, or where the checkpoint to go on from is damaged.
 */
export async function runTraining<T>(
  options: RunOptions,
  use: (inference: Inference, outcome: RunOutcome) => Promise<T>,
): Promise<T> {
  const { run, folder } = options;
  const device = deviceOf(run);
  await requireDevice(device);
  const checkpoint = options.resumeFrom === undefined ? undefined : readCheckpoint(options.resumeFrom);
  const from = checkpoint?.step ?? 0;
  if (folder.readMetrics().length > 0) folder.truncateMetrics(from);
  // A run that was killed at its very start may lack them.
  for (const part of [folder.checkpoints, folder.samples]) mkdirSync(part, { recursive: true });
  const engine = new OrtEngine({ device, threads: run.threads });
  try {
    const session = await openRunSession(engine, options, checkpoint?.tensors);
    const inference = await Inference.open(session);
    const recorder = new Recorder(options, session, inference, from, checkpoint);
    const outcome = await recorder.train();
    return await use(inference, outcome);
  } finally {
    await engine.close();
  }
}

/** Follows the training loop and writes what it says. */
class Recorder {
  readonly #events: EventWriter;
  readonly #began = performance.now();
  readonly #before: MetricsLine | undefined;
  #msPerStep = 0;
  #checkpoint = '';
  #notes: string[];
  readonly #settling: Settling;
  readonly #collapse: CollapseWatch | undefined;

  constructor(
    private readonly options: RunOptions,
    private readonly session: Session,
    private readonly inference: Inference,
    private readonly from: number,
    { notes = [], followed }: Partial<Checkpoint> = {},
  ) {
    const { folder, dataset, learned } = options;
    this.#notes = [...notes, ...(learned?.sentence ? [learned.sentence] : []), ...(options.notes ?? [])];
    this.#settling = new Settling(inference, dataset, options.run, followed);
    if (sizesWord(options.run) === 'learned')
      this.#collapse = new CollapseWatch(Object.hasOwn(options.run.settings, 'priorRate'));
    this.#events = new EventWriter(folder.path, from > 0 ? { resumeStep: from + 1 } : {});
    this.#before = folder.readMetrics().at(-1);
    this.#checkpoint = options.resumeFrom ?? '';
  }

  async train(): Promise<RunOutcome> {
    const { run, dataset, labels, signal, onEvent } = this.options;
    for (const note of this.options.notes ?? []) onEvent?.({ kind: 'note', note });
    let step = this.from;
    this.inference.step = step;
    this.#tellWhenAssigned(step);
    // A run that was killed may lack the sheet of its last checkpoint, or have half of it.
    await this.#sheet(step);
    const calmBefore = await this.#settling.goOn(this.options.folder.readMetrics(), step);
    if (calmBefore) onEvent?.({ kind: 'note', note: calmBefore });
    let calm = calmBefore !== undefined;
    const sizes = { count: dataset.count, batchSize: run.batch };
    const schedule = batchSchedule(this.session.stream.fork('batches'), sizes);
    const loop = train(this.session, {
      samples: withoutLabels(dataset),
      schedule,
      from: step,
      to: calm ? step : run.steps,
      inference: this.inference,
      ...rowLabels(labels),
    });
    try {
      for await (const event of loop) {
        step = event.step;
        this.inference.step = step;
        this.options.folder.renewLock();
        this.#onStep(event);
        const last = step === run.steps;
        const scored = step % run.evaluateEvery === 0 || last;
        if (scored || signal?.aborted) await this.session.refreshPrior();
        if (scored) calm = await this.#record(event, last);
        const ended = last || calm || signal?.aborted;
        if (step % run.checkpointEvery === 0 || ended) await this.#save(step);
        if (ended) break;
      }
    } catch (cause) {
      throw this.#withCheckpoint(cause);
    } finally {
      this.#events.close();
    }
    const finished = step >= run.steps || calm;
    if (!finished) onEvent?.({ kind: 'interrupted', step });
    await this.options.onTrained?.(this.inference, step);
    // Someone who has pressed Ctrl-C is not kept waiting for k-means on all data.
    const quick = finished ? { reliability: 'all' as const } : { limit: CURVE_LIMIT, kmeans: false };
    return {
      step,
      finished,
      seconds: this.#seconds(),
      msPerStep: this.#msPerStep || (this.#before?.msPerStep ?? 0),
      evaluation: await this.#evaluate(quick),
      checkpoint: this.#checkpoint,
    };
  }

  #evaluate(how: Omit<EvaluateOptions, 'split'>): Promise<Evaluation> {
    const { classNames } = this.options.run.dataset;
    return evaluateModel(this.inference, this.options.dataset, { split: 'train', classNames, ...how });
  }

  /** Says something, and writes it with the next line of the log. */
  #tell(note: string): void {
    this.#notes.push(note);
    this.options.onEvent?.({ kind: 'note', note });
  }

  /** Scores of groups are missing until the method has learned to assign data, which is told at the start. */
  #tellWhenAssigned(from: number): void {
    const { assign, assignsAfter = 0 } = this.inference.graphs;
    if (!assign || from > 0 || assignsAfter === 0) return;
    const { title } = this.options.method;
    this.#tell(`${title} learns to assign data after step ${assignsAfter}; groups are scored from then on.`);
  }

  #onStep(event: StepEvent): void {
    for (const done of event.notes ?? []) this.#tell(`Before step ${event.step}: ${done}`);
    const done = event.step - this.from;
    this.#msPerStep = (performance.now() - this.#began) / done;
    this.options.onEvent?.({
      kind: 'step',
      event,
      msPerStep: this.#msPerStep,
      sizes: Array.from(this.inference.prior.mixing),
      residentBytes: process.memoryUsage.rss(),
    });
  }

  /** Adds a line to the log. @returns whether the run is to end with it, as its groups are calm */
  async #record(event: StepEvent, last: boolean): Promise<boolean> {
    const { folder, onEvent } = this.options;
    const evaluation = await this.#evaluate({ limit: CURVE_LIMIT, kmeans: last, counts: false });
    const diagnostics = this.session.model.diagnostics?.();
    const { step, losses } = event;
    const sizes = Array.from(this.inference.prior.mixing);
    const { moved, calm } = await this.#settling.look({ step, sizes }, folder.readMetrics());
    for (const told of [calm, this.#collapse?.look(sizes, step)]) if (told !== undefined) this.#tell(told);
    const line: MetricsLine = {
      step,
      seconds: this.#seconds(),
      msPerStep: this.#msPerStep,
      losses,
      sizes,
      ...(moved !== undefined && { moved }),
      metrics: namedScores(evaluation.scores),
      ...(diagnostics && { diagnostics }),
      ...(this.#notes.length > 0 && { notes: this.#notes }),
    };
    this.#notes = [];
    folder.appendMetrics(line);
    this.#events.scalars(step, scalarsOf(line));
    this.options.onLine?.(line);
    onEvent?.({ kind: 'evaluated', step, evaluation, moved });
    return calm !== undefined;
  }

  async #save(step: number): Promise<void> {
    const { folder, run, onEvent } = this.options;
    folder.syncMetrics();
    const tensors = await this.session.save();
    this.#checkpoint = writeCheckpoint(
      folder.checkpoints,
      { step, tensors, notes: this.#notes, followed: this.#settling.groupsBefore(step) },
      run.keepCheckpoints,
      () => folder.requireLock(),
    );
    this.#events.flush();
    onEvent?.({ kind: 'checkpoint', step, file: this.#checkpoint });
    await this.#sheet(step);
  }

  async #sheet(step: number): Promise<void> {
    const png = await this.options.onSheet?.(step, this.inference);
    // An earlier file has that of the step from which a run goes on.
    if (png && (step > this.from || step === 0)) this.#events.image(step, 'samples', png);
  }

  #seconds(): number {
    return (this.#before?.seconds ?? 0) + (performance.now() - this.#began) / 1000;
  }

  #withCheckpoint(cause: unknown): unknown {
    if (!(cause instanceof MixturaError) || cause instanceof LockLost) return cause;
    const { folder } = this.options;
    // Divergence would come again with the same settings; a full disk would not.
    const slower = cause instanceof TrainingStopped ? lowerRates(this.options) : '';
    const good =
      this.#checkpoint === ''
        ? 'No checkpoint had been written.'
        : `The last good checkpoint is ${this.#checkpoint}; go on from it with --resume ${folder.path}${slower}.`;
    return new MixturaError(`${cause.message} ${good}`, { cause, exitCode: cause.exitCode });
  }
}
