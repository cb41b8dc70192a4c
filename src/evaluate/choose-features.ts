/** @file The features by which generated samples are scored: those of a network that suits the data, or the data's own values. */

import { type Samples, sampleSize } from '../data/dataset.js';
import { publishedBase } from '../data/sets/constructed.js';
import { onnxRuntimeProblem, withoutOnnxRuntime } from '../engine/onnx-runtime.js';
import { type FeatureNetwork, openFeatureNetwork } from '../features/feature-network.js';
import { parseConvention } from '../features/input-convention.js';
import { RAW } from '../metrics/metric.js';

/** The word of `--features` for none. */
export const NO_FEATURES = 'none';

/** Feature networks by the published set that they were trained on, for its images and any choice of them. */
const BY_SET: Readonly<Record<string, string>> = {
  mnist: 'lenet-mnist',
  'fashion-mnist': 'lenet-fashion-mnist',
};
const MNIST_SHAPE = '1,28,28';

/** Tables and points of up to this many columns are scored by their own values. */
const MOST_RAW_COLUMNS = 2048;

/** The network to be used, or why there is none. */
export interface FeatureChoice {
  readonly network?: FeatureNetwork;
  readonly note?: string;
}

/** What {@link chooseFeatures} chooses by. */
export interface FeatureRequest {
  /** Name of a network, path of an ONNX file, `raw` or `none`; by default what suits the data. */
  readonly features?: string | undefined;
  /** How the ONNX file reads its input: `range=0..1,size=299`. */
  readonly convention?: string | undefined;
  /** Threads of the network. */
  readonly threads?: number | undefined;
}

/**
 * The features of a data set: those asked for, else the network that was trained for it, else its own standardised
 * values if it is a table or points.
 *
 * @param name the data as the run names them
 * @param train the training data, by which columns are standardised
 * @throws a MixturaError for a network that there is not, or that cannot read the data
 */
export async function chooseFeatures(
  name: string,
  train: Samples,
  { features, convention, threads }: FeatureRequest,
): Promise<FeatureChoice> {
  const asked = features ?? defaultFeatures(name, train);
  if (asked === undefined) {
    return {
      note: `No feature network suits ${train.shape.join('x')} ${train.kind === 'image' ? 'images of' : 'samples of'} ${name}, so generated samples are not scored; name one by --features FILE.onnx, or compare the values themselves by --features ${RAW}.`,
    };
  }
  if (asked === NO_FEATURES) return {};
  if (asked === RAW) return { network: rawFeatures(train) };
  // A network that nobody asked for is no reason to fail.
  const problem = features === undefined ? await onnxRuntimeProblem() : undefined;
  if (problem !== undefined) {
    return { note: `Generated samples are not scored: ${withoutOnnxRuntime(`${asked} needs`, problem)}` };
  }
  return {
    network: await openFeatureNetwork(asked, {
      threads,
      ...(convention !== undefined && { convention: parseConvention(convention) }),
    }),
  };
}

function defaultFeatures(name: string, { kind, shape }: Samples): string | undefined {
  if (kind === 'image') {
    if (shape.join() !== MNIST_SHAPE) return undefined;
    const base = publishedBase(name);
    return Object.hasOwn(BY_SET, base) ? BY_SET[base] : undefined;
  }
  return sampleSize(shape) <= MOST_RAW_COLUMNS ? RAW : undefined;
}

/** Rows that are read at a time. */
const ROWS = 1000;

/**
 * The values themselves; those of tables and points as (x - mean) / deviation by the columns of the training data,
 * where constant columns keep deviation 1. Pixels have one unit and stay as they are.
 */
export function rawFeatures(train: Samples): FeatureNetwork {
  const columns = sampleSize(train.shape);
  let scaling: Scaling | undefined;
  return {
    name: RAW,
    fingerprint: `raw of ${train.fingerprint}`,
    columns,
    convention: 'range=as-is',
    close: async () => undefined,
    features: async ({ count, read }) => {
      const values = new Float32Array(count * columns);
      for (let start = 0; start < count; start += ROWS) {
        const rows = Math.min(ROWS, count - start);
        read(range(start, rows), values.subarray(start * columns, (start + rows) * columns));
      }
      if (train.kind !== 'image') {
        scaling ??= columnScaling(train);
        standardise(values, scaling);
      }
      return { rows: count, columns, values };
    },
  };
}

/** Mean and deviation of every column. */
interface Scaling {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

function standardise(values: Float32Array, { mean, deviation }: Scaling): void {
  for (let i = 0; i < values.length; i++) {
    const j = i % mean.length;
    values[i] = (values[i]! - mean[j]!) / deviation[j]!;
  }
}

/** Over all rows, by Welford's update. */
function columnScaling({ count, shape, read }: Samples): Scaling {
  const columns = sampleSize(shape);
  const mean = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const buffer = new Float32Array(Math.min(ROWS, count) * columns);
  for (let start = 0; start < count; start += ROWS) {
    const rows = Math.min(ROWS, count - start);
    read(range(start, rows), buffer.subarray(0, rows * columns));
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const x = buffer[i * columns + j]!;
        const before = x - mean[j]!;
        mean[j]! += before / (start + i + 1);
        squares[j]! += before * (x - mean[j]!);
      }
    }
  }
  return { mean, deviation: squares.map((sum) => Math.sqrt(sum / count) || 1) };
}

function range(start: number, length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => start + i);
}
