/** @file `mixtura evaluate`: scores a run on its own data and on held-out data. */
import { ExitCode, usageError } from '../errors.js';
import { parseMetricName, type Split, splits } from '../metrics/metric.js';
import { evaluateRun, type RunScores } from '../train/evaluate-run.js';
import { withTrained } from '../train/trained.js';
import { groupLines } from './groups.js';
import { print, printJson } from './output.js';
import type { Arguments, Verb } from './verb.js';

export const evaluateVerb: Verb = {
  name: 'evaluate',
  summary: 'Score the groups of a run against labels or known modes, if there are any.',
  usage: 'RUN',
  arity: [1, 1],
  options: {
    split: { value: 'PART', summary: 'train or test (default: both, where there are held-out data)' },
  },
  examples: [
    'mixtura evaluate runs/digits-slogan-001',
    'mixtura evaluate runs/digits-slogan-001 --split test --json',
  ],
  run: runEvaluate,
};

async function runEvaluate(args: Arguments): Promise<number> {
  const split = args.text('split');
  if (split !== undefined && !isSplit(split)) {
    throw usageError(`--split is '${split}'; give ${Object.keys(splits).join(' or ')}.`);
  }
  return withTrained(args.positionals[0]!, async (trained) => {
    const scores = await evaluateRun(trained, split);
    if (args.flag('json')) printJson({ run: trained.folder.path, metrics: scores.metrics });
    else show(scores);
    return ExitCode.done;
  });
}

function isSplit(word: string): word is Split {
  return Object.hasOwn(splits, word);
}

function show({ metrics, evaluations }: RunScores): void {
  const columns = Object.keys(evaluations) as Split[];
  const { groups } = (evaluations.train ?? evaluations.test)!;
  for (const line of groupLines(groups)) print(line);
  const rows = new Map<string, Partial<Record<Split, number>>>();
  for (const [name, value] of Object.entries(metrics)) {
    const { metric, protocol, split } = parseMetricName(name);
    const row = `${metric.padEnd(12)}${protocol.padEnd(16)}`;
    rows.set(row, { ...rows.get(row), [split]: value });
  }
  print('');
  if (rows.size === 0) {
    print('There are no labels and no known modes, so there is nothing to score.');
    return;
  }
  print(
    `  ${'metric'.padEnd(12)}${'clusters'.padEnd(16)}${columns.map((split) => split.padStart(8)).join('')}`,
  );
  for (const [row, values] of rows) {
    print(`  ${row}${columns.map((split) => (values[split]?.toFixed(4) ?? '').padStart(8)).join('')}`);
  }
}
