/** @file A trained run, opened for use: its last checkpoint in an engine, its networks in evaluation mode. */
import type { ResolvedRun } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { methodNamed } from '../methods/index.js';
import { Inference } from '../train/inference.js';
import { RunFolder } from './folder.js';
import { readCalibration } from './formats/calibration-file.js';
import { readCheckpoint } from './formats/checkpoint.js';
import { openRunSession } from './stages/open-session.js';

/** A run's last checkpoint, ready for use while {@link withTrained} lasts. */
export interface TrainedRun {
  readonly folder: RunFolder;
  readonly run: ResolvedRun;
  /** Steps done when the checkpoint was written. */
  readonly step: number;
  readonly inference: Inference;
  /** The data that it was trained on, where they are open already. */
  readonly dataset?: Dataset | undefined;
}

/** A run that stays open until its engine is closed. */
export interface OpenedRun {
  readonly trained: TrainedRun;
  readonly engine: OrtEngine;
}

/**
 * Opens the last checkpoint of a run folder, and closes it when `use` is done.
 * @throws a MixturaError if it is no run, has no checkpoint, or its checkpoint is damaged.
 */
export async function withTrained<T>(path: string, use: (trained: TrainedRun) => Promise<T>): Promise<T> {
  const { trained, engine } = await openTrained(path);
  try {
    return await use(trained);
  } finally {
    await engine.close();
  }
}

/** Opens the last checkpoint of a run folder; who calls it closes the engine. @throws as {@link withTrained} does */
export async function openTrained(path: string): Promise<OpenedRun> {
  const folder = RunFolder.open(path);
  const run = folder.readConfig();
  const method = methodNamed(run.method);
  const { step, tensors } = readCheckpoint(folder.latestCheckpoint());
  const engine = new OrtEngine({ threads: run.threads });
  try {
    const session = await openRunSession(engine, { run, method }, tensors, false);
    const inference = await Inference.open(session, run.dataset);
    inference.step = step;
    inference.calibrateBy(readCalibration(path, step));
    return { trained: { folder, run, step, inference }, engine };
  } catch (cause) {
    await engine.close();
    throw cause;
  }
}
