/** @file A trained run scored on its own data and on what was held out, beside what the papers report. */
import { groupOrder } from '../cluster/group-order.js';
import type { Dataset } from '../data/dataset.js';
import { usageError } from '../errors.js';
import { chooseFeatures, type FeatureRequest, NO_FEATURES } from '../evaluate/choose-features.js';
import { type FittingOptions, fittingScore, fittingStage } from '../evaluate/fitting.js';
import { GeneratedFeatures } from '../evaluate/generated.js';
import {
  type GenerationOptions,
  generationScores,
  generationStages,
  LEAST_SAMPLES,
} from '../evaluate/generation.js';
import { type GoldByClass, goldScores } from '../evaluate/gold-scores.js';
import { classProportions, type Evaluation, evaluateModel } from '../evaluate/labels.js';
import { type OnFraction, type OnProgress, ProgressMeter } from '../evaluate/progress.js';
import type { ReliabilityCurves } from '../evaluate/reliability.js';
import { twoSampleScore, twoSampleStage } from '../evaluate/two-sample.js';
import { type Score, type Split, withRejection } from '../metrics/metric.js';
import { type DataListeners, reopenData } from './data/run-data.js';
import type { RunFolder } from './folder.js';
import { openGold, orderNote } from './gold/open.js';
import { type RunGroup, readGroups, type SizesWord, sizesWord } from './groups.js';
import { type PublishedScore, savedScores, withPublished } from './saved-scores.js';
import { teacherAgreement, withTaught } from './stages/taught.js';
import type { TrainedRun } from './trained.js';
import { runWarnings } from './warnings.js';

