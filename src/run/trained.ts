/** @file A trained run, opened for use: its last checkpoint in an engine, its networks in evaluation mode. */
import type { ResolvedRun } from '../config/schema.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { methodNamed } from '../method/index.js';
import { Inference } from '../train/inference.js';
import { readCheckpoint } from './checkpoint.js';
import { RunFolder } from './folder.js';
import { openRunSession } from './recorder.js';

/** A run's last checkpoint, ready for use while {@link withTrained} lasts. */
export interface TrainedRun {
  readonly folder: RunFolder;
  readonly run: ResolvedRun;
  /** Steps done when the checkpoint was written. */
  readonly step: number;
  readonly inference: Inference;
}

/**
 * Opens the last checkpoint of a run folder, and closes it when `use` is done.
 * @throws a MixturaError if it is no run, has no checkpoint, or its checkpoint is damaged.
 */
export async function withTrained<T>(path: string, use: (trained: TrainedRun) => Promise<T>): Promise<T> {
  const folder = RunFolder.open(path);
  const run = folder.readConfig();
  const method = methodNamed(run.method);
  const { step, tensors } = readCheckpoint(folder.latestCheckpoint());
  const engine = new OrtEngine({ threads: run.threads });
  try {
    const session = await openRunSession(engine, { run, method }, tensors, false);
    return await use({ folder, run, step, inference: await Inference.open(session, run.dataset) });
  } finally {
    await engine.close();
  }
}
