#!/usr/bin/env node
/** @file The command line: finds the verb, runs it, turns errors into one sentence and an exit code. */
import { didYouMean } from '../did-you-mean.js';
import { ExitCode, MixturaError, usageError } from '../errors.js';
import { VERSION } from '../version.js';
import { beQuiet, complain, guardStreams, outputFailed, print, terminalIsGone } from './screen/output.js';
import { helpOf, parseArguments, type Verb } from './verb.js';

/** A verb is a line here and a file beside this one, read when it is asked for: that takes as long as a short run. */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  groups: async () => (await import('./find-groups.js')).findGroupsVerb,
  train: async () => (await import('./train.js')).trainVerb,
  compare: async () => (await import('./compare.js')).compareVerb,
  sample: async () => (await import('./sample.js')).sampleVerb,
  augment: async () => (await import('./augment.js')).augmentVerb,
  cluster: async () => (await import('./cluster.js')).clusterVerb,
  suggest: async () => (await import('./suggest.js')).suggestVerb,
  evaluate: async () => (await import('./evaluate.js')).evaluateVerb,
  report: async () => (await import('./report.js')).reportVerb,
  export: async () => (await import('./export.js')).exportVerb,
  data: async () => (await import('./data.js')).dataVerb,
  features: async () => (await import('./features.js')).featuresVerb,
  bench: async () => (await import('./bench.js')).benchVerb,
  doctor: async () => (await import('./doctor.js')).doctorVerb,
  completion: async () => (await import('./completion.js')).completionVerb(allVerbs),
};

async function overview(): Promise<string> {
  const all = await allVerbs();
  const width = Math.max(...Object.keys(verbs).map((name) => name.length)) + 2;
  return [
    'mixtura finds the hidden groups in unlabelled data, learns how large each is, and generates new samples of any.',
    '',
    'mixtura VERB [...]',
    '',
    ...all.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    "Each verb explains itself: mixtura VERB --help. Start with 'mixtura groups', which trains nothing; then 'mixtura train'.",
  ].join('\n');
}

function allVerbs(): Promise<Verb[]> {
  return Promise.all(Object.values(verbs).map((load) => load()));
}

/** Words in place of a verb: other spellings of what they begin. */
const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
  '-V': 'version',
};

async function main(words: readonly string[]): Promise<number> {
  const [first = 'help', ...rest] = words;
  const name = Object.hasOwn(ALIASES, first) ? ALIASES[first]! : first;
  if (name === 'version') {
    print(VERSION);
    return ExitCode.done;
  }
  if (name === 'help') {
    const [about, ...more] = rest;
    print(about === undefined || about.startsWith('-') ? await overview() : await helpAbout(about, more));
    return ExitCode.done;
  }
  const verb = await verbNamed(name);
  const args = parseArguments(verb, rest);
  if (args.flag('help')) {
    print(helpOf(verb, args));
    return ExitCode.done;
  }
  if (args.flag('quiet')) beQuiet();
  return verb.run(args);
}

async function helpAbout(name: string, words: readonly string[]): Promise<string> {
  const verb = await verbNamed(name);
  return helpOf(verb, parseArguments(verb, [...words, '--help']));
}

async function verbNamed(name: string): Promise<Verb> {
  const load = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (load) return load();
  throw usageError(
    `There is no ${name.startsWith('-') ? 'option' : 'verb'} '${name}'${didYouMean(name, Object.keys(verbs))}; see mixtura --help.`,
  );
}

guardStreams();
const words = process.argv.slice(2);
try {
  const code = await main(words);
  process.exitCode = outputFailed() ? ExitCode.failed : code;
} catch (error) {
  if (words.includes('--debug'))
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  else if (error instanceof MixturaError) complain(error.message);
  else
    complain(
      `Unexpected failure: ${error instanceof Error ? error.message : error}. Run again with --debug for details.`,
    );
  process.exitCode = error instanceof MixturaError ? error.exitCode : ExitCode.failed;
}
// At its end Node restores the settings of its terminal, and aborts where that has been closed: end as others do then.
if (terminalIsGone()) process.kill(process.pid, 'SIGHUP');
