/** @file What `mixtura train` prints when a run has ended. */
import type { Summary } from '../../evaluate/labels.js';
import { type MetricKind, namedScores, type Score, splits } from '../../metrics/metric.js';
import type { TrainResult } from '../../run/complete.js';
import { sizesWord } from '../../run/groups.js';
import { probesSentence } from '../../run/labels/probes.js';
import { groupLines, warningLines } from './group-lines.js';
import { duration } from './output.js';

/** The JSON object of `mixtura train --json`. */
export function resultJson(result: TrainResult): object {
  const {
    folder,
    run,
    step,
    seconds,
    msPerStep,
    groups,
    names,
    labels,
    taught,
    probes,
    warnings,
    movement,
    evaluation,
    files,
  } = result;
  return {
    run: folder,
    method: run.method,
    seed: run.seed,
    steps: step,
    seconds,
    msPerStep,
    groups: groups.map((group, at) => ({ ...group, ...(names[at] !== undefined && { name: names[at] }) })),
    warnings,
    ...(labels && { labels }),
    ...(taught !== undefined && { taught }),
    ...(probes && { probes }),
    ...(movement && { movement }),
    metrics: evaluation.summary,
    scores: namedScores(evaluation.scores),
    files,
  };
}

/** The groups, the headline scores, the time and the report, for people. */
export function resultLines(result: TrainResult): string[] {
  const { step, seconds, msPerStep, groups, names, labels, taught, probes } = result;
  const { warnings, evaluation, files } = result;
  const named = groups.map(({ component }, at) => ({ component, name: names[at] }));
  const scores = scoreLines(evaluation);
  return [
    '',
    ...warningLines(warnings),
    ...groupLines(groups, named, sizesWord(result.run)),
    '',
    ...scores,
    ...(taught === undefined
      ? []
      : [
          `  ${(100 * taught).toFixed(1)} % of the data stay in the group that was found before the training`,
        ]),
    ...(labels ? [`  training saw the labels of ${labels.rows} of ${labels.of} rows`] : []),
    ...(probes ? [`  ${probesSentence(probes, probes.groups)}`] : []),
    `  ${step} steps in ${duration(seconds)} (${msPerStep.toFixed(2)} ms a step)`,
    ...(files.report === undefined ? [] : [`  report: ${files.report}`]),
  ];
}

const HEADLINES: readonly (readonly [keyof Summary, MetricKind, string])[] = [
  ['nmi', 'nmi', 'NMI'],
  ['ari', 'ari', 'ARI'],
  ['acc', 'acc', 'accuracy'],
  ['purity', 'purity', 'purity'],
  ['sizeError', 'size-error', 'size error'],
  ['modes', 'modes', 'modes'],
];

/** The headline scores, a line for those of one protocol, which stands behind them. */
function scoreLines({ summary, scores }: TrainResult['evaluation']): string[] {
  const byProtocol = new Map<string, string[]>();
  for (const [key, metric, title] of HEADLINES) {
    const value = summary[key];
    const score = scores.find((one) => one.metric === metric && one.value === value);
    if (value === undefined || score === undefined) continue;
    const protocol = protocolWords(score);
    byProtocol.set(protocol, [...(byProtocol.get(protocol) ?? []), `${title} ${Number(value.toFixed(4))}`]);
  }
  return [...byProtocol].map(([protocol, texts]) => `  ${texts.join(' · ')} (${protocol})`);
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  assign: 'most probable group',
  'kmeans-encoder': 'k-means of the encoder',
  'kmeans-critic': 'k-means of the critic',
};

function protocolWords({ protocol, split, subset }: Score): string {
  if (protocol === 'nearest') return 'generated points at the nearest true mode';
  const data = splits[split].replace(/^the /, '');
  return `${PROTOCOLS[protocol] ?? protocol}, ${subset === undefined ? data : `${subset} of the ${data}`}`;
}
