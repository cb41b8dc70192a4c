/** @file What a classifier that saw a model's samples only knows of real data. */
import type { Dataset } from '../data/dataset.js';
import { usageError } from '../errors.js';
import { fittingCapacity } from '../features/fitting-capacity.js';
import type { Score, Split } from '../metrics/metric.js';
import type { Inference } from '../train/inference.js';
import type { OnFraction, ProgressMeter } from './progress.js';

/** What {@link fittingScore} needs. */
export interface FittingOptions {
  readonly inference: Inference;
  readonly dataset: Dataset;
  readonly split: Split;
  /** Class of each component; absent for a method that assigns nothing, or data without labels. */
  readonly classOf: Int32Array | undefined;
  readonly threads: number;
  /** Called with the fraction of the training that is done. */
  readonly onFraction: OnFraction;
  /** Passes, and fresh samples in each (default: those of the paper). */
  readonly epochs?: number;
  readonly samplesPerEpoch?: number;
}

/** Plans the stage of {@link fittingScore}: as long as all the others, or longer. */
export function fittingStage(meter: ProgressMeter, split: Split): OnFraction {
  return meter.plan(`training on generated samples (${split})`, 300);
}

/**
 * Fitting capacity by {@link fittingCapacity}: samples of the mixture, labelled by the class that most of the data of
 * their component have; the protocol is the name of the classifier.
 *
 * @throws a usage error for data without labels, or a method that does not assign data to groups
 */
export async function fittingScore(options: FittingOptions): Promise<Score> {
  const { inference, dataset, split, classOf, threads, onFraction, epochs, samplesPerEpoch } = options;
  const { labels } = dataset;
  if (!labels || !classOf) {
    throw usageError(
      `Fitting capacity needs labelled data and a method that assigns data to groups; leave out --fitting-capacity.`,
    );
  }
  onFraction(0);
  const {
    accuracy,
    network,
    samplesPerEpoch: count,
  } = await fittingCapacity({
    sampler: (n, epoch) => inference.sampleMixture(n, 'evaluation', 'fitting', epoch),
    classOf,
    classes: labels.reduce((top, label) => Math.max(top, label), 0) + 1,
    test: dataset,
    labels,
    threads,
    epochs,
    samplesPerEpoch,
    progress: ({ step, steps }) => onFraction(step / steps),
  });
  return { metric: 'fitting-capacity', count, protocol: network, split, value: accuracy };
}
