/** @file A trained run scored on its own data and on what was held out, beside what the papers report. */
import { join } from 'node:path';
import { writeFileAtomic } from '../atomic-file.js';
import { classCounts, type Dataset } from '../data/dataset.js';
import { publishedBase } from '../data/sets/constructed.js';
import { usageError } from '../errors.js';
import { chooseFeatures, type FeatureRequest } from '../evaluate/choose-features.js';
import { fittingScore, fittingStage } from '../evaluate/fitting.js';
import { GeneratedFeatures } from '../evaluate/generated.js';
import { generationScores, generationStages, LEAST_SAMPLES } from '../evaluate/generation.js';
import { type Evaluation, evaluate, shares } from '../evaluate/labels.js';
import { ProgressMeter, type Stage, type TellProgress } from '../evaluate/progress.js';
import { metricName, parseMetricName, type Split } from '../metrics/metric.js';
import { type PublishedCell, publishedCell } from '../metrics/published.js';
import { type DataListeners, reopenData } from './prepare.js';
import type { TrainedRun } from './trained.js';

/** What {@link evaluateRun} scores; everything has a default. */
export interface EvaluateRunOptions extends Pick<FeatureRequest, 'features' | 'convention'>, DataListeners {
  /** One part of the data instead of all that there are. */
  readonly split?: Split | undefined;
  /** Samples of either side where generated ones are compared with real ones (default {@link DEFAULT_SAMPLES}). */
  readonly samples?: number | undefined;
  /** Whether a classifier is trained on generated samples and tested on real ones, which takes minutes (default no). */
  readonly fittingCapacity?: boolean | undefined;
  readonly progress?: TellProgress | undefined;
}

/** Samples of either side, unless told otherwise. */
export const DEFAULT_SAMPLES = 10_000;

/** Everything that is known of how good a run is. */
export interface RunScores {
  /** Steps that the model was trained for. */
  readonly step: number;
  /** Every metric under the name that carries its protocol. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly evaluations: Readonly<Partial<Record<Split, Evaluation>>>;
  /** What a paper reports for the same data, method and metric, by the name of ours. */
  readonly published: Readonly<Record<string, PublishedCell>>;
  /** What a reader of the figures should know. */
  readonly notes: readonly string[];
}

/**
 * Scores a run on the training data and, where there are any, on held-out data (or on one of them), and writes
 * `metrics.json` into the run folder.
 *
 * @throws a MixturaError if the data has changed or is gone, has no held-out part where that is asked for, or does not
 * fit the feature network
 */
export async function evaluateRun(trained: TrainedRun, options: EvaluateRunOptions = {}): Promise<RunScores> {
  const { folder, run, step, inference } = trained;
  const { split, samples = DEFAULT_SAMPLES, features, convention, fittingCapacity, progress } = options;
  if (!Number.isSafeInteger(samples) || samples < LEAST_SAMPLES) {
    throw usageError(
      `The number of samples is ${samples}; give a whole number of at least ${LEAST_SAMPLES}.`,
    );
  }
  const train = await reopenData(run, options);
  const parts = partsOf(train, run.data.name, split);
  const lastPart = parts.at(-1)![0]; // held-out data, if there are any
  const request = { features, convention, threads: run.threads };
  const { network, note } = await chooseFeatures(run.data.name, train, request);
  const trueSizes = train.labels && shares(train.labels);
  const evaluations: Partial<Record<Split, Evaluation>> = {};
  const metrics: Record<string, number> = {};
  const notes = note === undefined ? [] : [note];
  const meter = new ProgressMeter(
    parts.flatMap(([part, { count }]): Stage[] => [
      { name: `groups of the ${part} data`, cost: 1e-3 * count },
      ...(network ? generationStages(part, count, samples, network) : []),
      ...(fittingCapacity && part === lastPart ? [fittingStage(part)] : []),
    ]),
    progress,
  );
  try {
    const generated = network && new GeneratedFeatures(inference, network);
    for (const [part, dataset] of parts) {
      meter.begin(`groups of the ${part} data`);
      evaluations[part] = await evaluate(inference, dataset, { split: part, elastic: true, trueSizes });
      Object.assign(metrics, evaluations[part].metrics);
      if (network && generated) {
        const shared = { inference, dataset, split: part, network, generated, samples, trueSizes, meter };
        const scores = await generationScores(shared);
        Object.assign(metrics, scores.metrics);
        notes.push(...scores.notes);
      }
      if (fittingCapacity && part === lastPart) {
        const { classOf } = evaluations[part];
        const shared = { inference, dataset, split: part, classOf, threads: run.threads, meter };
        Object.assign(metrics, await fittingScore(shared));
      }
    }
  } finally {
    await network?.close();
  }
  const published = besides(trained, train, Object.keys(metrics));
  const written = { step, metrics, ...(Object.keys(published).length > 0 && { published }), notes };
  writeFileAtomic(join(folder.path, 'metrics.json'), `${JSON.stringify(written, null, 2)}\n`);
  return { step, metrics, evaluations, published, notes };
}

function partsOf(train: Dataset, name: string, split: Split | undefined): [Split, Dataset][] {
  if (split === 'test' && !train.test) {
    throw usageError(`${name} has no held-out data; leave out --split test.`);
  }
  return [
    ...(split === 'test' ? [] : [['train', train] as [Split, Dataset]]),
    ...(split === 'train' || !train.test ? [] : [['test', train.test()] as [Split, Dataset]]),
  ];
}

/** Published cells by metric; beside the held-out figure where there is one, as the papers evaluate. */
function besides(
  { run }: TrainedRun,
  train: Dataset,
  names: readonly string[],
): Record<string, PublishedCell> {
  const counts = classCounts(train);
  if (!counts) return {};
  const query = {
    base: publishedBase(run.data.name),
    classNames: train.classNames ?? [],
    classCounts: counts,
    method: run.method,
    settings: run.settings,
  };
  const heldOut = new Set(
    names
      .map(parseMetricName)
      .filter(({ split }) => split === 'test')
      .map(kindOf),
  );
  return Object.fromEntries(
    names.flatMap((name) => {
      const parts = parseMetricName(name);
      if (parts.split === 'train' && heldOut.has(kindOf(parts))) return [];
      const cell = publishedCell(query, name);
      return cell ? [[name, cell]] : [];
    }),
  );
}

/** A metric without its data: what train and test have in common. */
function kindOf({ metric, protocol }: ReturnType<typeof parseMetricName>): string {
  return metricName({ metric, protocol, split: 'test' });
}
