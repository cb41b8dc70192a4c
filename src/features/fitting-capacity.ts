/** @file Fitting capacity: the accuracy on real data of a classifier trained on generated samples alone (GOLD, section 4). */
import { batchSchedule } from '../data/batches.js';
import { sampleSize } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { usageError } from '../errors.js';
import { Stream } from '../math/random.js';
import { type ClassifierName, classifierFor } from '../nets/lenet.js';
import { type Accuracy, accuracyOf } from './accuracy.js';
import {
  type ClassifierProgress,
  classifierOnnx,
  FEATURES_OUTPUT,
  type LabelledBatch,
  PROBABILITIES_OUTPUT,
  trainClassifier,
} from './classifier.js';
import { networkOf } from './feature-network.js';
import type { SampleSource } from './sample-source.js';

/** New samples [n, ...shape], and the component that each was drawn from. */
export interface GeneratedSamples {
  readonly samples: Float32Array;
  readonly components: ArrayLike<number>;
}

/** What {@link fittingCapacity} measures. */
export interface FittingCapacityOptions {
  /** n fresh samples for an epoch, counted from 1; equal epochs should give equal samples. */
  readonly sampler: (n: number, epoch: number) => Promise<GeneratedSamples>;
  /** Class of each component; -1 leaves the samples of a component out. */
  readonly classOf: ArrayLike<number>;
  readonly classes: number;
  /** Real test data and their labels. */
  readonly test: SampleSource;
  readonly labels: ArrayLike<number>;
  /** Passes over as many fresh samples (default 40). */
  readonly epochs?: number | undefined;
  /** Fresh samples of an epoch (default 10,000). */
  readonly samplesPerEpoch?: number | undefined;
  readonly seed?: number | undefined;
  /** Threads inside an operator (default 2). */
  readonly threads?: number | undefined;
  readonly progress?: ((state: ClassifierProgress) => void) | undefined;
}

/** Test accuracy, and what it was measured with. */
export interface FittingCapacity extends Accuracy {
  readonly network: ClassifierName;
  readonly epochs: number;
  readonly samplesPerEpoch: number;
}

const BATCH = 128;
/** Adam's rate and the epochs after which it falls to a tenth. */
const LEARNING_RATE = 1e-3;
const FALLS_EVERY = 20;
const BETA1 = 0.5;

/** GOLD's rate 1e-3 x 0.1^floor(epoch / 20), with epochs counted from 1. */
export function fittingRate(epoch: number): number {
  return LEARNING_RATE * 0.1 ** Math.floor(epoch / FALLS_EVERY);
}

/**
 * Accuracy on real test data of a classifier trained on generated samples only, labelled by their component's class.
 *
 * LeNet-5 for 28x28 and 32x32 images (else the classifier that suits the shape), cross-entropy, Adam (0.5, 0.999) at
 * 1e-3 x 0.1^floor(epoch / 20), batches of 128, 40 epochs of 10,000 fresh samples each. The test data are read once, at the
 * end. Source: Mo et al. 2019 (GOLD), section 4.
 *
 * @throws a usage error where too few of the samples have a class.
 */
export async function fittingCapacity(options: FittingCapacityOptions): Promise<FittingCapacity> {
  const { test, classes, epochs = 40, samplesPerEpoch = 10_000, seed = 0, threads = 2 } = options;
  const { shape, range } = test;
  const network = fittingNetwork(shape);
  const stepsPerEpoch = Math.ceil(samplesPerEpoch / BATCH);
  const engine = new OrtEngine({ threads });
  try {
    const trained = await trainClassifier(engine, {
      network,
      data: { shape, range },
      classes,
      batch: BATCH,
      steps: epochs * stepsPerEpoch,
      beta1: BETA1,
      learningRate: (step) => fittingRate(1 + Math.floor(step / stepsPerEpoch)),
      seed,
      next: freshBatches(options, samplesPerEpoch, stepsPerEpoch),
      progress: options.progress,
    });
    const convention = {
      range: 'as-is',
      output: FEATURES_OUTPUT,
      probabilities: PROBABILITIES_OUTPUT,
    } as const;
    const scored = await networkOf(classifierOnnx(trained, shape), 'the trained classifier', {
      convention,
      threads,
    });
    const accuracy = await accuracyOf(scored, test, options.labels);
    await scored.close();
    return { ...accuracy, network, epochs, samplesPerEpoch };
  } finally {
    await engine.close();
  }
}

/** LeNet-5 where it can read the images, else what suits the shape. */
export function fittingNetwork(shape: readonly number[]): ClassifierName {
  const [, height, width] = shape;
  const square = shape.length === 3 && height === width;
  return square && (height === 28 || height === 32) ? 'lenet-5' : classifierFor({ shape, range: 'real' });
}

/** Batches of one epoch's samples after the other; the last batch of an epoch is filled from its own samples. */
function freshBatches(
  { sampler, classOf, test, seed = 0 }: FittingCapacityOptions,
  samplesPerEpoch: number,
  stepsPerEpoch: number,
): (step: number) => Promise<LabelledBatch> {
  const size = sampleSize(test.shape);
  const stream = Stream.root(seed).fork('fitting-capacity');
  let epoch = 0;
  let pool: { samples: Float32Array; labels: Int32Array; batch: (step: number) => Uint32Array };
  return async (step) => {
    const wanted = 1 + Math.floor(step / stepsPerEpoch);
    if (wanted !== epoch) {
      const { samples, labels, rows } = await labelled(sampler, classOf, samplesPerEpoch, wanted);
      const order = batchSchedule(stream.fork('epoch', wanted), { count: rows.length, batchSize: BATCH });
      pool = { samples, labels, batch: (place) => order(place).map((i) => rows[i]!) };
      epoch = wanted;
    }
    const indices = pool.batch(step % stepsPerEpoch);
    const batch = new Float32Array(BATCH * size);
    indices.forEach((row, i) => {
      batch.set(pool.samples.subarray(row * size, (row + 1) * size), i * size);
    });
    return { samples: batch, labels: indices.map((row) => pool.labels[row]!) };
  };
}

async function labelled(
  sampler: FittingCapacityOptions['sampler'],
  classOf: ArrayLike<number>,
  n: number,
  epoch: number,
): Promise<{ samples: Float32Array; labels: Int32Array; rows: Uint32Array }> {
  const { samples, components } = await sampler(n, epoch);
  const labels = Int32Array.from(components, (c) => classOf[c] ?? -1);
  const rows = Uint32Array.from(labels.keys()).filter((row) => labels[row]! >= 0);
  if (rows.length >= BATCH) return { samples, labels, rows };
  throw usageError(
    `Of ${n} generated samples ${rows.length} belong to a component that has a class, but a batch needs ${BATCH}; match more components to classes, or ask for more samples.`,
  );
}
