/** @file Active learning: runs one after another, each with the labels of the one before and those that it asked for. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../atomic-file.js';
import { requestOfContent } from '../../config/request.js';
import type { RunRequest } from '../../config/resolve.js';
import { readLabelFile } from '../../data/labels/label-file.js';
import { MixturaError, usageError } from '../../errors.js';
import { suggestRows } from '../../evaluate/suggest.js';
import { Stream } from '../../math/random.js';
import { VERSION } from '../../version.js';
import type { FollowOptions, TrainResult } from '../complete.js';
import { absoluteLabels, absoluteName, reopenData } from '../data/run-data.js';
import { openGold } from '../gold/open.js';
import { labelCsv, rowKeys } from '../labels/label-csv.js';
import { requireModel } from '../prepare.js';
import { resumeRun } from '../resume.js';
import { isBegun, isComplete, makeFolder, requireFree } from '../seeds/seed-runs.js';
import { freeFolder, planRun, type StartOptions, startRun } from '../start.js';
import { withTrained } from '../trained.js';
import { OWN_LABELS, oracleAnswers, requireAnswers } from './oracle.js';

/** How rows are chosen. */
export const ASKING = ['gold', 'random'] as const;

/** How many rounds there are, and who answers. */
export interface RoundOptions extends StartOptions {
  /** A CSV file of rows and classes, or `all`: the data's own labels. */
  readonly oracle: string;
  /** Rounds after the first, which has the labels of the request. */
  readonly rounds: number;
  /** Rows that are asked for before each of them. */
  readonly perRound: number;
  /** By GOLD, or at random, which is what GOLD is compared with. */
  readonly ask: (typeof ASKING)[number];
}

/** What the rounds did. */
export interface RoundsResult {
  readonly folder: string;
  /** The runs that were trained now; others were finished before. */
  readonly results: readonly TrainResult[];
  readonly finished: boolean;
  /** Rows that were asked for before each round but the first, by their names. */
  readonly asked: readonly (readonly string[])[];
}

const PLAN = 'rounds.json';
const planSchema = z.object({
  version: z.string(),
  request: z.record(z.string(), z.unknown()),
  oracle: z.string(),
  rounds: z.int().min(1),
  perRound: z.int().min(1),
  ask: z.enum(ASKING),
});
type Plan = z.infer<typeof planSchema>;

/** Whether a folder holds, or is to hold, the runs of rounds. */
export function isRoundsFolder(folder: string): boolean {
  return existsSync(join(folder, PLAN));
}

/**
 * Trains a run with few labels, asks for those of the rows that would tell it most, trains the next with them too, and so
 * on: run folders `round-0`, `round-1`, ... and label files `labels-1.csv`, ... in one folder. Each run begins anew.
 *
 * @throws a usage error for a method that learns from no labels, labels of all rows, or a folder that is not empty; a
 * MixturaError for an oracle that contradicts itself or the labels, or knows too few rows; else as {@link startRun} does
 */
export async function startRounds(request: RunRequest, options: RoundOptions): Promise<RoundsResult> {
  const { oracle, rounds, perRound, ask, folder: asked, ...follow } = options;
  const planned = await planRun(request, follow);
  const { run, method, dataset, labels } = planned;
  if (!labels || request.labels === undefined) {
    throw usageError(
      '--oracle is asked for labels that are not there; give --labels of few rows too, such as 10, and a method that learns from them, such as acgan.',
    );
  }
  const { critique, assign } = requireModel(planned).inference;
  if (ask === 'gold' && !(critique && assign)) {
    throw usageError(
      `GOLD asks for rows by a critic of samples and probabilities of groups, and ${method.title} has not both; give --ask random, or another method, such as acgan.`,
    );
  }
  requireAnswers(oracle, dataset, labels, rounds * perRound);
  const folder = asked ?? freeFolder(run, 'rounds');
  requireFree(folder);
  const { data } = request;
  const name = data?.name === undefined ? {} : { name: absoluteName(data.name) };
  const plan: Plan = {
    version: VERSION,
    request: { ...request, labels: absoluteLabels(request.labels), data: { ...data, ...name } },
    oracle: oracle === OWN_LABELS ? oracle : resolve(oracle),
    ...{ rounds, perRound, ask },
  };
  makeFolder(folder);
  writeFileAtomic(join(folder, PLAN), `${JSON.stringify(plan, null, 2)}\n`);
  return trainRounds(folder, { ...follow, onNotice: undefined });
}

/** Goes on with the rounds of {@link startRounds}: the run that was interrupted, then those that have not begun. */
export function resumeRounds(folder: string, options: FollowOptions = {}): Promise<RoundsResult> {
  return trainRounds(folder, options);
}

async function trainRounds(folder: string, options: FollowOptions): Promise<RoundsResult> {
  const plan = readPlan(folder);
  const request = requestOfContent(plan.request, join(folder, PLAN));
  const results: TrainResult[] = [];
  const asked: string[][] = [];
  for (let round = 0; round <= plan.rounds; round++) {
    const [path, labels] = [join(folder, `round-${round}`), join(folder, `labels-${round}.csv`)];
    if (round > 0) asked.push(await askFor(join(folder, `round-${round - 1}`), labels, plan, round));
    if (isComplete(path)) continue;
    // What there is to say of the data is said once.
    const listening = results.length === 0 ? options : { ...options, onNotice: undefined };
    const own = round === 0 ? request : { ...request, labels };
    const result = isBegun(path)
      ? await resumeRun(path, {}, listening)
      : await startRun(own, { ...listening, folder: path });
    results.push(result);
    const last = round === plan.rounds;
    if (!result.finished || (options.signal?.aborted && !last)) {
      return { folder, results, finished: false, asked };
    }
  }
  return { folder, results, finished: true, asked };
}

/** The rows that a run asks for; its labels and the answers are written unless they are there. */
function askFor(previous: string, file: string, plan: Plan, round: number): Promise<string[]> {
  return withTrained(previous, async (trained) => {
    const data = await reopenData(trained.run);
    const words = readLabelFile(trained.folder.labelsFile, data);
    const { kind, names } = rowKeys(data);
    if (existsSync(file)) {
      const after = readLabelFile(file, data);
      return names.filter((_, row) => words[row] === '' && after[row] !== '');
    }
    const answers = oracleAnswers(plan.oracle, data);
    const open = Uint32Array.from(answers.keys()).filter((row) => words[row] === '' && answers[row] !== '');
    const chosen =
      plan.ask === 'random'
        ? [...Stream.root(trained.run.seed).fork('rounds', round).choice(open.length, plan.perRound)].map(
            (place) => open[place]!,
          )
        : (await suggestRows(await openGold(trained), data, open, plan.perRound)).map(({ row }) => row);
    for (const row of chosen) words[row] = answers[row]!;
    const rows = [...words.keys()].filter((row) => words[row] !== '');
    writeFileAtomic(
      file,
      labelCsv(
        kind,
        rows.map((row) => names[row]!),
        rows.map((row) => words[row]!),
      ),
    );
    return chosen.map((row) => names[row]!);
  });
}

function readPlan(folder: string): Plan {
  const file = join(folder, PLAN);
  try {
    return planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new MixturaError(`${file} is damaged; go on with each of the runs in ${folder} by itself.`, {
      cause,
    });
  }
}
