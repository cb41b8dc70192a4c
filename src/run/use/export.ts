/** @file A trained run as ONNX files that stand alone, each loaded again and compared with the engine's output. */
import { join } from 'node:path';
import { sampleSize } from '../../data/dataset.js';
import { MixturaError } from '../../errors.js';
import { lower } from '../../graph/onnx/lower.js';
import type { TrainedRun } from '../trained.js';
import { compareWithFile } from './export-check.js';
import { metadataOf, mixtureOf } from './export-description.js';
import { requireEmpty, type WriteFile, writeFolder } from './export-folder.js';
import { CHECKED_ROWS, type ExportedNetwork, exportedNetworks } from './export-networks.js';

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

/**
 * Writes generator.onnx (latent -> samples), encoder.onnx (samples -> features), assign.onnx (samples ->
 * probabilities, if the method assigns) and mixture.json. Samples are in the units of the data's own file, column g - 1
 * of the probabilities is group g. Weights are inside the files, the batch axis is free.
 *
 * @param out a new or empty folder; by default `export` in the run folder, which is replaced
 * @throws a MixturaError if a file does not compute what the engine does, in which case none is left
 */
export async function exportRun(trained: TrainedRun, out?: string): Promise<ExportedFile[]> {
  if (out !== undefined) requireEmpty(out, '--out');
  const folder = out ?? trained.folder.exported;
  return writeFolder(folder, (write) => writeNetworks(trained, folder, write));
}

/** The ONNX files and mixture.json of a folder. */
export async function writeNetworks(
  trained: TrainedRun,
  folder: string,
  write: WriteFile,
): Promise<ExportedFile[]> {
  const networks = await exportedNetworks(trained);
  const bound = await boundValues(trained);
  const metadata = metadataOf(trained);
  const files: ExportedFile[] = [];
  for (const network of networks) {
    const { file, input: from, output, expression, documentation } = network;
    const { bytes } = lower({ [output]: expression }, { bound, metadata, documentation });
    const difference = await check(network, write(file, bytes));
    const written = { file: join(folder, file), input: from, output };
    files.push({ ...written, ...(difference !== undefined && { difference }) });
  }
  write('mixture.json', `${JSON.stringify(mixtureOf(trained), null, 1)}\n`);
  return files;
}

/** Every parameter and running statistic, and the further values that `assign` reads. */
async function boundValues({ inference }: TrainedRun): Promise<Map<string, Float32Array>> {
  const bound = new Map(Object.entries(inference.constants));
  for (const [name, { data }] of Object.entries(await inference.session.save())) {
    if (data instanceof Float32Array) bound.set(name, data);
  }
  return bound;
}

/** The largest difference of all rows, and of the first alone; undefined where it cannot be found without ONNX Runtime. */
async function check(network: ExportedNetwork, path: string): Promise<number | undefined> {
  const { given, expected, allowed, file, width } = network;
  let most = 0;
  for (const rows of [1, CHECKED_ROWS]) {
    const part = (values: Float32Array) => values.subarray(0, (rows * values.length) / CHECKED_ROWS);
    const found = await compareWithFile(path, {
      input: network.input,
      output: network.output,
      shape: [rows, ...width],
      given: given.subarray(0, rows * sampleSize(width)),
      expected: part(expected),
      allowed: part(allowed),
    });
    if (found === undefined) return undefined;
    if (!found.equal) throw wrong(file, found.difference, expected);
    most = Math.max(most, found.difference);
  }
  return most;
}

function wrong(file: string, difference: number, expected: Float32Array): MixturaError {
  const reach = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return new MixturaError(
    `${file} does not compute what the trained model does: its output differs by up to ${difference} where values reach ${reach}; nothing was exported, please report this.`,
  );
}
