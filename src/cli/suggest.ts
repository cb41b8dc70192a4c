/** @file `mixtura suggest`: which rows to label next. */
import { requireOther, requireWritable, writeFileAtomic } from '../atomic-file.js';
import { labelPaths } from '../data/labels/spec.js';
import { ExitCode } from '../errors.js';
import { requireNotOwn } from '../run/data/own-files.js';
import { orderNote } from '../run/gold/open.js';
import { labelCsv } from '../run/labels/label-csv.js';
import { withTrained } from '../run/trained.js';
import { suggestLabels } from '../run/use/suggest.js';
import { noOptions, READING_OPTIONS, readingOptions } from './cluster.js';
import { dataLines } from './data-lines.js';
import { note, printJson, write } from './screen/output.js';
import type { Arguments, Verb } from './verb.js';

const DEFAULT_COUNT = 10;

/** The verb `suggest`. */
export const suggestVerb: Verb = {
  name: 'suggest',
  summary: 'Say which rows to label next: those that would tell the model most, as CSV to be filled in.',
  usage: 'RUN [DATA]',
  arity: [1, 2],
  options: {
    count: { value: 'N', summary: `number of rows (default ${DEFAULT_COUNT})` },
    labels: {
      value: 'FILE',
      summary:
        "CSV, or several (A.csv,B.csv), of more labels that are there: its rows are not suggested, nor those whose labels the run's training saw",
    },
    out: { value: 'FILE', summary: 'CSV, replaced if it is there (default: standard output)' },
    ...READING_OPTIONS,
  },
  examples: [
    'mixtura suggest runs/digits-infogan-001 --count 20 > to-label.csv',
    'mixtura suggest runs/photos-slogan-001 photos --labels labels.csv --count 20',
  ],
  extraHelp: () =>
    [
      "Without DATA the data that the run was trained on. Held-out data are never suggested, and the data's own labels are not looked at.",
      'Columns: file, the id of the row, or index (from 0); class, to be filled in.',
      'The order is by GOLD: rows first that the model makes too few like and whose class or group it does not know. It needs a critic and probabilities of groups.',
    ].join('\n'),
  run: runSuggest,
};

async function runSuggest(args: Arguments): Promise<number> {
  const [path, named] = args.positionals;
  const [out, labels] = [args.text('out'), args.text('labels')];
  const count = args.integer('count', 1) ?? DEFAULT_COUNT;
  if (out !== undefined) requireWritable(out);
  return withTrained(path!, async (trained) => {
    const data = named ?? trained.run.data.name;
    if (out !== undefined) {
      requireNotOwn(out, trained);
      requireOther(out, data);
      for (const file of labelPaths(labels ?? 'all')) requireOther(out, file);
    }
    const how = named === undefined ? noOptions(args) : readingOptions(args);
    const found = await suggestLabels(trained, named, { ...how, count, labels, ...dataLines() });
    const order = orderNote(found);
    if (order !== undefined) note(order);
    const { rows, unlabelled, densityRatio, kind } = found;
    const csv = labelCsv(
      kind,
      rows.map(({ name }) => name),
    );
    if (out !== undefined) writeFileAtomic(out, csv);
    if (args.flag('json')) {
      const suggested = rows.map(({ name, worth }) => ({
        [kind]: kind === 'index' ? Number(name) : name,
        worth,
      }));
      const file = out !== undefined && { file: out };
      printJson({ run: path, data, unlabelled, densityRatio, rows: suggested, ...file });
    } else if (out === undefined) write(csv);
    else note(`${rows.length} of ${unlabelled} rows without a label in ${out}`);
    return ExitCode.done;
  });
}
