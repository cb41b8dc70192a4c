/** @file One request with several seeds: a run of each, one after another, and how far they agree. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { writeError, writeFileAtomic } from '../../atomic-file.js';
import { requestOfContent } from '../../config/request.js';
import type { RunRequest } from '../../config/resolve.js';
import { MixturaError, usageError } from '../../errors.js';
import { endedCalm } from '../../evaluate/settling.js';
import type { MethodDefinition } from '../../method/method.js';
import { VERSION } from '../../version.js';
import { folderTarget } from '../../write-target.js';
import type { FollowOptions, TrainResult } from '../complete.js';
import { absoluteLabels, absoluteName } from '../data/run-data.js';
import { RunFolder } from '../folder.js';
import { type RunChanges, resumeRun } from '../resume.js';
import { freeFolder, type PlannedRun, planRun, type StartOptions, startRun } from '../start.js';
import { type RunAgreement, runAgreement } from './run-agreement.js';

/** Which runs are made, and where. */
export interface SeedOptions extends StartOptions {
  /** Number of runs, with the seed of the request and those that follow it; two or more. */
  readonly seeds: number;
}

/** What the runs of a set of seeds found. */
export interface SeedResult {
  /** Path of the folder that holds the run folders. */
  readonly folder: string;
  /** Those runs that were trained now; others were finished before. */
  readonly results: readonly TrainResult[];
  /** Whether all runs are finished. */
  readonly finished: boolean;
  /** How far they agree; absent unless all are finished. */
  readonly agreement?: RunAgreement;
}

/** The file that says which runs a folder is to hold. */
const PLAN = 'seeds.json';
/** The file of their agreement. */
const AGREEMENT = 'agreement.json';

const planSchema = z.object({
  version: z.string(),
  seeds: z.array(z.int().min(0)).min(2),
  request: z.record(z.string(), z.unknown()),
});

/** Whether a folder holds, or is to hold, runs with several seeds. */
export function isSeedFolder(folder: string): boolean {
  return existsSync(join(folder, PLAN));
}

/**
 * Trains the same request with several seeds, one after another, each into a run folder of its own (`seed-0`, `seed-1`,
 * ...), and tells how far their groups agree, in `agreement.json` too.
 *
 * @param request what differs from the preset of the data; its seed is the first
 * @throws a usage error for fewer than two seeds, a method without groups, or a folder that is not empty; else as
 * {@link startRun} does
 */
export async function startSeeds(request: RunRequest, options: SeedOptions): Promise<SeedResult> {
  const { run, path: folder } = await planSeeds(request, options);
  const { seeds: count, folder: _, ...follow } = options;
  const seeds = Array.from({ length: count }, (__, i) => run.seed + i);
  const { data } = request;
  const name = data?.name === undefined ? {} : { name: absoluteName(data.name) };
  const labels = request.labels === undefined ? {} : { labels: absoluteLabels(request.labels) };
  const probes = request.probes === undefined ? {} : { probes: absoluteName(request.probes) };
  const encoder = run.encoder && { encoder: run.encoder };
  const asked = { ...request, ...labels, ...probes, ...encoder, data: { ...data, ...name } };
  const plan = { version: VERSION, seeds, request: asked };
  makeFolder(folder);
  writeFileAtomic(join(folder, PLAN), `${JSON.stringify(plan, null, 2)}\n`);
  // What there is to say of the data has been said.
  return trainSeeds(folder, {}, { ...follow, onNotice: undefined });
}

