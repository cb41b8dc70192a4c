/** @file `mixtura groups`: which groups are in data, how many, and how far they can be trusted; nothing is trained. */
import { requireOther, requireWritable } from '../atomic-file.js';
import type { Dataset } from '../data/dataset.js';
import { ExitCode, usageError } from '../errors.js';
import { agreementWithLabels } from '../groups/by-labels.js';
import { type ComparedMethod, compareOn } from '../groups/compare.js';
import { findGroups } from '../groups/find.js';
import type { FindOptions } from '../groups/find-options.js';
import type { GroupFindings } from '../groups/findings.js';
import { TEACHERS } from '../groups/teachers.js';
import { quoted } from '../run/command-line.js';
import { openRequested } from '../run/data/run-data.js';
import { type EncodedData, type EncodedDataOptions, openEncoded } from '../run/use/encoded-data.js';
import { requireSortable } from '../run/use/sort-images.js';
import { plainFindings, requireGroupsFormat, sortByGroup, writeGroups } from '../run/use/write-groups.js';
import { requirePage, writeGroupsPage } from '../run/use/write-groups-page.js';
import { photographAdvice } from '../views/photographs.js';
import { dataLines } from './data-lines.js';
import { IMAGE_OPTIONS, imageOptions } from './image-options.js';
import { compareLines } from './screen/compare-table.js';
import { findProgress } from './screen/find-progress.js';
import { foundLines } from './screen/found-lines.js';
import { LiveLine } from './screen/live-line.js';
import { duration, note, print, printJson } from './screen/output.js';
import { TABLE_OPTIONS, tableOptions } from './table-options.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `groups`. */
export const findGroupsVerb: Verb = {
  name: 'groups',
  summary:
    'Tell in seconds which groups are in data, how many, and how far to trust them; nothing is trained.',
  usage: 'DATA',
  arity: [1, 1],
  options: {
    components: { value: 'K', summary: 'number of groups, or auto (default): it is found' },
    most: { value: 'K', summary: 'most groups that auto looks for (default 20)' },
    smallest: {
      value: 'ROWS',
      summary: 'fewest rows that are a group (default: 20 of the rows looked at, or 0.4 % of them)',
    },
    view: { value: 'A,B', summary: 'views that are tried (default: all that suit the data)' },
    teacher: {
      value: 'A,B',
      summary: `ways to divide that are tried: ${TEACHERS.map(({ name }) => name).join(', ')}`,
    },
    features: {
      value: 'NET.onnx',
      summary: 'an encoder, in whose features groups are looked for (its preprocessor file is read)',
    },
    input: {
      value: 'KEY=VALUE,...',
      summary: 'how the encoder reads images, over what lies beside it, such as range=0..1,size=224',
    },
    rows: {
      value: 'N',
      summary: 'rows that are looked at, the others are assigned to their groups (default: at most 20000)',
    },
    classes: { value: 'A,B', summary: 'classes to keep' },
    ratio: { value: 'A:B', summary: 'sizes of the kept classes' },
    groups: { value: 'A;B,C', summary: 'classes merged into groups' },
    ...TABLE_OPTIONS,
    ...IMAGE_OPTIONS,
    seed: { value: 'N', summary: 'seed of everything random (default 0)' },
    out: {
      value: 'FILE',
      summary:
        'every row with its group: .csv, .tsv, .parquet, .json (all findings), or .h5ad (a copy of the AnnData file)',
    },
    columns: {
      value: 'all',
      summary: 'CSV, TSV, Parquet: all columns of the file go into --out too, as they stand in it',
    },
    'out-folder': {
      value: 'DIR',
      summary: 'folders of images: a new or empty folder, in which each group gets a folder of links',
    },
    report: {
      value: 'FILE.html',
      summary: 'one self-contained page: real members, profiles, a map, the merge curve, all that was tried',
    },
    compare: {
      summary:
        'data with labels: k-means, a Gaussian mixture and spectral clustering beside it, scored by the labels',
    },
    copy: { summary: 'with --out-folder: copies instead of links' },
  },
  examples: [
    'mixtura groups digits',
    'mixtura groups table.csv --id sample --out groups.csv --report groups.html',
    'mixtura groups photos --size 32 --out-folder sorted',
    'mixtura groups embeddings.npy --components 4 --json',
  ],
  extraHelp: () =>
    [
      'Columns of --out: index (row, from 0), file or id, group (from 1, the largest; 0: no group explains the row),',
      'second (the next group), confidence (0 to 1), outlier (local outlier factor: about 1 amid others, 1.5 and more apart).',
      'Labels, where there are any, are never used to choose: the table of what was tried shows how well each row agrees.',
    ].join('\n'),
  run: runFindGroups,
};

