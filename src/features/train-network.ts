/** @file Trains a feature network: a classifier of a labelled data set, as the bytes of an ONNX file. */
import { classCounts, type Dataset } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { usageError } from '../errors.js';
import { Stream } from '../math/random.js';
import { classifierFor } from '../nets/lenet.js';
import { VERSION } from '../version.js';
import { accuracyOf } from './accuracy.js';
import {
  type ClassifierProgress,
  classifierOnnx,
  FEATURES_OUTPUT,
  PROBABILITIES_OUTPUT,
  trainClassifier,
} from './classifier.js';
import { CONVENTION_KEY, NAME_KEY, networkOf } from './feature-network.js';
import { formatConvention } from './input-convention.js';
import { labelledBatches } from './labelled-batches.js';
import { subsetOf } from './sample-source.js';

/** Data, steps, seed and threads of the training of a feature network. */
export interface FeatureTraining {
  /** Labelled training data; its held-out split, if there is one, is read once, when training is over. */
  readonly dataset: Dataset;
  /** Steps (default: twelve passes over the training data, at least 1,000 steps). */
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  /** Threads inside an operator (default 2). */
  readonly threads?: number | undefined;
  /** What names and opens the data in the command that is written into the file (default: the name of the data set). */
  readonly words?: string | undefined;
  readonly progress?: ((state: ClassifierProgress) => void) | undefined;
}

/** A trained feature network. */
export interface FeatureTrainingResult {
  /** Name of the network, such as `lenet-mnist`. */
  readonly name: string;
  /** Content of the ONNX file. */
  readonly bytes: Uint8Array;
  readonly steps: number;
  readonly seed: number;
  /** Number of features. */
  readonly columns: number;
  readonly classes: number;
  /** Accuracy on the part of the training data that was held back. */
  readonly validationAccuracy: number;
  readonly validationCount: number;
  /** Accuracy on the held-out split, if there is one. */
  readonly testAccuracy?: number;
  readonly testCount?: number;
  /** What is written into the file besides the graph. */
  readonly metadata: Readonly<Record<string, string>>;
}

const BATCH = 128;
const LEARNING_RATE = 2e-3;
/** Fraction of the training data for validation: 5,000 of 60,000. */
const VALIDATION = 1 / 12;
const EPOCHS = 12;
/** Small data sets get more than twelve passes. */
const LEAST_STEPS = 1000;

/** Twelve passes over the training data, at least 1,000 steps. */
export function defaultSteps(count: number): number {
  return Math.max(LEAST_STEPS, Math.ceil((EPOCHS * count * (1 - VALIDATION)) / BATCH));
}

/** Images are moved by up to one pixel per 28 of their side. */
export function defaultShift(shape: readonly number[]): number {
  return shape.length === 3 ? Math.floor(Math.min(shape[1]!, shape[2]!) / 28) : 0;
}

