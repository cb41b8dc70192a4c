/** @file `mixtura train`: trains a method on data and leaves a run folder with a report. */
import { chosenPreset, presetNamed, type RunRequest } from '../config/resolve.js';
import { ExitCode, usageError } from '../errors.js';
import type { FollowOptions, TrainResult } from '../run/complete.js';
import { mlflowUrl } from '../run/mlflow.js';
import type { RunEvent } from '../run/recorder.js';
import { resumeRun } from '../run/resume.js';
import { planSeeds } from '../run/seeds/seed-runs.js';
import { type PlannedRun, planRun, startRun } from '../run/start.js';
import { dataLines } from './data-lines.js';
import { complain, note, print, printJson } from './screen/output.js';
import { statusLine } from './screen/status.js';
import { resultJson, resultLines } from './screen/train-result.js';
import { trainHelp } from './train-help.js';
import { requestOf, TRAIN_OPTIONS } from './train-request.js';
import { ROUND_OPTIONS, trainRounds, wantsRounds } from './train-rounds.js';
import { trainSeeds, wantsSeeds } from './train-seeds.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `train`. */
export const trainVerb: Verb = {
  name: 'train',
  summary: 'Find the groups in data, learn their sizes, and learn to generate new samples of each.',
  usage: '[DATA]',
  arity: [0, 1],
  options: { ...TRAIN_OPTIONS, ...ROUND_OPTIONS },
  examples: [
    'mixtura train',
    'mixtura train mnist --classes 0,4 --ratio 7:3 --set network=dcgan',
    'mixtura train table.csv --components 5 --set lambda=8',
    'mixtura train photos --size 32 --components 10',
    'mixtura train table.csv --components 5 --seeds 3',
    'mixtura train digits --method acgan --labels 10 --oracle all --rounds 4 --per-round 2',
  ],
  extraHelp: trainHelp,
  run: runTrain,
};

/** Signals that end a run after its current step, saved: the second one of a kind ends the process at once. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

async function runTrain(args: Arguments): Promise<number> {
  if (args.flag('dry-run')) return dryRun(args);
  const server = args.text('mlflow');
  const mlflow = server === undefined ? undefined : mlflowUrl(server);
  const abort = new AbortController();
  const onSignal = () => abort.abort();
  const show = statusLine();
  const onEvent = (event: RunEvent) => {
    // Before a run starts there is nothing to save, so a signal ends the process at once.
    if (event.kind === 'started') {
      for (const signal of SIGNALS) process.once(signal, onSignal);
      // A terminal that closes sends it twice: by itself, and by its shell.
      process.on('SIGHUP', onSignal);
    }
    show(event);
  };
  try {
    const options = { ...dataLines(), signal: abort.signal, onEvent, mlflow };
    if (wantsRounds(args)) return await trainRounds(args, options);
    if (wantsSeeds(args)) return await trainSeeds(args, options);
    const result = await train(args, options);
    if (!result.finished) note(`Go on with: mixtura train --resume ${result.folder}`);
    if (args.flag('json')) printJson(resultJson(result));
    else for (const line of resultLines(result)) print(line);
    for (const sentence of result.unwritten) complain(sentence);
    if (result.unwritten.length > 0) return ExitCode.failed;
    return result.finished ? ExitCode.done : ExitCode.interrupted;
  } finally {
    for (const signal of [...SIGNALS, 'SIGHUP']) process.off(signal, onSignal);
  }
}

/** The run that is asked for, a new one or one that goes on. */
async function train(args: Arguments, options: FollowOptions): Promise<TrainResult> {
  const [folder, out] = [args.text('resume'), args.text('out')];
  const { preset, ...changes } = await requestOf(args);
  if (folder === undefined) return startRun({ ...changes, preset }, { ...options, folder: out });
  if (out !== undefined) throw usageError('--resume writes into its own run folder; leave out --out.');
  if (preset !== undefined)
    throw usageError('--resume goes on with the settings of its run; leave out --preset.');
  return resumeRun(folder, changes, { ...options, allow: args.text('allow')?.split(',') });
}

/** A new run, or the first of several, after all that is refused before training. */
function planned(args: Arguments, request: RunRequest): Promise<PlannedRun> {
  const [server, seeds] = [args.text('mlflow'), args.integer('seeds', 2)];
  if (server !== undefined) mlflowUrl(server);
  const options = { ...dataLines(), folder: args.text('out') };
  return seeds === undefined ? planRun(request, options) : planSeeds(request, { ...options, seeds });
}

/** Prints the settings that a new run would have, and which preset they come from. */
async function dryRun(args: Arguments): Promise<number> {
  if (args.text('resume') !== undefined)
    throw usageError(
      '--dry-run shows the settings of a new run; those of a run that goes on are in its config.json.',
    );
  const request = await requestOf(args);
  const { run, dataset } = await planned(args, request);
  const { name, why } = chosenPreset(request, dataset);
  note(`Preset ${name} (${why}): ${presetNamed(name).summary}.`);
  if (args.flag('json')) printJson(run);
  else print(JSON.stringify(run, null, 2));
  return ExitCode.done;
}
