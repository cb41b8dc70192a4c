/** @file `mixtura cluster`: assigns every row of new data to a group. */

import { requireWritable, writeFileAtomic } from '../atomic-file.js';
import { ExitCode } from '../errors.js';
import { withTrained } from '../run/trained.js';
import { type AssignedData, assignFile, assignmentCsv, groupCounts } from '../run/use/assign.js';
import { dataLines } from './data-lines.js';
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
  },
  examples: [
    'mixtura cluster runs/digits-slogan-001 digits --out groups.csv',
    'mixtura cluster runs/table-slogan-001 new-rows.csv > groups.csv',
    'columns: index (row, from 0), component (from 0: group 1 is component 0), probability, p0, p1, ...',
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
  if (out !== undefined) requireWritable(out);
  return withTrained(path!, async (trained) => {
    const assigned = await assignFile(trained, file!, { ...tableOptions(args), ...dataLines() });
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

/** Rows are in the result unless they went into a file. */
function resultOf(run: string, data: string, out: string | undefined, assigned: AssignedData): object {
  const { count, components, component, probabilities } = assigned;
  const groups = groupCounts(assigned).map((size, c) => ({ component: c, count: size }));
  if (out !== undefined) return { run, data, count, groups, file: out };
  const rows = Array.from(component, (c, i) => ({
    component: c,
    probabilities: Array.from(probabilities.subarray(i * components, (i + 1) * components)),
  }));
  return { run, data, count, groups, rows };
}

function noteCounts(assigned: AssignedData, out: string): void {
  noteSizes(assigned);
  note(`${assigned.count} rows in ${out}`);
}

function noteSizes(assigned: AssignedData): void {
  groupCounts(assigned).forEach((count, c) => {
    const share = percent(count / assigned.count).padStart(7);
    note(`  group ${String(c + 1).padStart(2)}   ${share}   ${count} rows`);
  });
}
