/** @file NumPy's .npz: a zip archive of arrays, of which one holds the samples and another, perhaps, their labels. */

import { MixturaError, usageError } from '../../errors.js';
import { foreignZip } from '../foreign-files.js';
import { type ArrayEntry, chooseLabels, chooseSamples, heldOut, listed } from './choose-array.js';
import type { Content, FoundLabels, ReadOptions } from './content.js';
import { readBytes } from './idx.js';
import { encodeLabels } from './labels.js';
import { parseNpy, parseNpyHeader, parseNpyWords } from './npy.js';
import { startOfEntry, unzipEntry, type ZipEntry, zipEntries } from './zip.js';

interface NpzArray {
  readonly name: string;
  readonly shape: readonly number[] | undefined;
  readonly entry: ZipEntry;
}

/**
 * Reads the array `key` of an .npz file, as `numpy.savez` and `savez_compressed` write them; without `key` the only
 * array of two dimensions or more, or that of a usual name (`x`, `x_train`, `data`, `images`, `arr_0`). Labels come
 * from the array `label`, or `y`, `y_train`, `labels`, and `x_test` is held out where `x_train` is read.
 *
 * @throws MixturaError naming the file if it is missing, truncated, damaged, claims sizes beyond its own, or has no
 * such array.
 */
export function readNpz(path: string, options: ReadOptions = {}): Content {
  return parseNpz(readBytes(path), path, options);
}

/** {@link readNpz} of bytes already in memory; `path` names them in errors. */
export function parseNpz(bytes: Uint8Array, path: string, options: ReadOptions = {}): Content {
  const entries = zipEntries(bytes, path);
  const arrays = entries.flatMap((entry) => arrayOf(bytes, entry, path));
  if (arrays.length === 0) {
    throw new MixturaError(
      foreignZip(
        path,
        entries.map(({ name }) => name),
      ),
    );
  }
  const samples = chooseSamples(arrays, options, path);
  const held = heldOut(arrays, samples.name);
  const content = (array: NpzArray, choice: ReadOptions): Content => {
    const { shape, data } = parseNpy(unzipEntry(bytes, array.entry, path), `${path} (${array.name})`);
    return { shape, values: data, part: `array ${array.name}`, labels: labelsOf(array.name, choice) };
  };
  const labelsOf = (name: string, choice: ReadOptions): FoundLabels | undefined => {
    const found = chooseLabels(arrays, name, choice, path);
    if (found === undefined) return undefined;
    if (found.name === name) {
      throw usageError(`${path} has ${name} as samples, not as labels; there is ${listed(arrays)}.`);
    }
    const where = `${path} (${found.name})`;
    const words = parseNpyWords(unzipEntry(bytes, found.entry, path), where);
    return { ...encodeLabels(words, where), from: found.name, asked: choice.label !== undefined };
  };
  return { ...content(samples, options), ...(held && { test: () => content(held, {}) }) };
}

/** The arrays of an .npz file, with their sizes. @throws MixturaError as {@link readNpz} does. */
export function npzArrays(path: string): ArrayEntry[] {
  const bytes = readBytes(path);
  const arrays = zipEntries(bytes, path).flatMap((entry) => arrayOf(bytes, entry, path));
  return arrays.map(({ name, shape }) => ({ name, shape }));
}

function arrayOf(bytes: Uint8Array, entry: ZipEntry, path: string): NpzArray[] {
  if (!entry.name.endsWith('.npy')) return [];
  const name = entry.name.slice(0, -4);
  const { shape } = parseNpyHeader(startOfEntry(bytes, entry, path), `${path} (${name})`);
  return [{ name, shape, entry }];
}
