/** @file `mixtura cluster`: assigns every row of new data to a group. */

import { requireOther, requireWritable } from '../atomic-file.js';
import { selectionWords } from '../data/select.js';
import { ExitCode, usageError } from '../errors.js';
import { requireNotOwn } from '../run/data/own-files.js';
import { absoluteName } from '../run/data/run-data.js';
import { orderNote } from '../run/gold/open.js';
import { type TrainedRun, withTrained } from '../run/trained.js';
import { type AssignedData, assignFile, beyondUsual, groupCounts } from '../run/use/assign.js';
import { assignedRows, assignmentCsv } from '../run/use/assignment-csv.js';
import { requireSortable, sortImages } from '../run/use/sort-images.js';
import { requireAssignmentFormat, wantsFeatures, writeAssignment } from '../run/use/write-assignment.js';
import { dataLines } from './data-lines.js';
import { IMAGE_OPTIONS } from './image-options.js';
import { note, percent, printJson, write } from './screen/output.js';
import { tableOptions } from './table-options.js';
import type { Arguments, Verb } from './verb.js';

/** How data other than the run's own are read. */
export const READING_OPTIONS: Verb['options'] = {
  label: {
    value: 'COLUMN',
    summary: "label column of the table, to be left out (default: the run's own --label, if it is there)",
  },
  key: {
    value: 'NAME',
    summary: "NPZ, HDF5, AnnData: the array or matrix to read (default: the run's own, if it is there)",
  },
  transpose: { summary: "table: columns are the samples (default: as the run's own table)" },
  header: { value: 'yes|no', summary: 'CSV, TSV: whether the first line holds names (default: found out)' },
  id: { value: 'COLUMN', summary: 'table: column that names the rows, written beside their groups' },
  drop: { value: 'A,B', summary: 'table: columns that are left out' },
  keep: { value: 'A,B', summary: 'table: columns that are written beside the groups of their rows' },
  delimiter: { value: 'MARK', summary: 'CSV: what parts the cells (default: found out)' },
  decimal: { value: ',|.', summary: 'CSV: the decimal mark (default: found out where plain)' },
  missing: {
    value: 'RULE',
    summary: "table: missing values: median, refuse or drop-rows (default: the run's own rule)",
  },
  background: IMAGE_OPTIONS.background!,
};

/** The verb `cluster`. */
export const clusterVerb: Verb = {
  name: 'cluster',
  summary: "Assign every row of new data, or of the run's own, to a group, with its probabilities.",
  usage: 'RUN [DATA]',
  arity: [1, 2],
  options: {
    out: {
      value: 'FILE',
      summary:
        '.csv, .tsv, .parquet, or .h5ad (a copy of the AnnData file with the groups); replaced if it is there (default: CSV on standard output)',
    },
    'out-folder': {
      value: 'DIR',
      summary:
        'folders of images: a new or empty folder, in which each group gets a folder of links to its images',
    },
    copy: { summary: 'with --out-folder: copies instead of links' },
    ...READING_OPTIONS,
    gold: {
      summary:
        'also how far the model makes too little like each row, by GOLD: needs a critic and probabilities of groups',
    },
    split: {
      value: 'PART',
      summary: 'train or test (default: both, where the data have two parts)',
      choices: ['train', 'test'],
    },
  },
  examples: [
    'mixtura cluster runs/digits-slogan-001 --out groups.csv',
    'mixtura cluster runs/table-slogan-001 new-rows.csv > groups.csv',
    'mixtura cluster runs/cells-slogan-001 cells.h5ad --out grouped.h5ad',
    'mixtura cluster runs/photos-slogan-001 photos --out-folder sorted',
  ],
  extraHelp: () =>
    [
      'Without DATA the data that the run was trained on, with its own selection and options.',
      'Columns: index (row, from 0), part (where there are two), file or id, group (from 1, the largest), name (where groups have one), probability, p1, p2, ..., unlike',
      'Names are in groups.json of the run, where they may be edited.',
      'With --gold: gold_marginal (the critic), gold_conditional (minus the logarithm of the probability of its label, where the model learned a class of that name, else of its group), gold (their balanced sum; large where the model makes too little like the row)',
      'unlike: how unlike the row is to what the run was trained on, about 1 where it is as usual. Nothing else tells a row of another kind: its probabilities are ordinary.',
      "Probabilities are calibrated on the model's own samples: of rows like these with probability 0.8, about 0.8 are of the group.",
      "Without calibration.json in the run they are the method's own: those of slogan are at most 0.79 for K = 3 groups.",
    ].join('\n'),
  run: runCluster,
};

async function runCluster(args: Arguments): Promise<number> {
  const [path, named] = args.positionals;
  const [out, outFolder] = [args.text('out'), args.text('out-folder')];
  const split = splitOf(args);
  if (args.flag('copy') && outFolder === undefined)
    throw usageError('--copy goes with --out-folder; give that too.');
  if (out !== undefined) requireWritable(out);
  return withTrained(path!, async (trained) => {
    const data = named ?? trained.run.data.name;
    if (out !== undefined) {
      requireOther(out, data);
      requireAssignmentFormat(out, data);
      requireNotOwn(out, trained);
    }
    if (outFolder !== undefined) requireSortable(outFolder, data);
    const how = named === undefined ? noOptions(args) : readingOptions(args);
    noteSelection(trained.run, named);
    const options = { ...how, split, features: wantsFeatures(out), gold: args.flag('gold'), ...dataLines() };
    const assigned = await assignFile(trained, named, options);
    noteOrder(assigned);
    try {
      if (out !== undefined) await writeAssignment(out, trained, data, assigned);
      if (outFolder !== undefined)
        sortImages(outFolder, data, assigned, { copy: args.flag('copy'), onNotice: note });
    } catch (cause) {
      // The sizes of the groups are told also where the file cannot be written.
      noteSizes(assigned);
      throw cause;
    }
    if (args.flag('json')) printJson(resultOf(path!, data, { out, outFolder }, assigned));
    else if (out === undefined && outFolder === undefined) write(assignmentCsv(assigned));
    else noteCounts(assigned, [out, outFolder].filter((place) => place !== undefined).join(' and '));
    return ExitCode.done;
  });
}

