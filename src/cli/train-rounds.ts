/** @file `mixtura train --oracle FILE`: rounds of training, each with the labels that the one before has asked for. */
import { ExitCode, usageError } from '../errors.js';
import type { FollowOptions } from '../run/complete.js';
import {
  ASKING,
  isRoundsFolder,
  type RoundsResult,
  resumeRounds,
  startRounds,
} from '../run/rounds/label-rounds.js';
import { complain, note, print, printJson } from './screen/output.js';
import { resultJson } from './screen/train-result.js';
import { requestOf } from './train-request.js';
import type { Arguments } from './verb.js';

const [ROUNDS, PER_ROUND] = [4, 2];

/** The options of rounds. */
export const ROUND_OPTIONS = {
  oracle: {
    value: 'FILE',
    summary:
      "with --labels of few rows: CSV of rows and classes (all: the data's own labels) that answers which class the rows are of that the training asks for, round by round",
  },
  rounds: { value: 'N', summary: `with --oracle: rounds after the first (default ${ROUNDS})` },
  'per-round': {
    value: 'N',
    summary: `with --oracle: rows that are asked for in each (default ${PER_ROUND})`,
  },
  ask: {
    value: ASKING.join('|'),
    summary: 'with --oracle: the rows that would tell most by GOLD (default), or random ones',
  },
};

/** Whether rounds are asked for, or gone on with. @throws a usage error for an option of rounds without an oracle */
export function wantsRounds(args: Arguments): boolean {
  const folder = args.text('resume');
  if (folder !== undefined && isRoundsFolder(folder)) return true;
  if (args.text('oracle') !== undefined) return true;
  const lone = ['rounds', 'per-round', 'ask'].find((name) => args.text(name) !== undefined);
  if (lone !== undefined) throw usageError(`--${lone} goes with --oracle; give that too.`);
  return false;
}

/** Trains the rounds that are not finished, and says which rows were asked for. */
export async function trainRounds(args: Arguments, options: FollowOptions): Promise<number> {
  const { folder, results, finished, asked } = await rounds(args, options);
  if (!finished) note(`Go on with: mixtura train --resume ${folder}`);
  if (args.flag('json')) printJson({ folder, finished, asked, runs: results.map(resultJson) });
  else
    for (const [at, names] of asked.entries())
      print(`  round ${at + 1}: asked for ${names.join(', ')}   ${folder}/round-${at + 1}`);
  for (const sentence of results.flatMap(({ unwritten }) => unwritten)) complain(sentence);
  return finished ? ExitCode.done : ExitCode.interrupted;
}

async function rounds(args: Arguments, options: FollowOptions): Promise<RoundsResult> {
  const folder = args.text('resume');
  if (folder !== undefined) {
    const other = ['oracle', 'rounds', 'per-round', 'ask', 'out', 'preset', 'seeds', 'labels'].find(
      (name) => args.text(name) !== undefined,
    );
    if (other === undefined) return resumeRounds(folder, options);
    throw usageError(
      `--resume goes on with the rounds in ${folder} as they were begun; leave out --${other}.`,
    );
  }
  if (args.text('seeds') !== undefined)
    throw usageError('--seeds and --oracle exclude each other; give one of them.');
  const ask = ASKING.find((word) => word === (args.text('ask') ?? 'gold'));
  if (ask === undefined) throw usageError(`--ask is '${args.text('ask')}'; give ${ASKING.join(' or ')}.`);
  return startRounds(await requestOf(args), {
    ...options,
    folder: args.text('out'),
    oracle: args.text('oracle')!,
    rounds: args.integer('rounds', 1) ?? ROUNDS,
    perRound: args.integer('per-round', 1) ?? PER_ROUND,
    ask,
  });
}
