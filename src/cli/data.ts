/** @file `mixtura data`: which data sets there are, what one holds, and where files are looked for. */
import { formatSummary, summarize } from '../data/inspect.js';
import { cacheFolder, downloadLine, NAMED_SETS, namedSetPresence } from '../data/named.js';
import { didYouMean } from '../data/nearest.js';
import { DATASET_NAMES, openDataset } from '../data/open.js';
import { ExitCode, usageError } from '../errors.js';
import { print, printJson } from './output.js';
import type { Arguments, Verb } from './verb.js';

export const dataVerb: Verb = {
  name: 'data',
  summary: 'List the data sets, inspect one, or tell where files are looked for.',
  usage: '[list | inspect DATA | path]',
  arity: [0, 2],
  options: {
    classes: { value: 'A,B', summary: 'inspect: classes to keep' },
    ratio: { value: 'A:B', summary: 'inspect: sizes of the kept classes' },
    groups: { value: 'A;B,C', summary: 'inspect: classes merged into groups' },
    label: { value: 'COLUMN', summary: 'inspect: label column of a table' },
    split: { value: 'PART', summary: 'inspect: train (default) or test' },
  },
  examples: ['mixtura data', 'mixtura data inspect mnist --classes 0,4 --ratio 7:3', 'mixtura data path'],
  run: runData,
};

const ACTIONS: Readonly<Record<string, { arity: number; run(args: Arguments): void | Promise<void> }>> = {
  list: { arity: 1, run: list },
  inspect: { arity: 2, run: inspect },
  path: { arity: 1, run: paths },
};

async function runData(args: Arguments): Promise<number> {
  const [word = 'list'] = args.positionals;
  const action = Object.hasOwn(ACTIONS, word) ? ACTIONS[word] : undefined;
  if (!action) {
    const known = Object.keys(ACTIONS);
    throw usageError(
      `'data' does not know '${word}'${didYouMean(word, known)}; give one of ${known.join(', ')}.`,
    );
  }
  if (Math.max(1, args.positionals.length) !== action.arity) {
    throw usageError(
      `'data ${word}' takes ${action.arity - 1} arguments; use it as: mixtura data ${dataVerb.usage}.`,
    );
  }
  await action.run(args);
  return ExitCode.done;
}

function list(args: Arguments): void {
  const sets = DATASET_NAMES.map((name) => {
    if (!NAMED_SETS.includes(name)) return { name, here: true, about: 'comes with Mixtura' };
    const { title, missing, missingBytes } = namedSetPresence(name);
    const here = missing.length === 0;
    return {
      name,
      here,
      about: here ? title : `${title}; ${(missingBytes / 1e6).toFixed(1)} MB are downloaded first`,
    };
  });
  if (args.flag('json')) {
    printJson({ sets });
    return;
  }
  const width = Math.max(...DATASET_NAMES.map((name) => name.length)) + 2;
  for (const { name, about } of sets) print(`  ${name.padEnd(width)}${about}`);
  print(
    '\nOr give the path of an IDX file of images (plain or gzipped), of a .csv or .tsv table, or of a .npy array.',
  );
}

async function inspect(args: Arguments): Promise<void> {
  const split = args.text('split');
  if (split !== undefined && split !== 'train' && split !== 'test') {
    throw usageError(`--split is '${split}'; give train or test.`);
  }
  const dataset = await openDataset(args.positionals[1]!, {
    classes: args.text('classes'),
    ratio: args.text('ratio'),
    groups: args.text('groups'),
    label: args.text('label'),
    split,
    progress: downloadLine(),
  });
  const summary = summarize(dataset);
  if (args.flag('json')) printJson(summary);
  else print(formatSummary(summary));
}

function paths(args: Arguments): void {
  const own = process.env.MIXTURA_DATA || undefined;
  const sets = NAMED_SETS.map((name) => namedSetPresence(name));
  if (args.flag('json')) {
    printJson({ ...(own !== undefined && { MIXTURA_DATA: own }), cache: cacheFolder(), sets });
    return;
  }
  print(`  MIXTURA_DATA   ${own ?? '(not set)'}`);
  print(`  cache          ${cacheFolder()}`);
  for (const { name, folders, missing } of sets) {
    print(`\n  ${name}: ${missing.length === 0 ? 'all files found' : `missing ${missing.join(', ')}`}`);
    for (const folder of folders) print(`    looked in ${folder}`);
  }
}
