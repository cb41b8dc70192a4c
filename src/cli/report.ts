/** @file `mixtura report`: makes the report of a run again. */
import { ExitCode, usageError } from '../errors.js';
import { reportRun } from '../run/report-again.js';
import { dataLines } from './data-lines.js';
import { print, printJson } from './screen/output.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `report`. */
export const reportVerb: Verb = {
  name: 'report',
  summary: 'Make the report of a run again: one page with its groups, their real data, and new samples.',
  usage: 'RUN',
  arity: [1, 1],
  options: {
    out: {
      value: 'FILE',
      summary: 'where it is written, replaced if it is there (default: RUN/report.html)',
    },
    data: { value: 'DATA', summary: "where the run's data are now (default: where they were)" },
    gold: {
      summary:
        'show what the model misses and what it makes too much of, group by group, by GOLD: needs a critic and probabilities of groups',
    },
    'no-data': { summary: 'leave out what needs the data: members, assigned sizes, profiles, map' },
  },
  examples: [
    'mixtura report runs/digits-slogan-001',
    'mixtura report runs/table-slogan-001 --data moved/customers.csv --out report.html',
  ],
  run: runReport,
};

async function runReport(args: Arguments): Promise<number> {
  const [path] = args.positionals;
  const data = args.text('data');
  if (args.flag('no-data') && data !== undefined) {
    throw usageError('--data and --no-data exclude each other; give one of them.');
  }
  const file = await reportRun(path!, {
    out: args.text('out'),
    data: args.flag('no-data') ? false : data,
    gold: args.flag('gold'),
    ...dataLines(),
  });
  if (args.flag('json')) printJson({ run: path, file });
  else print(`  report: ${file}`);
  return ExitCode.done;
}
