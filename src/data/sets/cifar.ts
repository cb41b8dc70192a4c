/** @file CIFAR-10 in its publisher's binary form: records of one label byte and 3 x 32 x 32 colour bytes. */

import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MixturaError } from '../../errors.js';
import type { Dataset } from '../dataset.js';
import { type FilePiece, fileDataset, readFully } from '../file-dataset.js';

const SHAPE = [3, 32, 32];
const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;
const TRAIN = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
const TEST = 'test_batch.bin';
const NAMES = 'batches.meta.txt';
const CHUNK_RECORDS = 1000;

/** The files of a folder of CIFAR-10, in the order in which they are read. */
export const CIFAR_FILES: readonly string[] = [...TRAIN, TEST, NAMES];

/** Classes 0..9, where the folder does not name them. */
export const CIFAR_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** Whether a folder holds batches of CIFAR-10 in binary form. */
export function isCifarFolder(folder: string): boolean {
  return [...TRAIN, TEST].some((file) => isFile(join(folder, file)));
}

/**
 * CIFAR-10 from the folder `cifar-10-batches-bin`: five batches for training, `test_batch.bin` held out (if it is
 * there), images [3, 32, 32] (red, green, blue planes), bytes / 255 in [0, 1]. The values stay in the files.
 *
 * @throws MixturaError if a batch is missing, does not consist of whole records, or has a label beyond the classes.
 */
export function cifarDataset(folder: string): Dataset {
  const missing = TRAIN.filter((file) => !isFile(join(folder, file)));
  if (missing.length > 0) {
    throw new MixturaError(
      `${folder} has batches of CIFAR-10 but lacks ${missing.join(', ')}: put the files of cifar-10-binary.tar.gz there.`,
    );
  }
  const classNames = readNames(folder);
  const open = (files: readonly string[], part: string, test?: () => Dataset): Dataset => {
    const pieces = files.map((file) => piece(join(folder, file)));
    return fileDataset({
      name: 'cifar-10',
      kind: 'image',
      shape: SHAPE,
      range: 'unit',
      maximum: 255,
      type: 'uint8',
      pieces,
      labels: readLabels(pieces, classNames.length),
      classNames,
      source: `CIFAR-10 colour images (Krizhevsky, 2009), ${part} part.`,
      test,
    });
  };
  const held = isFile(join(folder, TEST)) ? () => open([TEST], 'test') : undefined;
  return open(TRAIN, 'train', held);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function piece(path: string): FilePiece {
  const bytes = statSync(path).size;
  if (bytes === 0) throw new MixturaError(`${path} is empty: get the file again.`);
  if (bytes % RECORD !== 0) {
    throw new MixturaError(
      `${path} has ${bytes} bytes, which are no whole records of ${RECORD} (a batch of CIFAR-10 has 30730000): get the file again.`,
    );
  }
  return { path, bytes, offset: 1, stride: RECORD, rows: bytes / RECORD };
}

function readLabels(pieces: readonly FilePiece[], classes: number): Int32Array {
  const labels = new Int32Array(pieces.reduce((sum, { rows }) => sum + rows, 0));
  const chunk = new Uint8Array(CHUNK_RECORDS * RECORD);
  let at = 0;
  for (const { path, rows } of pieces) {
    const fd = opened(path);
    try {
      for (let row = 0; row < rows; row += CHUNK_RECORDS) {
        const n = Math.min(CHUNK_RECORDS, rows - row);
        readFully(fd, chunk.subarray(0, n * RECORD), row * RECORD, path);
        for (let i = 0; i < n; i++) {
          const label = chunk[i * RECORD]!;
          if (label >= classes) throw badLabel(path, row + i, label, classes);
          labels[at++] = label;
        }
      }
    } finally {
      closeSync(fd);
    }
  }
  return labels;
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new MixturaError(`${path} cannot be read (${(cause as Error).message}): check its permissions.`, {
      cause,
    });
  }
}

function badLabel(path: string, row: number, label: number, classes: number): MixturaError {
  return new MixturaError(
    `${path} has label ${label} at record ${row + 1}, beyond the ${classes} classes: it is no batch of CIFAR-10 or damaged; get it again.`,
  );
}

/** Names of the classes, one a line; the published ones where there is no such file. */
function readNames(folder: string): readonly string[] {
  const path = join(folder, NAMES);
  if (!isFile(path)) return CIFAR_CLASSES;
  if (statSync(path).size > 4096) throw badNames(path, 'is too long');
  const names = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (names.length !== CIFAR_CLASSES.length) throw badNames(path, `has ${names.length} names`);
  return names;
}

function badNames(path: string, what: string): MixturaError {
  return new MixturaError(
    `${basename(path)} in ${path.slice(0, -NAMES.length - 1)} ${what} where 10 classes, one a line, are expected: get it again or remove it.`,
  );
}
