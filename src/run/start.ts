/** @file A new run, from what is asked for to its report. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RunRequest } from '../config/resolve.js';
import { deviceOf, type ResolvedRun } from '../config/schema.js';
import { requireDevice } from '../engine/devices.js';
import { completeRun, type FollowOptions, type TrainResult } from './complete.js';
import { RunFolder } from './folder.js';
import { trainingLabelCsv } from './labels/label-csv.js';
import { writeProbes } from './labels/probes-file.js';
import { countNotice, type PreparedRun, prepareRun, requireModel } from './prepare.js';
import { StageInterrupted } from './stages/stage-files.js';

/** Where a new run goes, and how a program follows it. */
export interface StartOptions extends FollowOptions {
  /** A new or empty folder (default: `runs/DATA-METHOD-001`, the next free number). */
  readonly folder?: string | undefined;
}

/**
 * Trains a new run to its end, scores it, and leaves a run folder with checkpoints, log and report.
 *
 * While it lasts, the folder is locked for this process. A run that fails before it has logged or saved anything leaves
 * no folder.
 *
 * @param request what differs from the preset of the data
 * @throws a MixturaError for settings or data that are not valid, a folder that is not empty, a device that is not
 * there, a file that cannot be written, or training that diverges
 *
 * @example
 * const { groups } = await startRun({ data: { name: 'digits' }, steps: 50 }, { folder: 'runs/mine' });
 * groups.length; // => 4
 */
export async function startRun(request: RunRequest, options: StartOptions = {}): Promise<TrainResult> {
  const { path, ...prepared } = await planRun(request, options);
  const folder = RunFolder.create(path);
  try {
    const { run, dataset, labels } = prepared;
    folder.writeConfig(run);
    if (labels && run.labels !== undefined) folder.writeLabels(trainingLabelCsv(dataset, labels));
    if (prepared.probes) writeProbes(folder.path, prepared.probes, () => folder.requireLock());
    const notes = labels ? [labels.sentence] : [];
    return await completeRun({ ...prepared, folder, notes }, options);
  } catch (cause) {
    // What was interrupted is gone on with, also where nothing had been saved yet.
    if (!(cause instanceof StageInterrupted)) folder.discardIfUnused();
    throw cause;
  } finally {
    folder.unlock();
  }
}

/** A run that can start, and the folder that it would have. */
export interface PlannedRun extends PreparedRun {
  readonly path: string;
}

/** Everything that {@link startRun} refuses before it writes anything; nothing is made. */
export async function planRun(request: RunRequest, options: StartOptions = {}): Promise<PlannedRun> {
  const prepared = await prepareRun(request, options);
  requireModel(prepared, options);
  const notice = countNotice(prepared);
  if (notice !== undefined) options.onNotice?.(notice);
  await requireDevice(deviceOf(prepared.run));
  const path = options.folder ?? freeFolder(prepared.run);
  RunFolder.requireFree(path);
  return { ...prepared, path };
}

/** The first of `runs/DATA-METHOD-001`, `-002`, ... that is not there; `kind` comes before the number. */
export function freeFolder({ data, method }: ResolvedRun, kind?: string): string {
  const stem = [folderStem(data.name), method, ...(kind === undefined ? [] : [kind])].join('-');
  for (let n = 1; ; n++) {
    const folder = path.join('runs', `${stem}-${String(n).padStart(3, '0')}`);
    if (!existsSync(folder)) return folder;
  }
}

/** Most bytes of a name of data in the name of its run: file systems take 255 for the whole. */
const MAX_STEM = 180;

/** The name of the data as the start of a folder's name: letters, marks and digits of any script, no hyphen in front. */
export function folderStem(name: string): string {
  const letters = path
    .basename(name)
    .replace(/\.[^.]*$/, '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '-')
    .replace(/^-+/, '');
  const kept = [...letters];
  while (Buffer.byteLength(kept.join('')) > MAX_STEM) kept.pop();
  return kept.join('') || 'data';
}
