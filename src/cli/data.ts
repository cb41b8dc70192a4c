/** @file `mixtura data`: which data sets there are, getting one, what one holds, and where files are looked for. */
import path from 'node:path';
import { requireOther, requireWritable, writeFileAtomic } from '../atomic-file.js';
import { cacheFolder } from '../cache-folder.js';
import { formatSummary, summarize } from '../data/inspect/inspect.js';
import { CATALOGUE, type CatalogueEntry } from '../data/sets/catalogue.js';
import { ELASTIC_NAMES } from '../data/sets/elastic-splits.js';
import { fetchSet, NAMED_SETS, namedSetPresence } from '../data/sets/named.js';
import { DATASET_NAMES, FILE_KINDS, formatOf, openDataset } from '../data/sets/open.js';
import type { ColumnReport } from '../data/tables/column-report.js';
import { matricesOf } from '../data/tables/matrices.js';
import { isTableName } from '../data/tables/table-file.js';
import { didYouMean } from '../did-you-mean.js';
import { ExitCode, usageError } from '../errors.js';
import { contactSheet } from '../report/contact-sheet.js';
import { downloadLine } from './data-lines.js';
import { IMAGE_OPTIONS, imageOptions } from './image-options.js';
import { note, print, printJson } from './screen/output.js';
import { TABLE_OPTIONS, tableOptions } from './table-options.js';
import { type Arguments, table, type Verb } from './verb.js';

/** The verb `data`. */
export const dataVerb: Verb = {
  name: 'data',
  summary: 'List the data sets, get one, inspect one, or say where files are looked for.',
  usage: '[list | fetch NAME | inspect DATA | path]',
  arity: [0, 2],
  options: {
    classes: { value: 'A,B', summary: 'inspect: classes to keep' },
    ratio: { value: 'A:B', summary: 'inspect: sizes of the kept classes' },
    groups: { value: 'A;B,C', summary: 'inspect: classes merged into groups' },
    ...TABLE_OPTIONS,
    ...IMAGE_OPTIONS,
    split: { value: 'PART', summary: 'inspect: train (default) or test' },
    out: { value: 'FILE.png', summary: 'inspect: write a sheet of images, a row a class, or of points' },
  },
  examples: [
    'mixtura data',
    'mixtura data fetch mnist',
    'mixtura data inspect mnist-2 --ratio 9:1 --out sheet.png',
    'mixtura data path',
  ],
  run: runData,
};

const ACTIONS: Readonly<Record<string, { arity: number; run(args: Arguments): void | Promise<void> }>> = {
  list: { arity: 1, run: list },
  fetch: { arity: 2, run: fetchOne },
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
      `'data ${word}' takes ${action.arity === 2 ? '1 argument' : 'no arguments'}; use it as: mixtura data ${dataVerb.usage}.`,
    );
  }
  await action.run(args);
  return ExitCode.done;
}

interface Listed {
  readonly name: string;
  readonly about: string;
  /** Whether it can be opened now, without a download. */
  readonly here: boolean;
  /** Where it is, or how to get it. */
  readonly place: string;
  readonly shape: readonly number[];
  /** Samples of each class in the training part. */
  readonly classes?: readonly number[];
  readonly samples?: number;
  readonly heldOut?: number;
}

function list(args: Arguments): void {
  const sets = CATALOGUE.map(listed);
  if (args.flag('json')) {
    printJson({ sets });
    return;
  }
  const splits = sets.filter(({ name }) => ELASTIC_NAMES.includes(name));
  const others = sets.filter((set) => !splits.includes(set));
  const rows = others.map((set) => [set.name, describe(set)] as const);
  for (const line of table([...rows, describeTogether(splits)])) print(line);
  print(`\nOr give the path of ${FILE_KINDS}.`);
}

