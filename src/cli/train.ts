/** @file `mixtura train`: trains a method on data and leaves a run folder with a report. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { presets } from '../config/presets.js';
import { expandData, type RunRequest, requireThreads } from '../config/resolve.js';
import { dataSchema, deviceOf, type ResolvedRun, RUN_DEFAULTS, runSchema } from '../config/schema.js';
import { didYouMean } from '../did-you-mean.js';
import { requireDevice } from '../engine/devices.js';
import { ExitCode, usageError } from '../errors.js';
import { methodNamed } from '../method/index.js';
import { writeReport, writeSheet } from '../report/run-report.js';
import { checkpointSteps, readCheckpoint } from '../run/checkpoint.js';
import { RunFolder } from '../run/folder.js';
import { absoluteName, type PreparedRun, prepareRun, reopenData } from '../run/prepare.js';
import { type RunOutcome, runTraining } from '../run/recorder.js';
import { settingsDifference } from '../run/resume.js';
import { commandLine } from './command-line.js';
import { groupLines } from './groups.js';
import { IMAGE_OPTIONS } from './image-options.js';
import { duration, note, print, printJson } from './output.js';
import { statusLine } from './status.js';
import { TABLE_OPTIONS } from './table-options.js';
import { requestOf } from './train-request.js';
import { type Arguments, table, type Verb } from './verb.js';

export const trainVerb: Verb = {
  name: 'train',
  summary: 'Find the groups in data, learn their sizes, and learn to generate new samples of each.',
  usage: '[DATA]',
  arity: [0, 1],
  options: {
    method: { value: 'NAME', summary: 'slogan (default), infogan or wgan' },
    preset: { value: 'NAME', summary: Object.keys(presets).join(', ') },
    components: { value: 'K', summary: 'number of groups (default: number of classes, where known)' },
    classes: { value: 'A,B', summary: 'classes to keep' },
    ratio: { value: 'A:B', summary: 'sizes of the kept classes' },
    groups: { value: 'A;B,C', summary: 'classes merged into groups' },
    ...TABLE_OPTIONS,
    ...IMAGE_OPTIONS,
    steps: { value: 'N', summary: 'steps of training' },
    batch: { value: 'N', summary: 'batch size' },
    seed: { value: 'N', summary: 'seed of everything random in training (default 0)' },
    threads: { value: 'N', summary: 'threads (default 2)' },
    device: { value: 'NAME', summary: 'where the training step runs: cpu (default) or webgpu' },
    out: { value: 'FOLDER', summary: 'run folder (default: runs/NAME, numbered)' },
    resume: { value: 'FOLDER', summary: 'go on with that run from its last checkpoint' },
    allow: { value: 'A,B', summary: 'settings that may differ on --resume' },
    set: {
      value: 'KEY=VALUE',
      summary: 'a setting of the method or of the run, any number of times',
      repeated: true,
    },
    'dry-run': { summary: 'print the resolved settings and stop' },
  },
  examples: [
    'mixtura train',
    'mixtura train mnist --classes 0,4 --ratio 7:3 --set network=dcgan',
    'mixtura train table.csv --components 5 --set lambda=8',
    'mixtura train photos --size 32 --components 10',
  ],
  extraHelp: settingsHelp,
  run: runTrain,
};

async function runTrain(args: Arguments): Promise<number> {
  const resume = args.text('resume');
  const started = resume === undefined ? await startRun(args) : await resumeRun(args, resume);
  if (!started) return ExitCode.done;
  const { prepared, folder, resumeFrom, notes } = started;
  const abort = new AbortController();
  const onSignal = () => abort.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    announce(prepared.run, folder);
    return await runTraining(
      {
        ...prepared,
        folder,
        signal: abort.signal,
        onEvent: statusLine(prepared.run.steps),
        onSheet: (step, inference) => writeSheet(folder, prepared.run, inference, step),
        ...(resumeFrom !== undefined && { resumeFrom }),
        ...(notes && { notes }),
      },
      async (inference, outcome) => {
        const files = await writeReport({
          folder,
          ...prepared,
          inference,
          outcome,
          command: commandLine(prepared.run),
        });
        report(args, prepared.run, folder, outcome, files);
        return outcome.finished ? ExitCode.done : ExitCode.interrupted;
      },
    );
  } catch (cause) {
    folder.discardIfUnused();
    throw cause;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    folder.unlock();
  }
}

interface StartedRun {
  readonly prepared: PreparedRun;
  readonly folder: RunFolder;
  readonly resumeFrom?: string;
  /** What is to be recorded of how the run goes on. */
  readonly notes?: readonly string[];
}

async function startRun(args: Arguments): Promise<StartedRun | undefined> {
  const prepared = await prepareRun(requestOf(args));
  if (args.flag('dry-run')) {
    if (args.flag('json')) printJson(prepared.run);
    else print(JSON.stringify(prepared.run, null, 2));
    return undefined;
  }
  await requireDevice(deviceOf(prepared.run));
  const folder = RunFolder.create(args.text('out') ?? nextFolder(prepared.run));
  try {
    folder.writeConfig(prepared.run);
  } catch (cause) {
    folder.discardIfUnused();
    throw cause;
  }
  return { prepared, folder };
}

