/** @file A trained run scored on its own data and on what was held out, beside what the papers report. */
import type { Dataset } from '../data/dataset.js';
import { usageError } from '../errors.js';
import { chooseFeatures, type FeatureRequest } from '../evaluate/choose-features.js';
import { fittingScore, fittingStage } from '../evaluate/fitting.js';
import { GeneratedFeatures } from '../evaluate/generated.js';
import { generationScores, generationStages, LEAST_SAMPLES } from '../evaluate/generation.js';
import { classProportions, type Evaluation, evaluateModel } from '../evaluate/labels.js';
import { type OnProgress, ProgressMeter } from '../evaluate/progress.js';
import type { Score, Split } from '../metrics/metric.js';
import { type DataListeners, reopenData } from './prepare.js';
import { type PublishedScore, savedScores, withPublished } from './saved-scores.js';
import type { TrainedRun } from './trained.js';

/** What {@link evaluateRun} scores; everything has a default. */
export interface EvaluateRunOptions extends Pick<FeatureRequest, 'features' | 'convention'>, DataListeners {
  /** One part of the data instead of all that there are. */
  readonly split?: Split | undefined;
  /** Samples of either side where generated ones are compared with real ones (default {@link DEFAULT_SAMPLES}). */
  readonly samples?: number | undefined;
  /** Whether a classifier is trained on generated samples and tested on real ones, which takes minutes (default no). */
  readonly fittingCapacity?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Samples of either side, unless told otherwise. */
export const DEFAULT_SAMPLES = 10_000;

/** Everything that is known of how good a run is. */
export interface RunScores {
  /** Steps that the model was trained for. */
  readonly step: number;
  /** Every score with its protocol, beside the paper's where there is one. */
  readonly scores: readonly PublishedScore[];
  readonly evaluations: Readonly<Partial<Record<Split, Evaluation>>>;
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
  const { split, samples = DEFAULT_SAMPLES, features, convention, fittingCapacity, onProgress } = options;
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
  const trueSizes = train.labels && classProportions(train.labels);
  const evaluations: Partial<Record<Split, Evaluation>> = {};
  const scores: Score[] = [];
  const notes = note === undefined ? [] : [note];
  const meter = new ProgressMeter(onProgress);
  const planned = parts.map(([part, dataset]) => ({
    part,
    dataset,
    onGroups: meter.plan(`groups of the ${part} data`, 1e-3 * dataset.count),
    stages: network && generationStages(meter, part, dataset.count, samples, network),
    onFitting: fittingCapacity && part === lastPart ? fittingStage(meter, part) : undefined,
  }));
  try {
    const generated = network && new GeneratedFeatures(inference, network);
    for (const { part, dataset, onGroups, stages, onFitting } of planned) {
      const data = { inference, dataset, split: part };
      onGroups(0);
      const evaluation = await evaluateModel(inference, dataset, { split: part, elastic: true, trueSizes });
      evaluations[part] = evaluation;
      scores.push(...evaluation.scores);
      if (network && generated && stages) {
        const found = await generationScores({ ...data, network, generated, samples, trueSizes, stages });
        scores.push(...found.scores);
        notes.push(...found.notes);
      }
      if (onFitting) {
        const { classOf } = evaluation;
        scores.push(await fittingScore({ ...data, classOf, threads: run.threads, onFraction: onFitting }));
      }
    }
  } finally {
    await network?.close();
  }
  const beside = withPublished(run, train, scores);
  folder.writeScores(savedScores(step, beside, notes));
  return { step, scores: beside, evaluations, notes };
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
