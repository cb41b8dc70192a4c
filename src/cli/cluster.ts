/** @file `mixtura cluster`: assigns every row of new data to a group. */

import { requireWritable, writeFileAtomic } from '../atomic-file.js';
import { ExitCode, usageError } from '../errors.js';
import { withTrained } from '../run/trained.js';
import { type AssignedData, assignFile, groupCounts } from '../run/use/assign.js';
import { assignedRows, assignmentCsv } from '../run/use/assignment-csv.js';
import { dataLines } from './data-lines.js';
import { IMAGE_OPTIONS } from './image-options.js';
import { note, percent, printJson, write } from './output.js';
import { tableOptions } from './table-options.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `cluster`. */
export const clusterVerb: Verb = {
  name: 'cluster',
  summary: 'Assign every row of new data to a group, with its probabilities, as CSV.',
  usage: 'RUN FILE',
  arity: [2, 2],
  options: {
    out: { value: 'FILE', summary: 'CSV file, replaced if it is there (default: standard output)' },
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
    split: { value: 'PART', summary: 'train or test (default: both, where the data have two parts)' },
  },
  examples: [
    'mixtura cluster runs/digits-slogan-001 digits --out groups.csv',
    'mixtura cluster runs/table-slogan-001 new-rows.csv > groups.csv',
    'columns: index (row, from 0), part (where there are two), file or id, component (from 0: group 1 is component 0), probability, p0, p1, ...',
  ],
  extraHelp: () =>
    [
      'Probabilities are the softmax of cosines: none exceeds e / (e + (K - 1) / e), 0.79 for K = 3 groups.',
      'Compare them with each other: the largest decides.',
    ].join('\n'),
  run: runCluster,
};

async function runCluster(args: Arguments): Promise<number> {
  const [path, file] = args.positionals;
  const out = args.text('out');
  const split = args.text('split');
  if (split !== undefined && split !== 'train' && split !== 'test') {
    throw usageError(`--split is '${split}'; give train or test.`);
  }
  if (out !== undefined) requireWritable(out);
  return withTrained(path!, async (trained) => {
    const assigned = await assignFile(trained, file!, {
      ...readingOptions(args),
      background: args.text('background'),
      split,
      ...dataLines(),
    });
    if (out !== undefined) writeGroups(out, assigned);
    if (args.flag('json')) printJson(resultOf(path!, file!, out, assigned));
    else if (out === undefined) write(assignmentCsv(assigned));
    else noteCounts(assigned, out);
    return ExitCode.done;
  });
}

/** Writes the file. The sizes of the groups are told also where that fails. */
function writeGroups(out: string, assigned: AssignedData): void {
  try {
    writeFileAtomic(out, assignmentCsv(assigned));
  } catch (cause) {
    noteSizes(assigned);
    throw cause;
  }
}

/** How the table is read; whether it holds counts is taken from the run. */
function readingOptions(args: Arguments): Omit<ReturnType<typeof tableOptions>, 'counts' | 'categories'> {
  const { counts: _, categories: __, ...options } = tableOptions(args);
  return options;
}

/** Rows are in the result unless they went into a file. */
function resultOf(run: string, data: string, out: string | undefined, assigned: AssignedData): object {
  const { count, components, component, probabilities, parts } = assigned;
  const groups = groupCounts(assigned).map((size, c) => ({ component: c, count: size }));
  const summary = { run, data, count, parts: parts.map((part) => ({ part: part.name, count: part.count })) };
  if (out !== undefined) return { ...summary, groups, leftOut: leftOutOf(assigned), file: out };
  const rows = [...assignedRows(assigned)].flatMap(({ at, index, part, id }) =>
    at === undefined
      ? []
      : [
          {
            index,
            ...(parts.length > 1 && { part: part.name }),
            ...(id !== undefined && { [part.rows?.id?.name === 'file' ? 'file' : 'id']: id }),
            component: component[at],
            probabilities: Array.from(probabilities.subarray(at * components, (at + 1) * components)),
          },
        ],
  );
  return { ...summary, groups, rows, leftOut: leftOutOf(assigned) };
}

function leftOutOf({ parts }: AssignedData): object[] {
  return parts.flatMap(({ name, rows }) => (rows?.leftOut ?? []).map((row) => ({ part: name, ...row })));
}

function noteCounts(assigned: AssignedData, out: string): void {
  const { parts } = assigned;
  const sizes = parts.map(({ name, count }) => `${count} of ${name}`).join(', ');
  noteSizes(assigned);
  note(`${assigned.count} rows${parts.length > 1 ? ` (${sizes})` : ''} in ${out}`);
}

function noteSizes(assigned: AssignedData): void {
  groupCounts(assigned).forEach((count, c) => {
    const share = percent(count / assigned.count).padStart(7);
    note(`  group ${String(c + 1).padStart(2)}   ${share}   ${count} rows`);
  });
}
