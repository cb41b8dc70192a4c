/** @file `mixtura sample`: draws new samples of one group, or of all. */
import { requireWritable } from '../atomic-file.js';
import { ExitCode, usageError } from '../errors.js';
import { drawGroups, groupsNamed } from '../run/augment/named-groups.js';
import { requireNotOwn } from '../run/data/own-files.js';
import { orderNote } from '../run/gold/open.js';
import { groupTitle, readGroups } from '../run/groups.js';
import { withTrained } from '../run/trained.js';
import { type DrawnSamples, drawSamples, requireGroup, requireSpread } from '../run/use/draw.js';
import { recognisedShare, unrecognisedNote } from '../run/use/recognised.js';
import { requireReject } from '../run/use/reject.js';
import { writeSampleFile } from '../run/use/sample-file.js';
import { note, percent, print, printJson } from './screen/output.js';
import type { Arguments, Verb } from './verb.js';

const DEFAULT_COUNT = 100;

/** The verb `sample`. */
export const sampleVerb: Verb = {
  name: 'sample',
  summary: 'Draw new samples of one group, or of all in their learned proportions.',
  usage: 'RUN',
  arity: [1, 1],
  options: {
    group: {
      value: 'G',
      summary:
        'number of a group, from 1, the largest, as train and cluster show it (default: the whole mixture)',
    },
    class: {
      value: 'NAME',
      summary: 'instead of --group: the groups of that name, as groups.json of the run has it',
    },
    count: { value: 'N', summary: `number of samples (default ${DEFAULT_COUNT})` },
    out: {
      value: 'FILE',
      summary:
        '.png (images, points), .npy, or .csv, .tsv, .parquet or .json (points, tables); replaced if it is there',
    },
    spread: {
      value: 'S',
      summary:
        'multiply the covariances of the groups in the latent space: below 1 samples are more typical, above 1 more varied (default 1)',
    },
    reject: {
      value: 'P',
      summary:
        "draw the model's worst samples of each group again, by GOLD: of a share P of the candidates less than half are kept; at least 0, below 1 (default: all are kept)",
    },
    seed: { value: 'N', summary: 'the same seed gives the same samples (default 0)' },
  },
  examples: [
    'mixtura sample runs/digits-slogan-001 --group 2 --count 50 --out group-2.png',
    'mixtura sample runs/digits-slogan-001 --class 7 --out sevens.png',
    'mixtura sample runs/ring-slogan-001 --count 10000 --out new.csv',
    'mixtura sample runs/digits-slogan-001 --spread 0.25 --out typical.png',
    'mixtura sample runs/digits-infogan-001 --reject 0.5 --out kept.png',
  ],
  gone: {
    component: 'There is no --component any more: groups count from 1, the largest, so give --group 1 to K.',
  },
  run: runSample,
};

/** The number as it was typed, so that one sentence says which there are; what is no number is refused at once. */
function groupOption(args: Arguments): number | undefined {
  const text = args.text('group');
  if (text === undefined) return undefined;
  const group = Number(text);
  if (text.trim() !== '' && Number.isFinite(group)) return group;
  throw usageError(`--group is '${text}'; give the number of a group, from 1, the largest.`);
}

function spreadOption(args: Arguments): number | undefined {
  const text = args.text('spread');
  if (text === undefined) return undefined;
  const spread = text.trim() === '' ? Number.NaN : Number(text);
  requireSpread(spread, text);
  return spread;
}

function rejectOption(args: Arguments): number | undefined {
  const text = args.text('reject');
  if (text === undefined) return undefined;
  const reject = text.trim() === '' ? Number.NaN : Number(text);
  requireReject(reject, text);
  return reject;
}

async function runSample(args: Arguments): Promise<number> {
  const [path] = args.positionals;
  const out = args.text('out');
  const group = groupOption(args);
  const named = args.text('class');
  if (group !== undefined && named !== undefined)
    throw usageError('--class names groups, and --group gives the number of one; give one of both.');
  const count = args.integer('count', 1) ?? DEFAULT_COUNT;
  const seed = args.integer('seed') ?? 0;
  const spread = spreadOption(args);
  const reject = rejectOption(args);
  if (out !== undefined) requireWritable(out);
  return withTrained(path!, async (trained) => {
    if (group !== undefined) requireGroup(trained, group);
    if (out === undefined)
      throw usageError("Where the samples go is not said; give --out, such as '--out x.png'.");
    requireNotOwn(out, trained);
    const groups = readGroups(trained.folder, trained.inference.prior.mixing);
    const chosen = named === undefined ? undefined : groupsNamed(trained, groups, named);
    const name = group === undefined ? chosen?.[0]?.name : groups[group - 1]!.name;
    const options = { count, seed, spread, reject };
    const drawn = chosen
      ? await drawGroups(trained, chosen, options)
      : await drawSamples(trained, { ...options, group });
    writeSampleFile(out, trained.run.dataset, drawn);
    const result = {
      run: trained.folder.path,
      ...(group !== undefined && { group }),
      ...(chosen && { groups: chosen.map((one) => one.group) }),
      ...(name !== undefined && { name }),
      count,
      seed,
      ...(spread !== undefined && { spread }),
      ...(reject !== undefined && { reject, ...drawn.rejection }),
      file: out,
    };
    const of = chosen
      ? chosen.map(groupTitle).join(' and ')
      : group === undefined
        ? 'all groups'
        : groupTitle({ group, name });
    const asked = chosen ?? (group === undefined ? [] : [groups[group - 1]!]);
    const unlike = unrecognisedNote(await recognisedShare(trained, asked), asked);
    if (unlike !== undefined) note(unlike);
    const order = drawn.rejection && orderNote(drawn.rejection);
    if (order !== undefined) note(order);
    if (args.flag('json')) printJson(result);
    else print(`${count} samples of ${of} in ${out}${keptWords(count, drawn)}`);
    return ExitCode.done;
  });
}

/** ", kept of 220 candidates (45.5 %)"; nothing where none was rejected. */
function keptWords(count: number, { rejection }: DrawnSamples): string {
  if (rejection === undefined) return '';
  const { candidates } = rejection;
  return `, kept of ${candidates} candidates (${percent(count / candidates)})`;
}