/** The name of the network that is trained on these data: `lenet-mnist`, `mlp-wine`. */
export function networkName(dataset: Pick<Dataset, 'name' | 'shape' | 'range'>): string {
  const data = dataset.name
    .toLowerCase()
    .replace(/\.(csv|tsv|npy|gz|parquet|h5ad|npz)$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${classifierFor(dataset)}-${data}`;
}

/**
 * Trains a classifier on eleven twelfths of the labelled data, measures its accuracy on the rest and, once and at the
 * end, on the held-out split, by running the finished ONNX model. Softmax cross-entropy, Adam from 2e-3 linearly to
 * 0, batches of 128, images moved by up to a pixel per 28 of their side. Nothing is chosen by the held-out split.
 *
 * @throws a usage error for data without labels, with one class only, or too few rows.
 */
export async function trainFeatureNetwork(training: FeatureTraining): Promise<FeatureTrainingResult> {
  const { dataset, seed = 0, threads = 2 } = training;
  const classes = requireClasses(dataset);
  const stream = Stream.root(seed).fork('features');
  const order = stream.fork('split').permutation(dataset.count);
  const held = Math.max(1, Math.round(dataset.count * VALIDATION));
  const [validation, rows] = [order.slice(0, held), order.slice(held)];
  const batch = Math.min(BATCH, rows.length);
  const steps = training.steps ?? defaultSteps(dataset.count);
  const engine = new OrtEngine({ threads });
  try {
    const trained = await trainClassifier(engine, {
      network: classifierFor(dataset),
      data: dataset,
      classes,
      batch,
      steps,
      seed,
      learningRate: (step) => LEARNING_RATE * (1 - step / steps),
      next: labelledBatches(dataset, { rows, batch, shift: defaultShift(dataset.shape), stream }),
      progress: training.progress,
    });
    const declared = declaration(training, { seed, steps, threads, batch, held });
    const score = await scores(
      classifierOnnx(trained, dataset.shape, declared),
      dataset,
      validation,
      threads,
    );
    const metadata = { ...declared, ...accuracies(score) };
    const bytes = classifierOnnx(trained, dataset.shape, metadata);
    const { width: columns } = trained.networks;
    return { name: declared[NAME_KEY]!, bytes, steps, seed, columns, classes, ...score, metadata };
  } finally {
    await engine.close();
  }
}

function requireClasses(dataset: Dataset): number {
  const counts = classCounts(dataset);
  const filled = counts?.filter((count) => count > 0).length ?? 0;
  if (counts && filled >= 2 && dataset.count >= 24) return counts.length;
  throw usageError(
    !counts
      ? `${dataset.name} has no labels, and a feature network is trained as a classifier; give labelled data (tables: --label COLUMN).`
      : `${dataset.name} has ${dataset.count} samples of ${filled} classes; a classifier needs at least 24 samples and 2 classes.`,
  );
}

type Scores = Pick<
  FeatureTrainingResult,
  'validationAccuracy' | 'validationCount' | 'testAccuracy' | 'testCount'
>;

async function scores(
  bytes: Uint8Array,
  dataset: Dataset,
  validation: Uint32Array,
  threads: number,
): Promise<Scores> {
  const network = await networkOf(bytes, 'the trained network', { threads });
  try {
    const labels = validation.map((row) => dataset.labels![row]!);
    const { accuracy } = await accuracyOf(network, subsetOf(dataset, validation), labels);
    const own = { validationAccuracy: accuracy, validationCount: validation.length };
    const test = dataset.test?.();
    if (!test?.labels) return own;
    const tested = await accuracyOf(network, test, test.labels);
    return { ...own, testAccuracy: tested.accuracy, testCount: test.count };
  } finally {
    await network.close();
  }
}

const RANGES = { unit: '0..1', signed: '-1..1', real: 'as-is' } as const;

function declaration(
  { dataset, words = dataset.name }: FeatureTraining,
  { seed, steps, threads, batch, held }: Record<'seed' | 'steps' | 'threads' | 'batch' | 'held', number>,
): Record<string, string> {
  const shift = defaultShift(dataset.shape);
  const moved = shift > 0 ? `, images moved by up to ${shift} pixels` : '';
  return {
    [NAME_KEY]: networkName(dataset),
    version: VERSION,
    protocol:
      `Softmax cross-entropy on ${dataset.count - held} of ${dataset.count} training samples (the others validate), ` +
      `Adam (0.9, 0.999) from ${LEARNING_RATE} linearly to 0 in ${steps} steps of ${batch}${moved}; tested once, at the end.`,
    command: `mixtura features ${words} --steps ${steps} --seed ${seed} --threads ${threads}`,
    data: dataset.name,
    fingerprint: dataset.fingerprint,
    seed: String(seed),
    steps: String(steps),
    [CONVENTION_KEY]: formatConvention({
      range: RANGES[dataset.range],
      ...(dataset.shape.length === 3 && { layout: 'nchw' as const }),
      output: FEATURES_OUTPUT,
      probabilities: PROBABILITIES_OUTPUT,
    }),
  };
}

function accuracies({ validationAccuracy, validationCount, testAccuracy, testCount }: Scores) {
  return {
    validationAccuracy: `${validationAccuracy} of ${validationCount}`,
    ...(testAccuracy !== undefined && { testAccuracy: `${testAccuracy} of ${testCount}` }),
  };
}
