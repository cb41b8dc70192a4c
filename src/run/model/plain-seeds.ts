/** @file Runs with several seeds for programs, with errors that name options as programs give them. */
import type { RunRequest } from '../../config/resolve.js';
import type { FollowOptions } from '../complete.js';
import type { DataListeners } from '../data/run-data.js';
import type { RunChanges } from '../resume.js';
import { runAgreement as agreementOfRuns, type RunAgreement } from '../seeds/run-agreement.js';
import {
  resumeSeeds as resumeAll,
  type SeedOptions,
  type SeedResult,
  startSeeds as startAll,
} from '../seeds/seed-runs.js';
import { withPlainMessages } from './plain-message.js';

/**
 * Trains the same request with several seeds, one after another, each into a run folder of its own (`seed-0`, `seed-1`,
 * ...), and tells how far their groups agree, in `agreement.json` too.
 *
 * @param request what differs from the preset of the data; its seed is the first
 * @throws a MixturaError for fewer than two seeds, a method without groups, or a folder that is not empty; else as
 * {@link startRun} does
 *
 * @example
 * const { agreement } = await startSeeds({ data: { name: 'digits' }, steps: 20 }, { seeds: 2, folder: 'runs/seeds' });
 * agreement.train.rows; // => 712
 */
export function startSeeds(request: RunRequest, options: SeedOptions): Promise<SeedResult> {
  return withPlainMessages(() => startAll(request, options));
}

/**
 * Goes on with the runs of {@link startSeeds}: the one that was interrupted, then those that have not begun.
 *
 * @param folder the folder that holds the run folders
 * @param changes how the runs are executed, such as their threads; nothing that would make them differ
 * @throws a MixturaError for a folder that is none, a change of another setting, and whatever {@link resumeRun} throws
 */
export function resumeSeeds(
  folder: string,
  changes: RunChanges = {},
  options: FollowOptions = {},
): Promise<SeedResult> {
  return withPlainMessages(() => resumeAll(folder, changes, options));
}

/**
 * How far the groups of runs agree on the data that all of them were trained on: what `mixtura evaluate RUN RUN` tells.
 *
 * @param paths run folders, two or more
 * @throws a MixturaError for runs on different data, or of a method without groups, and if the data have changed
 */
export function runAgreement(paths: readonly string[], listeners: DataListeners = {}): Promise<RunAgreement> {
  return withPlainMessages(() => agreementOfRuns(paths, listeners));
}
