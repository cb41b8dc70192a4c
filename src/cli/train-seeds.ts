/** @file `mixtura train --seeds N`: the same request with several seeds, and how far the runs agree. */
import { ExitCode, usageError } from '../errors.js';
import type { FollowOptions } from '../run/complete.js';
import { isSeedFolder, resumeSeeds, type SeedResult, startSeeds } from '../run/seeds/seed-runs.js';
import { agreementLines } from './screen/agreement-lines.js';
import { complain, note, print, printJson } from './screen/output.js';
import { resultJson } from './screen/train-result.js';
import { requestOf } from './train-request.js';
import type { Arguments } from './verb.js';

/** Whether runs with several seeds are asked for, or gone on with. */
export function wantsSeeds(args: Arguments): boolean {
  const folder = args.text('resume');
  return args.text('seeds') !== undefined || (folder !== undefined && isSeedFolder(folder));
}

/** Trains the runs that are not finished, and prints the agreement of all. */
export async function trainSeeds(args: Arguments, options: FollowOptions): Promise<number> {
  const result = await seedRuns(args, options);
  const { folder, results, finished, agreement } = result;
  const unwritten = results.flatMap((one) => one.unwritten);
  if (!finished) note(`Go on with: mixtura train --resume ${folder}`);
  if (args.flag('json'))
    printJson({ folder, finished, runs: results.map(resultJson), ...(agreement && { agreement }) });
  else if (agreement) for (const line of ['', ...agreementLines(agreement)]) print(line);
  if (!args.flag('json')) for (const line of warningsOf(results)) print(line);
  for (const sentence of unwritten) complain(sentence);
  if (unwritten.length > 0) return ExitCode.failed;
  return finished ? ExitCode.done : ExitCode.interrupted;
}

/** What should be known of each run, with its seed in front. */
function warningsOf(results: SeedResult['results']): string[] {
  const sentences = results.flatMap(({ run, warnings }) =>
    warnings.map((text) => `Seed ${run.seed}: ${text}`),
  );
  return sentences.length > 0 ? ['', ...sentences] : [];
}

async function seedRuns(args: Arguments, options: FollowOptions): Promise<SeedResult> {
  const [folder, out] = [args.text('resume'), args.text('out')];
  const seeds = args.integer('seeds', 2);
  const { preset, ...changes } = await requestOf(args);
  if (folder === undefined)
    return startSeeds({ ...changes, preset }, { ...options, folder: out, seeds: seeds! });
  if (seeds !== undefined)
    throw usageError('--resume goes on with the seeds of its folder; leave out --seeds.');
  for (const option of ['out', 'preset', 'allow']) {
    if (args.text(option) === undefined) continue;
    throw usageError(
      `--resume goes on with all runs in ${folder} as they were begun; leave out --${option}.`,
    );
  }
  return resumeSeeds(folder, changes, options);
}
