/** @file `mixtura augment`: writes samples of the rare classes or groups of a training set, as many as balance it. */
import { ExitCode, usageError } from '../errors.js';
import { type Augmentation, augmentData, targetOf } from '../run/augment/augment.js';
import { withTrained } from '../run/trained.js';
import { requireSpread } from '../run/use/draw.js';
import { dataLines } from './data-lines.js';
import { note, percent, print, printJson } from './screen/output.js';
import { TABLE_OPTIONS, tableOptions } from './table-options.js';
import { type Arguments, table, type Verb } from './verb.js';

const { label, key, transpose, header, id, drop, keep, delimiter, decimal, missing } = TABLE_OPTIONS;

/** The verb `augment`. */
export const augmentVerb: Verb = {
  name: 'augment',
  summary: 'Write new samples of the rare classes or groups of a training set, as many as balance it.',
  usage: '[DATA] --run RUN --out DIR',
  arity: [0, 1],
  options: {
    run: { value: 'RUN', summary: 'the run whose groups make the samples' },
    out: { value: 'DIR', summary: 'a new or empty folder, or one in which the same was begun' },
    to: {
      value: 'balanced|N',
      summary: 'as many rows of each as of the most frequent (default), or N rows of each at least',
    },
    class: {
      value: 'NAME',
      summary: 'fill up that class or group only, any number of times (default: all)',
      repeated: true,
    },
    spread: { value: 'S', summary: 'as of sample: below 1 more typical samples, above 1 more varied' },
    seed: { value: 'N', summary: 'the same seed gives the same samples (default 0)' },
    ...Object.fromEntries(
      Object.entries({ label, key, transpose, header, id, drop, keep, delimiter, decimal, missing }).flatMap(
        ([name, option]) => (option ? [[name, option]] : []),
      ),
    ),
  },
  examples: [
    'mixtura augment --run runs/digits-slogan-001 --out more',
    'mixtura augment photos --run runs/photos-slogan-001 --class cracked --out more',
    'mixtura augment table.csv --label kind --run runs/table-slogan-001 --to 500 --out more',
  ],
  extraHelp: () =>
    [
      'Without DATA the data that the run was trained on, with its own selection and options. Only their training part is counted.',
      'A class gets samples of the groups that have its name in groups.json of the run; data without labels are filled up by group.',
      'Images become PNG files in a folder a class, tables generated.csv with the columns of the data; all of these are generated.',
      'manifest.json says of which run, seed and counts they are. What was interrupted goes on by the same command; nothing is replaced.',
    ].join('\n'),
  run: runAugment,
};

async function runAugment(args: Arguments): Promise<number> {
  const [run, folder] = [args.text('run'), args.text('out')];
  if (run === undefined)
    throw usageError('No run is given; give --run, such as --run runs/digits-slogan-001.');
  if (folder === undefined)
    throw usageError('Where the samples go is not said; give --out, such as --out more.');
  const [data] = args.positionals;
  const spread = spreadOption(args);
  const to = targetOf(args.text('to') ?? 'balanced');
  const only = args.list('class');
  const seed = args.integer('seed');
  const reading = Object.fromEntries(
    Object.entries(tableOptions(args)).filter(([, value]) => value !== undefined),
  );
  const [given] = Object.keys(reading);
  if (data === undefined && given !== undefined) {
    throw usageError(`The run's own data are read as the run did; leave out --${given}, or give DATA.`);
  }
  return withTrained(run, async (trained) => {
    const options = { folder, data, to, seed, spread, ...(only.length > 0 && { only }) };
    const added = await augmentData(trained, { ...options, ...reading, ...dataLines() });
    for (const sentence of added.notes) note(sentence);
    if (args.flag('json')) printJson({ run, ...added });
    else for (const line of linesOf(added, only)) print(line);
    return ExitCode.done;
  });
}

function spreadOption(args: Arguments): number | undefined {
  const text = args.text('spread');
  if (text === undefined) return undefined;
  const spread = text.trim() === '' ? Number.NaN : Number(text);
  requireSpread(spread, text);
  return spread;
}

/** A line for each class or group, then where its samples are. */
function linesOf({ by, parts, files, folder, target }: Augmentation, only: readonly string[]): string[] {
  const pure = parts.some(({ purity }) => purity !== undefined);
  const seen = parts.some(({ recognised }) => recognised !== undefined);
  const heading = `rows, generated${pure ? ', rows of its groups that are of the class' : ''}${seen ? ', new samples seen as theirs' : ''}`;
  const cell = (shown: boolean, share: number | undefined) =>
    shown ? `, ${share === undefined ? '-' : percent(share)}` : '';
  const rows = parts.map(({ name, rows: count, generated, purity, recognised }) => {
    return [name, `${count}, ${generated}${cell(pure, purity)}${cell(seen, recognised)}`] as const;
  });
  const total = parts.reduce((sum, { generated }) => sum + generated, 0);
  const last =
    files.length === 0
      ? `${only.length === 0 ? 'All have' : `${only.join(', ')} ${only.length === 1 ? 'has' : 'have'}`} ${target} rows or more, so nothing is added and ${folder} is not made.`
      : `${total} samples in ${folder}, all of them generated.`;
  return [...table([[by, heading], ...rows]), '', last];
}
