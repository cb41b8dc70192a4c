/** @file `mixtura evaluate`: scores runs on their data and on held-out data, alone, as a group, or as two groups. */
import { ExitCode, usageError } from '../errors.js';
import { LEAST_SAMPLES } from '../evaluate/generation.js';
import type { TellProgress } from '../evaluate/progress.js';
import { FEATURE_NETWORKS } from '../features/feature-network.js';
import { type Split, splits } from '../metrics/metric.js';
import { aggregate, compareGroups, requireOneProtocol, requireSameData } from '../run/compare.js';
import { DEFAULT_SAMPLES, type EvaluateRunOptions, evaluateRun, type RunScores } from '../run/score.js';
import { withTrained } from '../run/trained.js';
import { dataLines } from './data-lines.js';
import { comparisonLines, groupScoreLines, noteLines, runLines } from './evaluate-table.js';
import { LiveLine } from './live-line.js';
import { duration, print, printJson } from './output.js';
import type { Arguments, Verb } from './verb.js';

export const evaluateVerb: Verb = {
  name: 'evaluate',
  summary: 'Score runs against labels, known modes and real samples, beside what the papers report.',
  usage: 'RUN [RUN ...]',
  arity: [1, Number.POSITIVE_INFINITY],
  options: {
    split: { value: 'PART', summary: 'train or test (default: both, where there are held-out data)' },
    samples: {
      value: 'N',
      summary: `real and generated samples that are compared (default ${DEFAULT_SAMPLES}, or all that there are)`,
    },
    features: {
      value: 'NAME',
      summary: `${FEATURE_NETWORKS.join(', ')}, an ONNX file, raw (the values themselves), or none (default: what suits the data)`,
    },
    input: {
      value: 'KEY=VALUE,...',
      summary: 'how the ONNX file reads images, such as range=0..1,size=299,layout=nchw',
    },
    'fitting-capacity': {
      summary: 'also train a classifier on generated samples only and test it on real ones (minutes)',
    },
    against: {
      value: 'RUN',
      many: true,
      summary: 'a second group of runs: Wilcoxon rank-sum test and effect size of every metric',
    },
  },
  examples: [
    'mixtura evaluate runs/digits-slogan-001',
    'mixtura evaluate runs/mnist-slogan-001 --split test --samples 5000 --json',
    'mixtura evaluate runs/gtsrb-slogan-001 --features net.onnx --input range=0..1,size=75',
    'mixtura evaluate runs/digits-slogan-00* --against runs/digits-infogan-00*',
  ],
  extraHelp: () =>
    [
      'Several runs that differ in their seed only give mean and deviation.',
      'The figures of each run go into its metrics.json too.',
    ].join('\n'),
  run: runEvaluate,
};

async function runEvaluate(args: Arguments): Promise<number> {
  const options = optionsOf(args);
  const [first, ...others] = args.positionals;
  const against = args.list('against');
  if (others.length > 0 || against.length > 0) await evaluateGroups(args, against, options);
  else await evaluateOne(first!, args.flag('json'), options);
  return ExitCode.done;
}

function optionsOf(args: Arguments): Omit<EvaluateRunOptions, 'progress'> {
  const split = args.text('split');
  if (split !== undefined && !isSplit(split)) {
    throw usageError(`--split is '${split}'; give ${Object.keys(splits).join(' or ')}.`);
  }
  return {
    split,
    samples: args.integer('samples', LEAST_SAMPLES),
    features: args.text('features'),
    convention: args.text('input'),
    fittingCapacity: args.flag('fitting-capacity'),
  };
}

function isSplit(word: string): word is Split {
  return Object.hasOwn(splits, word);
}

async function evaluateOne(path: string, json: boolean, options: EvaluateRunOptions): Promise<void> {
  const scores = await scoresOf(path, options);
  if (json) {
    const { metrics, published, notes } = scores;
    printJson({ run: path, metrics, published, notes });
    return;
  }
  for (const line of runLines(scores)) print(line);
}

/** Means over one group of runs, or two groups compared. */
async function evaluateGroups(
  args: Arguments,
  against: readonly string[],
  options: EvaluateRunOptions,
): Promise<void> {
  const runs = args.positionals;
  requireOneProtocol(runs);
  if (against.length > 0) {
    requireOneProtocol(against);
    requireSameData(runs[0]!, against[0]!);
  }
  const all = [...runs, ...against];
  const scores: RunScores[] = [];
  for (const [i, path] of all.entries()) {
    scores.push(await scoresOf(path, options, `run ${i + 1} of ${all.length} · `));
  }
  const notes = [...new Set(scores.flatMap((score) => score.notes))];
  const own = groupOf(runs, scores.slice(0, runs.length));
  if (against.length === 0) {
    if (args.flag('json')) printJson({ ...own, notes });
    else for (const line of groupScoreLines({ ...own, notes })) print(line);
    return;
  }
  const other = groupOf(against, scores.slice(runs.length));
  const comparison = compareGroups(own.metrics, other.metrics);
  if (args.flag('json')) {
    const tests = Object.entries(comparison).map(([name, { a: _, b: __, ...test }]) => [name, test]);
    printJson({ ...own, against: other, comparison: Object.fromEntries(tests), notes });
    return;
  }
  for (const line of comparisonLines(runs, against, comparison)) print(line);
  for (const line of noteLines(notes)) print(line);
}

function groupOf(runs: readonly string[], scores: readonly RunScores[]) {
  return { runs, metrics: aggregate(scores), published: scores[0]!.published };
}

/** Scores one run, telling how far it is. */
async function scoresOf(path: string, options: EvaluateRunOptions, prefix = ''): Promise<RunScores> {
  const line = new LiveLine();
  const progress: TellProgress = ({ stage, fraction, secondsLeft }) =>
    line.show(() => {
      const left = secondsLeft === undefined ? '' : ` · about ${duration(secondsLeft)} left`;
      return `${prefix}${stage} · ${Math.floor(100 * fraction)} %${left}`;
    });
  try {
    return await withTrained(path, (trained) =>
      evaluateRun(trained, { ...options, ...dataLines(), progress }),
    );
  } finally {
    line.clear();
  }
}