function listed({ name, title, shape, train, test, files }: CatalogueEntry): Listed {
  const presence = files === undefined ? undefined : namedSetPresence(files);
  const made = files !== undefined && files !== name;
  const place = !presence
    ? 'comes with Mixtura'
    : presence.found !== undefined
      ? `in ${presence.found}`
      : made
        ? `not here: made of ${files}`
        : `not here: ${presence.advice!.replace(/\.$/, '')}`;
  return {
    name,
    about: title,
    here: presence === undefined || presence.found !== undefined,
    place,
    shape,
    ...(train && { samples: total(train), classes: train }),
    ...(test && { heldOut: total(test) }),
  };
}

function describe({ about, samples, heldOut, classes, shape, place }: Listed): string {
  const held = heldOut === undefined ? '' : ` + ${heldOut}`;
  const sizes = classes && `${samples}${held} of ${shape.join('x')} in ${classes.length} groups`;
  return [about, sizes, place].filter((part) => part !== undefined).join('; ');
}

/** The splits, which differ in their sizes alone, in one line. */
function describeTogether(splits: readonly Listed[]): readonly [string, string] {
  const [first, last] = [splits[0]!, splits.at(-1)!];
  const sizes = splits.map(({ samples = 0 }) => samples);
  const upTo = last.name.slice(-2);
  const about = first.about.replace(/ (\d+)$/, `s $1 to ${upTo}`);
  const range = `${Math.min(...sizes)} to ${Math.max(...sizes)}`;
  const line = describe({ ...first, about }).replace(`; ${first.samples} `, `; ${range} `);
  return [`${first.name} ... ${upTo}`, line];
}

const total = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);

async function fetchOne(args: Arguments): Promise<void> {
  const name = args.positionals[1]!;
  const entry = CATALOGUE.find((set) => set.name === name);
  if (!entry) {
    throw usageError(
      `There is no data set '${name}' to fetch${didYouMean(name, DATASET_NAMES)}; see mixtura data list.`,
    );
  }
  const files = entry.files === undefined ? [] : await fetchSet(name, { progress: downloadLine() });
  if (args.flag('json')) printJson({ name, files });
  else if (files.length === 0) print(`${name} comes with Mixtura; there is nothing to fetch.`);
  else print(`${name} is here:\n${files.map((file) => `  ${file}`).join('\n')}`);
}

async function inspect(args: Arguments): Promise<void> {
  const [split, out] = [args.text('split'), args.text('out')];
  if (split !== undefined && split !== 'train' && split !== 'test') {
    throw usageError(`--split is '${split}'; give train or test.`);
  }
  if (out !== undefined && path.extname(out).toLowerCase() !== '.png') {
    throw usageError(`--out is '${out}'; give a file that ends in .png.`);
  }
  if (out !== undefined) {
    requireWritable(out);
    requireOther(out, args.positionals[1]!);
  }
  let columns: readonly ColumnReport[] | undefined;
  const dataset = await openDataset(args.positionals[1]!, {
    classes: args.text('classes'),
    ratio: args.text('ratio'),
    groups: args.text('groups'),
    ...tableOptions(args),
    ...imageOptions(args),
    split,
    progress: downloadLine(),
    notice: note,
    onColumns: (reports) => {
      columns = reports;
    },
  });
  const sheet = out === undefined ? undefined : contactSheet(dataset);
  const format = formatOf(args.positionals[1]!);
  const matrices = isTableName(args.positionals[1]!) ? await matricesOf(args.positionals[1]!) : [];
  const summary = { ...summarize(dataset, columns), format, ...(matrices.length > 1 && { matrices }) };
  const refused = sheet && refusedWrite(out!, sheet);
  const drawn = sheet !== undefined && refused === undefined;
  if (args.flag('json')) printJson({ ...summary, ...(drawn && { sheet: out }) });
  else print(`${formatSummary(summary, process.stdout.columns)}${drawn ? `\n  sheet        ${out}` : ''}`);
  if (refused) throw refused;
}

/** Why a file could not be written, if so: what was found is printed all the same. */
function refusedWrite(file: string, content: Uint8Array): unknown {
  try {
    writeFileAtomic(file, content);
    return undefined;
  } catch (cause) {
    return cause;
  }
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
