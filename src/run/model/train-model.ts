/** @file Training without a folder: the loop alone, followed by a program. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceOf, type ResolvedRun } from '../../config/schema.js';
import { batchSchedule } from '../../data/batches.js';
import { withoutLabels } from '../../data/dataset.js';
import { rowLabels } from '../../data/labels/training-labels.js';
import { requireDevice } from '../../engine/devices.js';
import { OrtEngine } from '../../engine/ort/engine.js';
import { Inference } from '../../train/inference.js';
import { type StepEvent, train } from '../../train/trainer.js';
import type { MetricsLine } from '../folder.js';
import { type LearnedRun, learnRun, lessonsOf } from '../learn.js';
import type { PreparedRun } from '../prepare.js';
import { openRunSession } from '../stages/open-session.js';
import { StageFiles, StageInterrupted } from '../stages/stage-files.js';

/** How far training is. */
export interface FitProgress {
  /** Steps done. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** Sizes of the groups after this step, the largest first; they sum to 1. */
  readonly weights: readonly number[];
  /** Losses and penalties of the step, by name. */
  readonly losses: Readonly<Record<string, number>>;
  /** Mean milliseconds a step so far. */
  readonly msPerStep: number;
}

/** How a program follows training, and ends it. */
export interface FollowFit {
  /** Called after every step. */
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  /** Ends training after the current step; the model so far is given. Before the first step there is none: that throws. */
  readonly signal?: AbortSignal | undefined;
}

/** A model that has been trained, in its engine. */
export interface TrainedModel {
  /** The complete settings, with the number of groups that was found. */
  readonly run: ResolvedRun;
  readonly engine: OrtEngine;
  readonly inference: Inference;
  /** Steps done. */
  readonly step: number;
  /** The log, as a run folder holds it. */
  readonly lines: readonly MetricsLine[];
  /** Notes that no line of the log holds yet. */
  readonly notes: readonly string[];
}

/**
 * Trains to the end, or until the signal: the same bits as a run in a folder. The engine stays open.
 * @throws a MixturaError where training diverges or the machine lacks the device
 */
export async function trainModel(prepared: PreparedRun, follow: FollowFit): Promise<TrainedModel> {
  const { run } = prepared;
  const device = deviceOf(run);
  await requireDevice(device);
  const taught = { ...prepared, ...(await learnApart(prepared, follow)) };
  const engine = new OrtEngine({ device, threads: run.threads });
  try {
    const session = await openRunSession(engine, taught);
    const inference = await Inference.open(session);
    return { run: taught.run, engine, inference, ...(await trainSteps(taught, inference, follow)) };
  } catch (cause) {
    await engine.close();
    throw cause;
  }
}

/** The lessons of a run without a folder: what they leave on the disk meanwhile is removed. */
async function learnApart(prepared: PreparedRun, { signal }: FollowFit): Promise<LearnedRun> {
  if (!lessonsOf(prepared)) return { run: prepared.run };
  const path = mkdtempSync(join(tmpdir(), 'mixtura-stages-'));
  try {
    const nobody = () => {};
    const files = new StageFiles(path, { requireLock: nobody, renewLock: nobody });
    return await learnRun(prepared, files, { signal });
  } catch (cause) {
    if (!(cause instanceof StageInterrupted)) throw cause;
    throw new StageInterrupted(`${cause.during}: there is no model yet`, cause);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

async function trainSteps(
  { run, dataset, labels }: PreparedRun,
  inference: Inference,
  { onProgress, signal }: FollowFit,
): Promise<Pick<TrainedModel, 'step' | 'lines' | 'notes'>> {
  const { session } = inference;
  const loop = train(session, {
    samples: withoutLabels(dataset),
    schedule: batchSchedule(session.stream.fork('batches'), { count: dataset.count, batchSize: run.batch }),
    from: 0,
    to: run.steps,
    inference,
    ...rowLabels(labels),
  });
  const began = performance.now();
  const lines: MetricsLine[] = [];
  let notes: string[] = [];
  let step = 0;
  for await (const event of loop) {
    step = event.step;
    inference.step = step;
    notes.push(...(event.notes ?? []).map((note) => `Before step ${step}: ${note}`));
    const milliseconds = performance.now() - began;
    const scored = step % run.evaluateEvery === 0 || step === run.steps;
    if (scored || signal?.aborted) await session.refreshPrior();
    if (scored) {
      lines.push(lineOf(event, inference, milliseconds, notes));
      notes = [];
    }
    onProgress?.(progressOf(event, run.steps, inference, milliseconds));
    if (signal?.aborted) break;
  }
  await session.refreshPrior();
  return { step, lines, notes };
}

function progressOf(
  { step, losses }: StepEvent,
  steps: number,
  { prior }: Inference,
  milliseconds: number,
): FitProgress {
  const weights = Array.from(prior.mixing).sort((a, b) => b - a);
  return { step, steps, weights, losses, msPerStep: milliseconds / step };
}

function lineOf(
  { step, losses }: StepEvent,
  { prior, session }: Inference,
  milliseconds: number,
  notes: readonly string[],
): MetricsLine {
  const diagnostics = session.model.diagnostics?.();
  return {
    step,
    seconds: milliseconds / 1000,
    msPerStep: milliseconds / step,
    losses,
    sizes: Array.from(prior.mixing),
    ...(diagnostics && { diagnostics }),
    ...(notes.length > 0 && { notes }),
  };
}