async function runFindGroups(args: Arguments): Promise<number> {
  const data = args.positionals[0]!;
  const options = optionsOf(args);
  const places = checkedPlaces(args, data);
  const abort = new AbortController();
  const onSignal = () => abort.abort();
  const progress = findProgress();
  const { dataset, features = dataset } = await opened(args, data);
  if (args.flag('compare') && !dataset.labels) {
    throw usageError(
      `--compare needs labels, and ${data} has none: name their column by --label, or leave it out.`,
    );
  }
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    const featuresOf = features === dataset ? undefined : { images: dataset, pretrained: true };
    const findings = await findGroups(features, {
      ...{ ...options, ...progress, featuresOf },
      signal: abort.signal,
    });
    progress.end();
    const byLabels = dataset.labels && agreementWithLabels(findings, dataset.labels);
    // What was found is told also where a file cannot be written.
    if (!args.flag('json')) for (const line of foundLines(findings, byLabels)) print(line);
    let failure: unknown;
    await writePlaces(args, places, dataset, findings, byLabels).catch((cause: unknown) => {
      failure = cause;
    });
    const compared =
      args.flag('compare') && failure === undefined
        ? await comparedWith(findings, dataset, { ...options, ...progress, signal: abort.signal })
        : undefined;
    progress.end();
    if (args.flag('json')) {
      const plain = plainFindings(dataset, findings, places.out === undefined || failure !== undefined);
      printJson({ ...resultOf(findings, plain, byLabels), ...(compared && { compared }) });
    } else if (compared) for (const line of ['', ...compareLines(compared)]) print(line);
    if (failure !== undefined) throw failure;
    return ExitCode.done;
  } catch (cause) {
    if (!abort.signal.aborted) throw cause;
    progress.end();
    note('Stopped; nothing was written.');
    return ExitCode.interrupted;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

/** The data, and their features where there is an encoder. Colour photographs without one are told so. */
async function opened(
  args: Arguments,
  name: string,
): Promise<Pick<EncodedData, 'dataset'> & Partial<EncodedData>> {
  const network = args.text('features');
  const convention = args.text('input');
  if (network === undefined) {
    if (convention !== undefined) throw usageError('--input goes with --features; give that too.');
    const dataset = await openRequested(requestedData(args, name), dataLines(), {
      allColumns: wantsColumns(args),
    });
    const advice = photographAdvice(dataset);
    if (advice !== undefined) note(advice);
    return { dataset };
  }
  const line = new LiveLine();
  const onEncoded: EncodedDataOptions['onEncoded'] = ({ done, total, secondsLeft }) =>
    line.show(() => `features of ${done} of ${total} rows · about ${duration(secondsLeft)} left`);
  try {
    return await openEncoded(requestedData(args, name), network, {
      ...{ ...dataLines(), convention, onEncoded },
      allColumns: wantsColumns(args),
    });
  } finally {
    line.clear();
  }
}

/** Whether the columns of the file go into `--out`. @throws a usage error for another word than `all` */
function wantsColumns(args: Arguments): true | undefined {
  const columns = args.text('columns');
  if (columns !== undefined && columns !== 'all') {
    throw usageError(`--columns is '${columns}'; give all, or name single columns by --keep.`);
  }
  return columns === undefined ? undefined : true;
}

/** Signals that end the search after its current step: the second one of a kind ends the process at once. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Where results go. */
interface Places {
  readonly data: string;
  readonly out: string | undefined;
  readonly folder: string | undefined;
  readonly report: string | undefined;
}

/** @throws a usage error for a place that cannot be written, before the work. */
function checkedPlaces(args: Arguments, data: string): Places {
  const [out, folder, report] = [args.text('out'), args.text('out-folder'), args.text('report')];
  if (args.flag('copy') && folder === undefined)
    throw usageError('--copy goes with --out-folder; give that too.');
  if (out !== undefined) requireGroupsFormat(out, data);
  if (wantsColumns(args) && (out === undefined || args.flag('transpose')))
    throw usageError(
      '--columns goes with --out, of a table whose rows are the samples; give that, or leave it out.',
    );
  if (report !== undefined) requirePage(report);
  for (const file of [out, report]) {
    if (file === undefined) continue;
    requireWritable(file);
    requireOther(file, data);
  }
  if (folder !== undefined) requireSortable(folder, data);
  return { data, out, folder, report };
}

async function writePlaces(
  args: Arguments,
  { data, out, folder, report }: Places,
  dataset: Dataset,
  findings: GroupFindings,
  agreement: readonly number[] | undefined,
): Promise<void> {
  if (out !== undefined) await writeGroups(out, data, dataset, findings);
  if (folder !== undefined)
    sortByGroup(folder, data, dataset, findings, { copy: args.flag('copy'), onNotice: note });
  const rows = [out, folder].filter((place) => place !== undefined);
  if (rows.length > 0) {
    const heldOut = dataset.test === undefined ? '' : `; the held-out part of ${data} gets no group here`;
    note(`${dataset.count} rows in ${rows.join(' and ')}${heldOut}`);
  }
  if (report === undefined) return;
  const command = ['mixtura', ...process.argv.slice(2)].map(quoted).join(' ');
  writeGroupsPage(report, dataset, findings, { command, seed: args.integer('seed') ?? 0, agreement });
  note(`The page is ${report}`);
}

/** @throws a usage error for a value that is none. */
function optionsOf(args: Arguments): FindOptions {
  const auto = args.text('components') === 'auto';
  return {
    groups: auto ? 'auto' : componentsOf(args),
    most: args.integer('most', 1),
    smallest: args.integer('smallest', 1),
    rows: args.integer('rows', 3),
    seed: args.integer('seed'),
    views: args.text('view')?.split(','),
    teachers: args.text('teacher')?.split(','),
  };
}

function componentsOf(args: Arguments): number | 'auto' {
  const text = args.text('components');
  if (text !== undefined && !/^\d+$/.test(text))
    throw usageError(`--components is '${text}'; give a whole number of at least 1, or auto.`);
  return args.integer('components', 1) ?? 'auto';
}

function requestedData(args: Arguments, name: string): Parameters<typeof openEncoded>[0] {
  const given = {
    ...{ name, classes: args.text('classes'), ratio: args.text('ratio'), groups: args.text('groups') },
    ...tableOptions(args),
    ...imageOptions(args),
  };
  return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), name };
}

/** The groups that were chosen beside those of plain methods, on the rows that were looked at. */
function comparedWith(
  { looked, rows, choice, cost }: GroupFindings,
  dataset: Dataset,
  { seed = 0, onProgress, signal }: FindOptions,
): Promise<ComparedMethod[]> {
  const name = `these groups (${choice.view}, ${choice.teacher})`;
  const group = Int32Array.from(looked, (row) => rows.group[row]!);
  return compareOn(dataset, {
    ...{ rows: looked, seed, signal, ours: [{ name, group, cpuSeconds: cost.cpuSeconds }] },
    onProgress: (_, what) => onProgress?.({ done: 1, what: `comparing with ${what}` }),
  });
}

/** The one object of `--json`; with labels the agreement of each division with them. */
function resultOf(findings: GroupFindings, plain: object, byLabels: readonly number[] | undefined): object {
  if (byLabels === undefined) return plain;
  const tried = findings.tried.map(({ group: _, ...division }, at) => ({ ...division, nmi: byLabels[at] }));
  return { ...plain, tried };
}
