/** @file Networks that turn samples into features: those in the package, and any ONNX file. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InferenceSession } from 'onnxruntime-node';
import { didYouMean } from '../did-you-mean.js';
import { MixturaError, usageError } from '../errors.js';
import type { Matrix } from '../math/matrix.js';
import type { FeatureOptions } from './feature-options.js';
import { formatConvention, type InputConvention, parseConvention } from './input-convention.js';
import { onnxMetadata } from './onnx-metadata.js';
import { loadModel, networkInput, OnnxNetwork, outputWidth } from './onnx-network.js';
import type { SampleSource } from './sample-source.js';

/** Feature networks that come with the package, and their files in assets/features/. */
const SHIPPED: Readonly<Record<string, string>> = {
  'lenet-mnist': 'lenet-mnist.onnx',
  'lenet-fashion-mnist': 'lenet-fashion-mnist.onnx',
};
/** Names that {@link openFeatureNetwork} knows. */
export const FEATURE_NETWORKS: readonly string[] = Object.keys(SHIPPED);

// The same relative path from src/features and from dist/features.
const FOLDER = new URL('../../assets/features/', import.meta.url);

/** Key of the ONNX metadata under which a file declares its own {@link InputConvention}, as text. */
export const CONVENTION_KEY = 'input';
/** Key of the ONNX metadata under which a file declares its name. */
export const NAME_KEY = 'name';

/** How a network that {@link openFeatureNetwork} opens reads its input, and its threads. */
export interface OpenNetworkOptions {
  /** How the network reads its input; overrides what its file declares, key by key. */
  readonly convention?: InputConvention | undefined;
  /** Threads inside an operator (default 2). */
  readonly threads?: number | undefined;
}

/** A network that turns samples into features. */
export interface FeatureNetwork {
  /** Its name in the names of metrics: `lenet-mnist`, or the name of its file. */
  readonly name: string;
  /** SHA-256 (hex) of the file and of the input convention. */
  readonly fingerprint: string;
  /** Number of features. */
  readonly columns: number;
  /** The convention in force, as text. */
  readonly convention: string;
  /** Number of classes, where the network has class probabilities. */
  readonly classes?: number;
  /** Features of all samples, [count, columns]. @throws a usage error where the samples do not fit the network. */
  features(samples: SampleSource, options?: FeatureOptions): Promise<Matrix>;
  /** Class probabilities of all samples, [count, classes]; absent where the network has none. */
  probabilities?(samples: SampleSource, options?: FeatureOptions): Promise<Matrix>;
  /** Frees the network. */
  close(): Promise<void>;
}

/**
 * Opens a feature network by name (`lenet-mnist`, `lenet-fashion-mnist`) or by the path of an ONNX file, whose input
 * convention is declared by `options` or in its metadata under the key `input`.
 *
 * @throws MixturaError if it is unknown, cannot be read or run, or its outputs are not features.
 */
export async function openFeatureNetwork(
  nameOrPath: string,
  options: OpenNetworkOptions = {},
): Promise<FeatureNetwork> {
  const file = Object.hasOwn(SHIPPED, nameOrPath) ? SHIPPED[nameOrPath] : undefined;
  const path = file === undefined ? nameOrPath : fileURLToPath(new URL(file, FOLDER));
  return networkOf(readModel(path, nameOrPath), nameOrPath, options);
}

function readModel(path: string, asked: string): Uint8Array {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) {
    if (path !== asked) throw new MixturaError(`${path} is missing; install Mixtura again.`);
    throw usageError(
      `${asked} is neither a feature network that comes with Mixtura (${FEATURE_NETWORKS.join(', ')}) nor an ONNX file${didYouMean(asked, FEATURE_NETWORKS)}; check the name.`,
    );
  }
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new MixturaError(
      `${path} cannot be read (${(cause as Error).message}): check its permissions and size.`,
      { cause },
    );
  }
}

/** A feature network of the bytes of an ONNX model; errors call it by `name`, a word or a path. */
export async function networkOf(
  bytes: Uint8Array,
  name: string,
  { convention = {}, threads = 2 }: OpenNetworkOptions = {},
): Promise<FeatureNetwork> {
  const session = await loadModel(bytes, name, threads);
  try {
    const metadata = onnxMetadata(bytes);
    const declared = { ...parseConvention(metadata.get(CONVENTION_KEY) ?? ''), ...convention };
    const input = networkInput(session, name);
    const output = featureOutput(session, name, declared);
    const network = new OnnxNetwork(session, input, declared);
    const { probabilities } = declared;
    const classes = probabilities === undefined ? undefined : outputWidth(session, probabilities, name);
    const text = formatConvention(declared);
    return {
      name: metadata.get(NAME_KEY) ?? basename(name).replace(/\.onnx$/i, ''),
      fingerprint: createHash('sha256').update(bytes).update(`\n${text}`).digest('hex'),
      columns: outputWidth(session, output, name),
      convention: text,
      features: (samples, options) => network.run(output, samples, options),
      ...(probabilities !== undefined &&
        classes !== undefined && {
          classes,
          probabilities: async (samples: SampleSource, options?: FeatureOptions) =>
            requireDistributions(await network.run(probabilities, samples, options), name, probabilities),
        }),
      close: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function featureOutput(session: InferenceSession, name: string, { output }: InputConvention): string {
  const { outputNames } = session;
  if (output === undefined && outputNames.length === 1) return outputNames[0]!;
  if (output !== undefined && outputNames.includes(output)) return output;
  throw usageError(
    `${name} has the outputs ${outputNames.join(', ')}${output === undefined ? '' : ` and no ${output}`}; declare the one with the features, such as output=${outputNames[0]}.`,
  );
}

/** The matrix, checked: every row sums to 1 within float32 rounding. */
function requireDistributions(matrix: Matrix, network: string, output: string): Matrix {
  const { rows, columns, values } = matrix;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += values[row * columns + c]!;
    if (Math.abs(sum - 1) <= 1e-3) continue;
    throw usageError(
      `The output ${output} of ${network} is no distribution: row ${row} sums to ${sum}, not 1; declare the output after the softmax.`,
    );
  }
  return matrix;
}
