/** @file Runs for programs: what trains them, with errors that name options as programs give them. */
import type { RunRequest } from '../../config/resolve.js';
import type { TrainResult } from '../complete.js';
import { type ResumeOptions, type RunChanges, resumeRun as resume } from '../resume.js';
import { type StartOptions, startRun as start } from '../start.js';
import { withPlainMessages } from './plain-message.js';

/**
 * Trains a new run to its end, scores it, and leaves a run folder with checkpoints, log and report.
 *
 * While it lasts, the folder is locked for this process. A run that fails before it has logged or saved anything leaves
 * no folder.
 *
 * @param request what differs from the preset of the data
 * @throws a MixturaError for settings or data that are not valid, a folder that is not empty, a device that is not
 * there, a file that cannot be written, or training that diverges; it names options as they are called here
 *
 * @example
 * const { groups } = await startRun({ data: { name: 'digits' }, steps: 50 }, { folder: 'runs/begun' });
 * groups.length; // => 4
 */
export function startRun(request: RunRequest, options: StartOptions = {}): Promise<TrainResult> {
  return withPlainMessages(() => start(request, options));
}

/**
 * Goes on with a run from its last checkpoint to its end, as if it had never been interrupted: the same bits, unless
 * something is changed.
 *
 * @param path the run folder
 * @param changes settings that are to differ from now on; they are written into the folder
 * @throws a MixturaError for a folder that is no run, a change that is not allowed or not valid, data that have changed,
 * a damaged checkpoint, and whatever {@link startRun} throws
 *
 * @example
 * await startRun({ data: { name: 'digits' }, steps: 20 }, { folder: 'runs/goes-on' });
 * const { step } = await resumeRun('runs/goes-on', { steps: 40 }, { allow: ['steps'] });
 * step; // => 40
 */
export function resumeRun(
  path: string,
  changes: RunChanges = {},
  options: ResumeOptions = {},
): Promise<TrainResult> {
  return withPlainMessages(() => resume(path, changes, options));
}