function noteOrder({ gold }: AssignedData): void {
  const words = gold && orderNote(gold);
  if (words !== undefined) note(words);
}

function splitOf(args: Arguments): 'train' | 'test' | undefined {
  const split = args.text('split');
  if (split === undefined || split === 'train' || split === 'test') return split;
  throw usageError(`--split is '${split}'; give train or test.`);
}

/** The run's own data are read as the run did. @throws a usage error for an option that says otherwise. */
export function noOptions(args: Arguments): object {
  const { background: _, ...options } = readingOptions(args);
  const given = Object.entries(options).find(([, value]) => value !== undefined);
  if (given === undefined) return {};
  throw usageError(
    `--${given[0]} says how other data are read; name them after the run, or leave it out: the run's own are read as they were.`,
  );
}

/** All of a set that the run saw a part of is assigned: that is told, with how to get the part. */
function noteSelection(run: TrainedRun['run'], named: string | undefined): void {
  const { classes, groups } = run.data;
  if (classes === undefined && groups === undefined) return;
  if (named === undefined || absoluteName(named) !== run.data.name) return;
  note(
    `The run was trained on ${selectionWords(run.data)}; all of ${named} is assigned here, and without ${named} only what the run was trained on.`,
  );
}

/** How other data are read; whether a table holds counts is taken from the run. */
export function readingOptions(args: Arguments): Omit<
  ReturnType<typeof tableOptions>,
  'counts' | 'categories'
> & {
  readonly background: string | undefined;
} {
  const { counts: _, categories: __, ...options } = tableOptions(args);
  return { ...options, background: args.text('background') };
}

/** Rows are in the result unless they went into a file. */
function resultOf(
  run: string,
  data: string,
  { out, outFolder }: { readonly out: string | undefined; readonly outFolder: string | undefined },
  assigned: AssignedData,
): object {
  const { count, components, group, probabilities, parts } = assigned;
  const sizes = groupCounts(assigned);
  const groups = assigned.groups.map(({ group: number, name, size }) => ({
    group: number,
    ...(name !== undefined && { name }),
    size,
    count: sizes[number - 1],
  }));
  const { unlike, gold } = assigned;
  const summary = {
    ...{ run, data, count },
    ...(unlike && { unlike: { usual: unlike.usual, beyond: beyondUsual(unlike) } }),
    ...(gold && { densityRatio: gold.densityRatio }),
    parts: parts.map((part) => ({ part: part.name, count: part.count })),
  };
  if (out !== undefined || outFolder !== undefined) {
    const places = {
      ...(out !== undefined && { file: out }),
      ...(outFolder !== undefined && { folder: outFolder }),
    };
    return { ...summary, groups, leftOut: leftOutOf(assigned), ...places };
  }
  const rows = [...assignedRows(assigned)].flatMap(({ at, index, part, id }) => {
    if (at === undefined) return [];
    const { name } = assigned.groups[group[at]! - 1]!;
    return [
      {
        index,
        ...(parts.length > 1 && { part: part.name }),
        ...(id !== undefined && { [part.rows?.id?.name === 'file' ? 'file' : 'id']: id }),
        group: group[at],
        ...(name !== undefined && { name }),
        // In the order of the groups.
        probabilities: assigned.groups.map(({ component }) => probabilities[at * components + component]!),
        ...(unlike && { unlike: unlike.values[at] }),
        ...(gold && {
          gold: {
            marginal: gold.marginal[at],
            conditional: gold.conditional[at],
            value: gold.values[at],
          },
        }),
      },
    ];
  });
  return { ...summary, groups, rows, leftOut: leftOutOf(assigned) };
}

function leftOutOf({ parts }: AssignedData): object[] {
  return parts.flatMap(({ name, rows }) => (rows?.leftOut ?? []).map((row) => ({ part: name, ...row })));
}

function noteCounts(assigned: AssignedData, place: string): void {
  const { parts } = assigned;
  const sizes = parts.map(({ name, count }) => `${count} of ${name}`).join(', ');
  noteSizes(assigned);
  note(
    `${assigned.count} row${assigned.count === 1 ? '' : 's'}${parts.length > 1 ? ` (${sizes})` : ''} in ${place}`,
  );
}

function noteSizes(assigned: AssignedData): void {
  groupCounts(assigned).forEach((count, at) => {
    const share = percent(count / assigned.count).padStart(7);
    const { name } = assigned.groups[at]!;
    note(
      `  group ${String(at + 1).padStart(2)}   ${share}   ${count} row${count === 1 ? '' : 's'}${name === undefined ? '' : `   ${name}`}`,
    );
  });
  const { unlike } = assigned;
  const beyond = unlike ? beyondUsual(unlike) : 0;
  if (beyond > 0) {
    note(
      `  ${beyond} of ${assigned.count} rows are more unlike the training data than 99 % of these (unlike above ${unlike!.usual.toFixed(2)})`,
    );
  }
}
