#!/usr/bin/env node
/** @file The command line: finds the verb, runs it, turns errors into one sentence and an exit code. */
import { didYouMean } from '../data/nearest.js';
import { ExitCode, MixturaError, usageError } from '../errors.js';
import { VERSION } from '../version.js';
import { benchVerb } from './bench.js';
import { clusterVerb } from './cluster.js';
import { dataVerb } from './data.js';
import { doctorVerb } from './doctor.js';
import { evaluateVerb } from './evaluate.js';
import { exportVerb } from './export.js';
import { featuresVerb } from './features.js';
import { note, print, tolerateClosedPipe } from './output.js';
import { sampleVerb } from './sample.js';
import { trainVerb } from './train.js';
import { helpOf, parseArguments, type Verb } from './verb.js';

/** A verb is a line here and a file beside this one. */
const verbs: Readonly<Record<string, Verb>> = Object.fromEntries(
  [
    trainVerb,
    sampleVerb,
    clusterVerb,
    evaluateVerb,
    exportVerb,
    dataVerb,
    featuresVerb,
    benchVerb,
    doctorVerb,
  ].map((verb) => [verb.name, verb]),
);

function overview(): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length)) + 2;
  return [
    'mixtura finds the hidden groups in unlabelled data, learns how large each is, and generates new samples of any.',
    '',
    'mixtura VERB [...]',
    '',
    ...Object.values(verbs).map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    "Each verb explains itself: mixtura VERB --help. Start with 'mixtura train'.",
  ].join('\n');
}

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    print(overview());
    return ExitCode.done;
  }
  if (name === '--version' || name === '-v') {
    print(VERSION);
    return ExitCode.done;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) {
    throw usageError(
      `There is no verb '${name}'${didYouMean(name, Object.keys(verbs))}; see mixtura --help.`,
    );
  }
  const args = parseArguments(verb, rest);
  if (args.flag('help')) {
    print(helpOf(verb));
    return ExitCode.done;
  }
  return verb.run(args);
}

tolerateClosedPipe();
const words = process.argv.slice(2);
try {
  process.exitCode = await main(words);
} catch (error) {
  if (words.includes('--debug'))
    note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  else if (error instanceof MixturaError) note(error.message);
  else
    note(
      `Unexpected failure: ${error instanceof Error ? error.message : error}. Run again with --debug for details.`,
    );
  process.exitCode = error instanceof MixturaError ? error.exitCode : ExitCode.failed;
}
