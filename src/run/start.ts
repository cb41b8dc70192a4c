/** @file A new run, from what is asked for to its report. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RunRequest } from '../config/resolve.js';
import { deviceOf, type ResolvedRun } from '../config/schema.js';
import { requireDevice } from '../engine/devices.js';
import { completeRun, type FollowOptions, type TrainResult } from './complete.js';
import { RunFolder } from './folder.js';
import { prepareRun } from './prepare.js';

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
  const prepared = await prepareRun(request, options);
  await requireDevice(deviceOf(prepared.run));
  const folder = RunFolder.create(options.folder ?? freeFolder(prepared.run));
  try {
    folder.writeConfig(prepared.run);
    return await completeRun({ ...prepared, folder }, options);
  } catch (cause) {
    folder.discardIfUnused();
    throw cause;
  } finally {
    folder.unlock();
  }
}

/** The first of `runs/DATA-METHOD-001`, `-002`, ... that is not there. */
function freeFolder({ data, method }: ResolvedRun): string {
  const stem = path
    .basename(data.name)
    .replace(/\.[^.]*$/, '')
    .replace(/[^\w-]+/g, '-');
  for (let n = 1; ; n++) {
    const folder = path.join('runs', `${stem}-${method}-${String(n).padStart(3, '0')}`);
    if (!existsSync(folder)) return folder;
  }
}