/** What {@link evaluateRun} scores; everything has a default. */
export interface EvaluateRunOptions extends Pick<FeatureRequest, 'features' | 'convention'>, DataListeners {
  /** One part of the data instead of all that there are. */
  readonly split?: Split | undefined;
  /** Samples of either side where generated ones are compared with real ones (default {@link DEFAULT_SAMPLES}). */
  readonly samples?: number | undefined;
  /** Whether a classifier is trained on generated samples and tested on real ones, which takes minutes (default no). */
  readonly fittingCapacity?: boolean | undefined;
  /** Whether GOLD is measured of real and of generated samples (default no). */
  readonly gold?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Samples of either side by default. */
export const DEFAULT_SAMPLES = 10_000;

/** Everything that is known of how good a run is. */
export interface RunScores {
  /** Steps that the model was trained for. */
  readonly step: number;
  /** Every score with its protocol, beside the paper's where there is one. */
  readonly scores: readonly PublishedScore[];
  readonly evaluations: Readonly<Partial<Record<Split, Evaluation>>>;
  /** Whether probabilities are as high as they are right: on new samples, and against labels. */
  readonly reliability: ReliabilityCurves;
  /** Means of the terms of GOLD in each class, where they were asked for. */
  readonly gold?: GoldByClass;
  /** The groups by their numbers, with their names. */
  readonly groups: readonly RunGroup[];
  /** Whether their sizes are learned, or fixed by the method. */
  readonly sizes: SizesWord;
  /** What should be known before the sizes of the groups are believed. */
  readonly warnings: readonly string[];
  /** What a reader of the figures should know. */
  readonly notes: readonly string[];
}

/**
 * Scores a run on the training data and, where there are any, on held-out data (or on one of them), and writes
 * `metrics.json` into the run folder.
 *
 * @throws a MixturaError if the data has changed or is gone, has no held-out part where that is asked for, or does not
 * fit the feature network, and if `metrics.json` cannot be written
 */
export async function evaluateRun(trained: TrainedRun, options: EvaluateRunOptions = {}): Promise<RunScores> {
  const scores = await scoreRun(trained, options);
  saveScores(trained.folder, scores);
  return scores;
}

/** Writes scores into the run folder: `metrics.json`. @throws a MixturaError where that cannot be written. */
export function saveScores(folder: RunFolder, { step, scores, notes, reliability, gold }: RunScores): void {
  folder.writeScores(savedScores(step, scores, notes, reliability, gold));
}

/** What {@link evaluateRun} gives, nothing written. */
export async function scoreRun(trained: TrainedRun, options: EvaluateRunOptions = {}): Promise<RunScores> {
  const { run, step, inference } = trained;
  const { split, samples = DEFAULT_SAMPLES, features, convention, fittingCapacity, onProgress } = options;
  requireEnough(samples);
  const named = readGroups(trained.folder, inference.prior.mixing);
  const train = trained.dataset ?? (await reopenData(run, options));
  const parts = partsOf(train, run.data.name, split);
  const estimator = options.gold ? await openGold(trained) : undefined;
  const lastPart = parts.at(-1)![0]; // held-out data, if there are any
  const request = { features, convention, threads: run.threads };
  const { network, note } = await chooseFeatures(run.data.name, train, request);
  const generated = network && new GeneratedFeatures(inference, network);
  const trueSizes = train.labels && classProportions(train.labels);
  const meter = new ProgressMeter(onProgress);
  const planned = parts.map(
    ([part, dataset]): PlannedPart => ({
      reliability: part === parts[0]![0] && features !== NO_FEATURES ? 'all' : 'labels',
      data: { inference, dataset, split: part, trueSizes, samples },
      classNames: run.dataset.classNames,
      onGroups: meter.plan(`groups of the ${part} data`, 1e-3 * dataset.count),
      generation: network &&
        generated && {
          network,
          generated,
          stages: generationStages(meter, part, dataset.count, samples, network),
        },
      onTwoSample: network && dataset.kind !== 'image' ? twoSampleStage(meter, part, dataset) : undefined,
      fitting:
        fittingCapacity && part === lastPart
          ? { threads: run.threads, onFraction: fittingStage(meter, part) }
          : undefined,
    }),
  );
  const onGold = estimator && meter.plan('GOLD', 1e-3 * samples * parts.length);
  const found: PartScores[] = [];
  try {
    for (const part of planned) found.push(await scorePart(part));
  } finally {
    await network?.close();
  }
  const taught =
    parts[0]![0] === 'train'
      ? await teacherAgreement(trained.folder.stageFiles(), inference, train)
      : undefined;
  const order = groupOrder(inference.prior.mixing);
  const gold = estimator && (await goldScores(estimator, order, { parts, samples, onFraction: onGold! }));
  const scores = withPublished(run, train, [
    ...found.flatMap((part) => part.scores),
    ...(gold?.scores ?? []),
    ...(taught ? [taught] : []),
  ]);
  const notes = [note, estimator && orderNote(estimator), ...found.flatMap((part) => part.notes)].filter(
    (one) => one !== undefined,
  );
  const withShares = (evaluation: Evaluation) => ({
    ...evaluation,
    groups: withTaught(trained.folder.stageFiles(), evaluation.groups),
  });
  const evaluations = Object.fromEntries(
    found.map(({ split, evaluation }) => [split, withShares(evaluation)]),
  );
  const { groups } = found[0]!.evaluation;
  const warnings = await runWarnings({ ...trained, dataset: train, groups, taught: taught?.value });
  const reliability = Object.assign({}, ...found.map(({ evaluation }) => evaluation.reliability ?? {}));
  const byClass = gold && { gold: gold.byClass };
  return {
    step,
    scores,
    evaluations,
    reliability,
    groups: named,
    sizes: sizesWord(run),
    warnings,
    notes,
    ...byClass,
  };
}

/** A part of the data, and what is scored on it. */
interface PlannedPart {
  readonly data: Pick<GenerationOptions, 'inference' | 'dataset' | 'split' | 'trueSizes' | 'samples'>;
  /** Names of the classes that training was told. */
  readonly classNames: readonly string[] | undefined;
  readonly onGroups: OnFraction;
  /** New samples are the same whatever the part, and not scored where no features are wanted. */
  readonly reliability: 'labels' | 'all';
  /** Absent where no feature network suits the data. */
  readonly generation?: Pick<GenerationOptions, 'network' | 'generated' | 'stages'> | undefined;
  /** Absent for images, and where no new samples are scored. */
  readonly onTwoSample?: OnFraction | undefined;
  /** Absent where fitting capacity is not asked for. */
  readonly fitting?: Pick<FittingOptions, 'threads' | 'onFraction'> | undefined;
}

interface PartScores {
  readonly split: Split;
  readonly evaluation: Evaluation;
  readonly scores: readonly Score[];
  readonly notes: readonly string[];
}

/** The groups, the new samples and the fitting capacity, as far as they are planned. */
async function scorePart(planned: PlannedPart): Promise<PartScores> {
  const { data, classNames, onGroups, reliability, generation, onTwoSample, fitting } = planned;
  const { inference, dataset, split, trueSizes } = data;
  onGroups(0);
  const evaluation = await evaluateModel(inference, dataset, {
    split,
    elastic: true,
    trueSizes,
    classNames,
    reliability,
  });
  const generated = generation && (await generationScores({ ...data, ...generation }));
  const told = onTwoSample && (await twoSampleScore({ ...data, onFraction: onTwoSample }));
  const { classOf } = evaluation;
  const capacity = fitting && (await fittingScore({ inference, dataset, split, classOf, ...fitting }));
  const drawn = [...(generated?.scores ?? []), ...(told ? [told] : []), ...(capacity ? [capacity] : [])];
  const scores = [...evaluation.scores, ...(inference.rejects ? withRejection(drawn) : drawn)];
  return { split, evaluation, scores, notes: generated?.notes ?? [] };
}

function requireEnough(samples: number): void {
  if (Number.isSafeInteger(samples) && samples >= LEAST_SAMPLES) return;
  throw usageError(`The number of samples is ${samples}; give a whole number of at least ${LEAST_SAMPLES}.`);
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