/** Everything that {@link startSeeds} refuses before it writes anything: the first run, and the folder of all. */
export async function planSeeds(request: RunRequest, options: SeedOptions): Promise<PlannedRun> {
  const { seeds: count, folder: asked, ...follow } = options;
  if (!Number.isSafeInteger(count) || count < 2) {
    throw usageError(`--seeds is ${count}; give a whole number of at least 2.`);
  }
  const planned = await planRun(request, follow);
  requireGroups(planned.method, planned.run.components);
  const path = asked ?? freeFolder(planned.run, 'seeds');
  requireFree(path);
  return { ...planned, path };
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
  const given = Object.entries({ ...changes, ...changes.data, ...changes.settings });
  const other = given.find(
    ([key, value]) => !['threads', 'data', 'settings'].includes(key) && value !== undefined,
  );
  if (other) {
    throw usageError(
      `The runs in ${folder} have the settings that they were begun with, so ${other[0]} cannot be given; go on with all of them by --resume alone.`,
    );
  }
  return trainSeeds(folder, changes, options);
}

async function trainSeeds(folder: string, changes: RunChanges, options: FollowOptions): Promise<SeedResult> {
  const { seeds, request } = readPlan(folder);
  const results: TrainResult[] = [];
  const quiet = { ...options, onNotice: undefined };
  const paths = seeds.map((seed) => join(folder, `seed-${seed}`));
  for (const [i, path] of paths.entries()) {
    if (isComplete(path)) continue;
    const { threads } = changes;
    const listening = results.length === 0 ? options : quiet;
    const own = { ...request, seed: seeds[i]!, ...(threads !== undefined && { threads }) };
    const result = isBegun(path)
      ? await resumeRun(path, threads === undefined ? {} : { threads }, listening)
      : await startRun(own, { ...listening, folder: path });
    results.push(result);
    if (!result.finished || options.signal?.aborted) {
      const finished = result.finished && path === paths.at(-1);
      if (!finished) return { folder, results, finished };
    }
  }
  const agreement = await runAgreement(paths, quiet);
  // Names from the folder, which may be moved.
  const runs = agreement.runs.map((one) => ({ ...one, run: basename(one.run) }));
  writeFileAtomic(join(folder, AGREEMENT), `${JSON.stringify({ ...agreement, runs }, null, 2)}\n`);
  return { folder, results, finished: true, agreement };
}

/** Agreement is one of groups. */
function requireGroups({ groupless, title }: MethodDefinition, components: number): void {
  if (groupless) {
    throw usageError(`${title} learns no groups that could agree between seeds; leave out --seeds.`);
  }
  if (components === 1) throw usageError('One group is the same with every seed; leave out --seeds.');
}

/** @throws a usage error for a folder that holds something. */
export function requireFree(folder: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw usageError(
      `The output folder ${folder} exists and is not an empty folder; choose another --out, or go on with its runs by --resume ${folder}.`,
    );
  }
}

/** Makes a folder, and those that it lies in. @throws a MixturaError where that cannot be */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folderTarget(folder), { recursive: true });
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

function readPlan(folder: string): { readonly seeds: readonly number[]; readonly request: RunRequest } {
  const file = join(folder, PLAN);
  try {
    const { seeds, request } = planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { seeds, request: requestOfContent(request, file) };
  } catch (cause) {
    if (cause instanceof MixturaError) throw cause;
    throw new MixturaError(`${file} is damaged; go on with each of the runs in ${folder} by itself.`, {
      cause,
    });
  }
}

/** Whether a run has its settings; what was left by one that was killed before is removed. */
export function isBegun(path: string): boolean {
  if (existsSync(join(path, 'config.json'))) return true;
  const made = ['.lock', 'checkpoints', 'samples'];
  if (existsSync(path) && readdirSync(path).every((name) => made.includes(name))) {
    rmSync(path, { recursive: true });
  }
  return false;
}

/** Whether a run has ended, and has been scored. */
export function isComplete(path: string): boolean {
  if (!isBegun(path)) return false;
  const folder = RunFolder.open(path);
  const run = folder.readConfig();
  const step = folder.lastCheckpoint()?.step ?? 0;
  const ended = step >= run.steps || endedCalm(run, folder.readMetrics(step), step);
  return ended && existsSync(folder.groupsFile);
}
