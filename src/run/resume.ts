/** @file A run that goes on from its last checkpoint. */
import { expandData, type RunRequest, requireThreads } from '../config/resolve.js';
import { dataSchema, deviceOf, type ResolvedRun, runSchema } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import { didYouMean } from '../did-you-mean.js';
import { requireDevice } from '../engine/devices.js';
import { MixturaError, usageError } from '../errors.js';
import { methodNamed } from '../methods/index.js';
import { requireFitting } from '../train/session.js';
import { changeNotes, requireEffect } from './changes.js';
import { completeRun, type FollowOptions, type StartedRun, type TrainResult } from './complete.js';
import { absoluteLabels, absoluteName, reopenData } from './data/run-data.js';
import { RunFolder } from './folder.js';
import { readCheckpoint } from './formats/checkpoint.js';
import { openProbes, type RunProbes, requireGroupsFor } from './labels/probes.js';
import { readProbes, writeProbes } from './labels/probes-file.js';
import { labelsOfRun } from './labels/run-labels.js';
import { type PreparedRun, requireModel } from './prepare.js';
import { settingsDifference } from './settings-difference.js';

/** What may change in a run that goes on: anything but the preset that it was started with. */
export type RunChanges = Omit<RunRequest, 'preset'>;

/** Which settings may change, and how a program follows the run. */
export interface ResumeOptions extends FollowOptions {
  /** Names of settings that may differ from those of the run; what only says how it is executed may always. */
  readonly allow?: readonly string[] | undefined;
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
 * await startRun({ data: { name: 'digits' }, steps: 20 }, { folder: 'runs/longer' });
 * const { step } = await resumeRun('runs/longer', { steps: 40 }, { allow: ['steps'] });
 * step; // => 40
 */
export async function resumeRun(
  path: string,
  changes: RunChanges = {},
  options: ResumeOptions = {},
): Promise<TrainResult> {
  const folder = RunFolder.open(path);
  const saved = folder.readConfig();
  requireSettings(options.allow ?? [], saved.method);
  const run = settingsDifference(saved, asSaved(changes), options.allow ?? []);
  requireSameLabels(run, saved);
  await requireDevice(deviceOf(run));
  const method = methodNamed(run.method);
  const dataset = await reopenData(run, options);
  const probes = await probesOf(run, saved, folder, dataset);
  const prepared = { run, method, dataset, labels: labelsOfRun({ run, method, folder }, dataset), probes };
  if (run.steps > run.horizon) options.onEvent?.({ kind: 'note', note: decayNote(run) });
  folder.lock();
  try {
    return await completeRun(locked(prepared, folder, saved, options.allow), options);
  } finally {
    folder.unlock();
  }
}

/** The run in its folder, which then holds what has changed. @throws a MixturaError where it cannot go on. */
function locked(
  asked: PreparedRun,
  folder: RunFolder,
  saved: ResolvedRun,
  allow: readonly string[] = [],
): StartedRun {
  // A run that was killed before its first checkpoint goes on from step 0: the same bits.
  const checkpoint = folder.lastCheckpoint();
  const done = checkpoint?.step ?? 0;
  const changes = changeNotes(saved, asked.run, done);
  const prepared = changes.length === 0 ? asked : withChanges(asked, changes);
  const { run } = prepared;
  if (run !== saved) {
    if (run.steps < done) {
      throw usageError(`The run ${folder.path} has ${done} steps behind it; give --steps ${done} or more.`);
    }
    requireSameTurns(prepared, saved, done, allow);
    // The old settings stay where the new ones are refused, or do not fit what the run has learned.
    const model = requireModel(prepared);
    if (checkpoint) requireFitting(model, readCheckpoint(checkpoint.file).tensors);
    requireEffect(prepared, saved, done, folder.path);
    folder.writeConfig(run);
    if (prepared.probes && run.probes !== saved.probes) {
      writeProbes(folder.path, prepared.probes, () => folder.requireLock());
    }
  }
  // A run that begins anew has told nothing yet.
  const sentence = checkpoint ? undefined : prepared.labels?.sentence;
  return { ...prepared, folder, checkpoint, notes: [...(sentence ? [sentence] : []), ...changes] };
}

/** The run with what was changed on its way, which its folder keeps. */
function withChanges(prepared: PreparedRun, changes: readonly string[]): PreparedRun {
  const { run } = prepared;
  return { ...prepared, run: { ...run, changes: [...(run.changes ?? []), ...changes] } };
}

/** @throws a usage error where a part of the method took its turn at a step that another number of steps puts elsewhere. */
function requireSameTurns(
  { run, method }: PreparedRun,
  saved: ResolvedRun,
  done: number,
  allow: readonly string[],
): void {
  const turnsOf = ({ settings, steps }: ResolvedRun) =>
    method.turns?.(method.settings.parse(settings), steps) ?? {};
  const before = turnsOf(saved);
  for (const [key, now] of Object.entries(turnsOf(run))) {
    const was = before[key]!;
    if (was === now || allow.includes(key) || done <= Math.min(was, now)) continue;
    throw usageError(
      `The ${done} steps of this run were made with ${key} ${was}, and a run of ${run.steps} steps has ${key} ${now}; keep what it was by --set ${key}=${was} --allow steps,${key}, or train a new run.`,
    );
  }
}

/** @throws a usage error where other labels are asked for: the run keeps those that it began with. */
function requireSameLabels(run: ResolvedRun, saved: ResolvedRun): void {
  const other = (['labels', 'labelDraw', 'labelSeed'] as const).filter((key) => run[key] !== saved[key]);
  if (other.length === 0) return;
  throw usageError(
    `A run learns from the labels that it began with, so ${other.join(', ')} cannot change; leave that out, or train a new run.`,
  );
}

/** The probes that the run keeps, or others where that was allowed. @throws a MixturaError where it has lost them */
async function probesOf(
  run: ResolvedRun,
  saved: ResolvedRun,
  folder: RunFolder,
  dataset: Dataset,
): Promise<RunProbes | undefined> {
  if (run.probes === undefined) return undefined;
  const kept = run.probes === saved.probes ? readProbes(folder.path) : undefined;
  if (kept) return kept;
  if (run.probes === saved.probes) {
    throw new MixturaError(
      `The run ${folder.path} has lost its probes (probes.safetensors); restore the file, or train again.`,
    );
  }
  const probes = await openProbes(run.probes, dataset, run.data);
  requireGroupsFor(probes, run.components);
  return probes;
}

function decayNote({ horizon, steps }: ResolvedRun): string {
  return `The schedules of this run, such as learning rates that fall to 0, have ended at step ${horizon}; to train on after it, add --set horizon=${steps} --allow steps,horizon.`;
}

/** Changes with the data as a run keeps them: the path absolute, a constructed set by its base. */
function asSaved(changes: RunChanges): RunChanges {
  if (changes.threads !== undefined) requireThreads(changes.threads);
  const data = changes.data && expandData(changes.data);
  const { labels, probes } = changes;
  return {
    ...changes,
    ...(data?.name !== undefined && { data: { ...data, name: absoluteName(data.name) } }),
    ...(labels !== undefined && { labels: absoluteLabels(labels) }),
    ...(probes !== undefined && { probes: absoluteName(probes) }),
  };
}

/** @throws a usage error for a name that is no setting of a run by this method. */
function requireSettings(names: readonly string[], method: string): void {
  const shapes = [runSchema.shape, dataSchema.shape, methodNamed(method).settings.shape];
  const known = shapes.flatMap((shape) => Object.keys(shape));
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return;
  throw usageError(
    `There is no setting '${wrong}' to --allow${didYouMean(wrong, known)}; give names of settings, such as steps,lambda.`,
  );
}
