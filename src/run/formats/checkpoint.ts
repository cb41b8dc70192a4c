/** @file Checkpoints: everything that a run needs to go on, in one safetensors file. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { MixturaError } from '../../errors.js';
import type { StoredTensor } from '../../train/stored-tensor.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';

/** Raised when the names or meaning of stored tensors change. */
const FORMAT = 'mixtura-checkpoint-1';
const PATTERN = /^step-(\d+)\.safetensors$/;

/** What a checkpoint file holds: all that training needs to go on. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Notes that no line of the log holds yet (default none). */
  readonly notes?: readonly string[];
}

/** The file of a checkpoint in a folder. */
export function checkpointFile(folder: string, step: number): string {
  return path.join(folder, `step-${String(step).padStart(8, '0')}.safetensors`);
}

/** Steps of the checkpoints in a folder, ascending. */
export function checkpointSteps(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => PATTERN.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Writes a checkpoint atomically and removes all but the last `keep`.
 * @param beforeRename may throw when the checkpoint is not to be put in place; nothing is removed then
 * @throws a MixturaError, and leaves all older ones, when a value is not finite: nothing good goes on from there.
 */
export function writeCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  keep: number,
  beforeRename?: () => void,
): string {
  const { step, tensors, notes = [] } = checkpoint;
  requireFinite(step, tensors);
  const file = checkpointFile(folder, step);
  const saved = notes.length > 0 ? { notes: JSON.stringify(notes) } : {};
  writeSafetensors(
    file,
    { tensors, metadata: { format: FORMAT, step: String(step), ...saved } },
    beforeRename,
  );
  for (const old of checkpointSteps(folder).slice(0, -keep))
    rmSync(checkpointFile(folder, old), { force: true });
  return file;
}

/** The losses of a step are those of the values before it, so an update can break a value that no loss has seen. */
function requireFinite(step: number, tensors: Checkpoint['tensors']): void {
  for (const [name, { data }] of Object.entries(tensors)) {
    if (data.every(Number.isFinite)) continue;
    throw new MixturaError(
      `Training stopped at step ${step}: ${name} holds a number that is not finite; lower the learning rates.`,
    );
  }
}

/** @throws a MixturaError when the file is cut, damaged, or of another version. */
export function readCheckpoint(file: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata.format !== FORMAT) {
    throw new MixturaError(
      `The checkpoint ${file} is of another version (${metadata.format ?? 'none'}, expected ${FORMAT}); use the version of Mixtura that wrote it.`,
    );
  }
  const step = Number(metadata.step);
  if (!Number.isInteger(step) || step < 0) {
    throw new MixturaError(
      `The checkpoint ${file} does not say at which step it was written; remove it to use an older one.`,
    );
  }
  const notes = metadata.notes === undefined ? {} : { notes: JSON.parse(metadata.notes) as string[] };
  return { step, tensors, ...notes };
}
