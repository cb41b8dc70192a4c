/** @file A trained run as ONNX files that stand alone, each loaded again and compared with the engine's output. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { requireWritable, type StagedFile, stageFile, writeError } from '../../atomic-file.js';
import { arrayDataset, sampleSize } from '../../data/dataset.js';
import { MixturaError, usageError } from '../../errors.js';
import { lower } from '../../graph/onnx/lower.js';
import { input, type Tensor } from '../../graph/tensor.js';
import { VERSION } from '../../version.js';
import { folderTarget } from '../../write-target.js';
import type { TrainedRun } from '../trained.js';
import { compareWithFile } from './export-check.js';

/** Name of the batch axis: any number of rows. */
const BATCH = 'N';
/** Rows that are compared; the first of them alone, too. */
const CHECKED_ROWS = 7;
/** Largest difference that is rounding, relative to the largest value. */
const TOLERANCE = 1e-5;

/** An ONNX file that was written and checked. */
export interface ExportedFile {
  /** Path of the file. */
  readonly file: string;
  /** Name of its one input. */
  readonly input: string;
  /** Name of its one output. */
  readonly output: string;
  /** Largest absolute difference between the file's output and the engine's; absent where ONNX Runtime is. */
  readonly difference?: number;
}

interface ExportedNetwork {
  readonly file: string;
  readonly input: string;
  readonly width: readonly number[];
  readonly output: string;
  readonly expression: Tensor;
  /** What goes in and what must come out. */
  readonly given: Float32Array;
  readonly expected: Float32Array;
}

/**
 * Writes generator.onnx (latent -> samples), encoder.onnx (samples -> features), assign.onnx (samples ->
 * probabilities, if the method assigns) and mixture.json. Weights are inside the files, the batch axis is free.
 *
 * @param out a new or empty folder; by default `export` in the run folder, which is replaced
 * @throws a MixturaError if a file does not compute what the engine does, in which case none is left
 */
export async function exportRun(trained: TrainedRun, out?: string): Promise<ExportedFile[]> {
  const folder = out ?? trained.folder.exported;
  if (out !== undefined) requireEmpty(out);
  const made = makeFolder(folder);
  requireWritable(join(folder, 'mixture.json'));
  const staged: StagedFile[] = [];
  const write = (name: string, content: string | Uint8Array) => {
    const file = stageFile(join(folder, name), content);
    staged.push(file);
    return file.temporary;
  };
  try {
    const networks = await exportedNetworks(trained);
    const bound = await boundValues(trained);
    const files: ExportedFile[] = [];
    for (const network of networks) {
      const { file, input: from, output, expression } = network;
      const { bytes } = lower({ [output]: expression }, { bound, metadata: metadataOf(trained) });
      const difference = await check(network, write(file, bytes));
      const written = { file: join(folder, file), input: from, output };
      files.push({ ...written, ...(difference !== undefined && { difference }) });
    }
    write('mixture.json', `${JSON.stringify(mixtureOf(trained), null, 1)}\n`);
    for (const file of staged) file.commit();
    return files;
  } catch (cause) {
    for (const file of staged) file.discard();
    if (made && readdirSync(folder).length === 0) rmdirSync(folder);
    throw cause;
  }
}

function requireEmpty(folder: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw usageError(`The output folder ${folder} exists and is not empty; choose another --out.`);
  }
}

/** Makes the folder, before the work whose result goes there; whether it is new. */
function makeFolder(folder: string): boolean {
  try {
    return mkdirSync(folderTarget(folder), { recursive: true }) !== undefined;
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

async function exportedNetworks({ inference, run }: TrainedRun): Promise<ExportedNetwork[]> {
  const { prior, stream } = inference;
  const { generate, features, assign } = inference.graphs;
  const { shape } = run.dataset;
  const { z } = prior.sample(CHECKED_ROWS, stream.fork('export'));
  const given = await inference.generate(z);
  const latents = { input: 'latent', width: [prior.width], given: Float32Array.from(z) };
  const samples = { input: 'samples', width: shape, given };
  const leaf = input('samples', [BATCH, ...shape]);
  const networks: ExportedNetwork[] = [
    {
      ...latents,
      file: 'generator.onnx',
      output: 'samples',
      expression: generate(input('latent', [BATCH, prior.width])),
      expected: given,
    },
    {
      ...samples,
      file: 'encoder.onnx',
      output: 'features',
      expression: features(leaf),
      expected: await inference.featuresOf(given),
    },
  ];
  if (!assign) return networks;
  const { name, kind, range, source } = run.dataset;
  const data = arrayDataset({ name, kind, shape, range, source, values: given });
  const expected = await inference.assign(
    data,
    Array.from({ length: CHECKED_ROWS }, (_, i) => i),
  );
  networks.push({
    ...samples,
    file: 'assign.onnx',
    output: 'probabilities',
    expression: assign(leaf),
    expected,
  });
  return networks;
}

/** Every parameter and running statistic, and the further values that `assign` reads. */
async function boundValues({ inference }: TrainedRun): Promise<Map<string, Float32Array>> {
  const bound = new Map(Object.entries(inference.constants));
  for (const [name, { data }] of Object.entries(await inference.session.save())) {
    if (data instanceof Float32Array) bound.set(name, data);
  }
  return bound;
}

/** The largest difference; undefined where it cannot be found without ONNX Runtime. */
async function check(network: ExportedNetwork, path: string): Promise<number | undefined> {
  const { given, expected, file, width } = network;
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let difference = 0;
  for (const rows of [1, CHECKED_ROWS]) {
    const found = await compareWithFile(path, {
      input: network.input,
      output: network.output,
      shape: [rows, ...width],
      given: given.subarray(0, rows * sampleSize(width)),
      expected: expected.subarray(0, (rows * expected.length) / CHECKED_ROWS),
    });
    if (found === undefined) return undefined;
    difference = Math.max(difference, found);
  }
  if (difference <= TOLERANCE * scale) return difference;
  throw new MixturaError(
    `${file} does not compute what the trained model does: its output differs by ${difference} where values reach ${scale}; nothing was exported, please report this.`,
  );
}

function metadataOf({ run, step }: TrainedRun): Record<string, string> {
  return {
    version: VERSION,
    method: run.method,
    data: run.dataset.name,
    fingerprint: run.dataset.fingerprint,
    step: String(step),
  };
}

/** What the exported networks do not hold: how latents are drawn, and which values the data have. */
function mixtureOf({ run, step, inference }: TrainedRun): object {
  const { components, width, mixing, means, covariances } = inference.prior;
  return {
    version: VERSION,
    method: run.method,
    seed: run.seed,
    step,
    components,
    width,
    mixing: Array.from(mixing),
    means: rows(means, width),
    covariances: rows(covariances, width * width).map((matrix) => rows(matrix, width)),
    dataset: run.dataset,
    inputs: {
      latent: `[N, ${width}]: a draw from a component's Gaussian`,
      samples: `[N, ${run.dataset.shape.join(', ')}]: ${INTERVALS[run.dataset.range]}${run.dataset.columns ? ', in the order of dataset.columns' : ''}`,
    },
  };
}

const INTERVALS = {
  unit:
    'values in [0, 1], which are stored bytes / dataset.maximum where that is given, and ' +
    'log2(count + 1) / log2(dataset.largestCount + 1) where that is given',
  signed: 'values in [-1, 1]',
  real: 'values (x - dataset.scaling.shift) / dataset.scaling.scale where that is given, else as they are',
} as const;

function rows(values: ArrayLike<number>, length: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / length }, (_, i) => all.slice(i * length, (i + 1) * length));
}
