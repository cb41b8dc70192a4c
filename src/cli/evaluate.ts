/** @file `mixtura evaluate`: scores runs on their data and on held-out data: one, a set of runs, or two sets. */
import { ExitCode, MixturaError, usageError } from '../errors.js';
import { LEAST_SAMPLES } from '../evaluate/generation.js';
import type { OnProgress } from '../evaluate/progress.js';
import { FEATURE_NETWORKS } from '../features/feature-network.js';
import { metricName, type Split, splits } from '../metrics/metric.js';
import {
  type Aggregate,
  aggregate,
  compareRuns,
  requireOneProtocol,
  requireSameData,
  worstOf,
} from '../run/compare.js';
import { reopenData } from '../run/data/run-data.js';
import { RunFolder } from '../run/folder.js';
import { publishedByName, savedScores } from '../run/saved-scores.js';
import {
  DEFAULT_SAMPLES,
  type EvaluateRunOptions,
  type RunScores,
  saveScores,
  scoreRun,
} from '../run/score.js';
import { agreementBetween, type GroupsOfRun, groupsOfRun } from '../run/seeds/run-agreement.js';
import { type TrainedRun, withTrained } from '../run/trained.js';
import { dataLines } from './data-lines.js';
import { comparisonLines, noteLines, runLines, runSetLines } from './screen/evaluate-table.js';
import { LiveLine } from './screen/live-line.js';
import { duration, note, print, printJson } from './screen/output.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `evaluate`. */
export const evaluateVerb: Verb = {
  name: 'evaluate',
  summary: 'Score runs against labels, known modes and real samples, beside what the papers report.',
  usage: 'RUN [RUN ...]',
  arity: [1, Number.POSITIVE_INFINITY],
  options: {
    split: {
      value: 'PART',
      summary: 'train or test (default: both, where there are held-out data)',
      choices: Object.keys(splits),
    },
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
    gold: {
      summary:
        'also where the model makes too little or too much, group by group, by GOLD: needs a critic and probabilities of groups',
    },
    against: {
      value: 'RUN',
      many: true,
      summary: 'a second set of runs: Wilcoxon rank-sum test and effect size of every metric',
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
      'Several runs that differ in their seed only give mean, deviation and worst, and how far their groups agree.',
      'The figures of each run go into its metrics.json too.',
    ].join('\n'),
  run: runEvaluate,
};

async function runEvaluate(args: Arguments): Promise<number> {
  const options = optionsOf(args);
  const [first, ...others] = args.positionals;
  const against = args.list('against');
  if (others.length > 0 || against.length > 0) await evaluateSets(args, against, options);
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
    gold: args.flag('gold'),
  };
}

function isSplit(word: string): word is Split {
  return Object.hasOwn(splits, word);
}

async function evaluateOne(path: string, json: boolean, options: EvaluateRunOptions): Promise<void> {
  const scores = await scoresOf(path, options);
  if (json) {
    const { notes, reliability, gold, warnings } = scores;
    const { step: _, ...saved } = savedScores(scores.step, scores.scores, notes, reliability, gold);
    printJson({ run: path, groups: groupsOf(scores), warnings, ...saved });
  } else for (const line of runLines(scores)) print(line);
  keep(path, scores);
}

/** The groups with their names: of the training data, unless only others were scored. */
function groupsOf({ evaluations, groups: named }: RunScores): object[] {
  const { groups } = (evaluations.train ?? evaluations.test)!;
  return groups.map((group) => {
    const { name } = named.find(({ component }) => component === group.component) ?? {};
    return { ...group, ...(name !== undefined && { name }) };
  });
}

/** Means over one set of runs, or two sets compared. */
async function evaluateSets(
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
  const groups: GroupsOfRun[] = [];
  for (const [i, path] of all.entries()) {
    const prefix = `run ${i + 1} of ${all.length} · `;
    const score = await scoresOf(path, options, prefix, against.length === 0 ? groups : undefined);
    scores.push(score);
    keep(path, score);
  }
  const notes = [...new Set(scores.flatMap((score) => score.notes))];
  const agreement = agreementBetween(groups);
  // Without labels and a feature network there is nothing to score, and agreement all the same.
  const unscored = agreement !== undefined && scores.every((score) => score.scores.length === 0);
  const own = unscored ? [] : aggregate(scores.slice(0, runs.length));
  if (against.length === 0) {
    if (args.flag('json')) printJson({ ...jsonOf(runs, own), ...(agreement && { agreement }), notes });
    else for (const line of runSetLines(runs, own, notes, agreement)) print(line);
    return;
  }
  const other = aggregate(scores.slice(runs.length));
  const comparisons = compareRuns(own, other);
  if (args.flag('json')) {
    const tests = comparisons.map((one) => {
      const { p, statistic, method, d } = one;
      return [metricName(one), { p, statistic, method, d }];
    });
    const comparison = Object.fromEntries(tests);
    printJson({ ...jsonOf(runs, own), against: jsonOf(against, other), comparison, notes });
    return;
  }
  for (const line of comparisonLines(runs, against, comparisons)) print(line);
  for (const line of noteLines(notes)) print(line);
}

function jsonOf(runs: readonly string[], aggregates: readonly Aggregate[]): object {
  const metrics = aggregates.map((one) => {
    const { mean, deviation, values } = one;
    return [metricName(one), { mean, deviation, worst: worstOf(one), values }];
  });
  return { runs, metrics: Object.fromEntries(metrics), published: publishedByName(aggregates) };
}

/** Writes the scores into the run folder. What was computed is shown also where that cannot be written. */
function keep(path: string, scores: RunScores): void {
  try {
    saveScores(RunFolder.open(path), scores);
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    note(`${cause.message} The scores are shown, but not kept in the run.`);
  }
}

/** Scores one run, telling how far it is; the groups of its rows are put behind the others. */
async function scoresOf(
  path: string,
  options: EvaluateRunOptions,
  prefix = '',
  groups?: GroupsOfRun[],
): Promise<RunScores> {
  const line = new LiveLine();
  const onProgress: OnProgress = ({ stage, fraction, secondsLeft }) =>
    line.show(() => {
      const left = secondsLeft === undefined ? '' : ` · about ${duration(secondsLeft)} left`;
      return `${prefix}${stage} · ${Math.floor(100 * fraction)} %${left}`;
    });
  try {
    return await withTrained(path, async (trained) => {
      const dataset = await reopenData(trained.run, dataLines());
      const opened: TrainedRun = { ...trained, dataset };
      const scores = await scoreRun(opened, { ...options, onProgress });
      const own = groups && (await groupsOfRun(path, opened, dataset));
      if (own) groups.push(own);
      return scores;
    });
  } finally {
    line.clear();
  }
}