async function resumeRun(args: Arguments, at: string): Promise<StartedRun> {
  if (args.text('out') !== undefined)
    throw usageError('--resume writes into its own run folder; leave out --out.');
  if (args.text('preset') !== undefined)
    throw usageError('--resume goes on with the settings of its run; leave out --preset.');
  const folder = RunFolder.open(at);
  const saved = folder.readConfig();
  const run = settingsDifference(saved, resumeRequest(args), allowed(args, saved.method));
  await requireDevice(deviceOf(run));
  const prepared = { run, method: methodNamed(run.method), dataset: await reopenData(run) };
  if (run.steps > run.horizon) {
    note(
      `The learning rates of this run have decayed to 0 at step ${run.horizon}; to train on after it, add --set horizon=${run.steps} --allow steps,horizon.`,
    );
  }
  folder.lock();
  try {
    // A run that was killed before its first checkpoint goes on from step 0: the same bits.
    const done = checkpointSteps(folder.checkpoints).at(-1);
    const resumeFrom = done === undefined ? undefined : folder.latestCheckpoint();
    if (run !== saved) {
      if (resumeFrom !== undefined) readCheckpoint(resumeFrom); // The old settings stay if it cannot be read.
      if (run.steps < (done ?? 0)) {
        throw usageError(`The run ${at} has ${done} steps behind it; give --steps ${done} or more.`);
      }
      folder.writeConfig(run);
    }
    const notes = [deviceNote(saved, run, done ?? 0)].filter((text) => text !== undefined);
    return { prepared, folder, notes, ...(resumeFrom !== undefined && { resumeFrom }) };
  } catch (cause) {
    folder.unlock();
    throw cause;
  }
}

/** Devices round differently: where a run changed from one to another is part of its record. */
function deviceNote(saved: ResolvedRun, run: ResolvedRun, done: number): string | undefined {
  const [was, now] = [deviceOf(saved), deviceOf(run)];
  return was === now ? undefined : `From step ${done + 1} on, training runs on ${now}; until then on ${was}.`;
}

/** What was typed, with the data as a run keeps them: the path absolute, a constructed set by its base. */
function resumeRequest(args: Arguments): RunRequest {
  const request = requestOf(args);
  if (request.threads !== undefined) requireThreads(request.threads);
  const data = request.data && expandData(request.data);
  if (data?.name === undefined) return request;
  return { ...request, data: { ...data, name: absoluteName(data.name) } };
}

/** The names after --allow. @throws a usage error for one that is no setting of the run. */
function allowed(args: Arguments, method: string): string[] {
  const shapes = [runSchema.shape, dataSchema.shape, methodNamed(method).settings.shape];
  const known = shapes.flatMap((shape) => Object.keys(shape));
  const names = args.text('allow')?.split(',') ?? [];
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return names;
  throw usageError(
    `There is no setting '${wrong}' to --allow${didYouMean(wrong, known)}; give names of settings, such as steps,lambda.`,
  );
}

/** The settings of the default method, for `--help`. */
function settingsHelp(): string {
  const { name, settings } = methodNamed(RUN_DEFAULTS.method);
  const defaults = settings.parse({});
  const rows = Object.entries(settings.shape).map(([key, schema]) => {
    const value = defaults[key];
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return [`${key}=${text}`, (schema as { description?: string }).description ?? ''] as const;
  });
  return [`Settings (--set key=value), of ${name}:`, ...table(rows)].join('\n');
}

function nextFolder(run: ResolvedRun): string {
  const stem = path
    .basename(run.data.name)
    .replace(/\.[^.]*$/, '')
    .replace(/[^\w-]+/g, '-');
  for (let n = 1; ; n++) {
    const folder = path.join('runs', `${stem}-${run.method}-${String(n).padStart(3, '0')}`);
    if (!existsSync(folder)) return folder;
  }
}

function announce(run: ResolvedRun, folder: RunFolder): void {
  const { dataset } = run;
  const device = deviceOf(run);
  note(
    `${run.method} · ${dataset.name}: ${dataset.count} samples of ${dataset.shape.join('x')} · ${run.components} groups · ` +
      `${run.steps} steps, batch ${run.batch}, seed ${run.seed}, ${run.threads} threads${device === 'cpu' ? '' : `, ${device}`} · ${folder.path}`,
  );
}

function report(
  args: Arguments,
  run: ResolvedRun,
  folder: RunFolder,
  outcome: RunOutcome,
  files: { readonly report: string; readonly samples?: string },
): void {
  const { summary, groups } = outcome.evaluation;
  const result = {
    run: folder.path,
    method: run.method,
    seed: run.seed,
    steps: outcome.step,
    seconds: outcome.seconds,
    msPerStep: outcome.msPerStep,
    groups: groups.map(({ component, size, trueSize }) => ({
      component,
      size,
      ...(trueSize !== undefined && { trueSize }),
    })),
    metrics: summary,
    files: { ...files, checkpoint: outcome.checkpoint },
  };
  if (!outcome.finished) note(`Go on with: mixtura train --resume ${folder.path}`);
  if (args.flag('json')) printJson(result);
  else printResult(outcome, files.report);
}

function printResult(outcome: RunOutcome, reportFile: string): void {
  const { summary, groups } = outcome.evaluation;
  print('');
  for (const line of groupLines(groups)) print(line);
  const shown = Object.entries(summary).map(([name, value]) => `${name} ${Number(value.toFixed(4))}`);
  print('');
  if (shown.length > 0) print(`  ${shown.join(' · ')}`);
  print(
    `  ${outcome.step} steps in ${duration(outcome.seconds)} (${outcome.msPerStep.toFixed(2)} ms a step)`,
  );
  print(`  report: ${reportFile}`);
}
