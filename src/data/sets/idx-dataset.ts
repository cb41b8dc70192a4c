/** @file Data sets from IDX files: images with the labels that lie beside them. */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MixturaError } from '../../errors.js';
import { arrayDataset, type Dataset } from '../dataset.js';
import { readIdx } from '../formats/idx.js';
import { isSparse } from '../formats/sparse.js';
import type { TableOptions } from '../tables/table-options.js';
import { inUnits } from '../tables/units.js';

/** Which files {@link idxDataset} reads, and how the data set is described. */
export interface IdxDatasetOptions {
  readonly name: string;
  readonly images: string;
  readonly labels?: string | undefined;
  /** Stored value that becomes 1 (default 255), where the file is of a known set. */
  readonly maximum?: number | undefined;
  /** How the values of any other file are read: as those of a table or array of another format. */
  readonly reading?: TableOptions | undefined;
  readonly classNames?: readonly string[] | undefined;
  readonly source: string;
  readonly test?: (() => Dataset) | undefined;
}

/**
 * A data set of an IDX file of bytes: three dimensions are grey images `[1, h, w]`, four are `[c, h, w]`,
 * two a table of features; values are divided by `maximum`, or read as `reading` says.
 *
 * @throws MixturaError if a file is bad, or images and labels are not equally many.
 */
export function idxDataset(options: IdxDatasetOptions): Dataset {
  const { name, images, maximum = 255, reading, source, test } = options;
  const { shape, data } = readIdx(images);
  if (shape.length < 2 || shape.length > 4) {
    throw new MixturaError(
      `${images} has ${shape.length} dimension(s), so it does not hold samples: give the images file (idx3).`,
    );
  }
  const labels = options.labels === undefined ? undefined : readLabels(options.labels, images, shape[0]!);
  const classNames = labels && (options.classNames ?? numberedClasses(labels));
  if (labels && classNames) checkLabels(labels, classNames, options.labels!);
  const sample = shape.length === 3 ? [1, ...shape.slice(1)] : shape.slice(1);
  const units = reading
    ? inUnits(images, reading, sample, data)
    : ({ range: 'unit', maximum, values: data } as const);
  return arrayDataset({
    ...units,
    values: isSparse(units.values) ? data : units.values,
    name,
    kind: shape.length === 2 ? 'table' : 'image',
    shape: sample,
    labels,
    classNames,
    source,
    test,
  });
}

/**
 * The labels file that belongs to an images file by name (`train-images-idx3-ubyte.gz` has
 * `train-labels-idx1-ubyte.gz`, zipped or not), if it is there.
 */
export function labelsBeside(images: string): string | undefined {
  const name = basename(images);
  const labels = name.replace(/images|features/, 'labels').replace(/idx[234]/, 'idx1');
  return labels === name ? undefined : findZippedOrNot(join(dirname(images), labels));
}

/** The held-out images file that belongs to a `train-` file by name (`t10k-` or `test-`), if it is there. */
export function testBeside(images: string): string | undefined {
  const name = basename(images);
  if (!name.startsWith('train-')) return undefined;
  for (const prefix of ['t10k-', 'test-']) {
    const found = findZippedOrNot(join(dirname(images), name.replace('train-', prefix)));
    if (found) return found;
  }
  return undefined;
}

/** The path itself if the file is there, else the same with or without `.gz`. */
export function findZippedOrNot(path: string): string | undefined {
  const other = path.endsWith('.gz') ? path.slice(0, -3) : `${path}.gz`;
  return [path, other].find((candidate) => existsSync(candidate));
}

function readLabels(path: string, images: string, count: number): Int32Array {
  const { shape, data } = readIdx(path, 1);
  if (shape[0] !== count) {
    throw new MixturaError(
      `${path} has ${shape[0]} labels but ${images} has ${count} samples: put the two files of the same set together.`,
    );
  }
  return Int32Array.from(data);
}

function numberedClasses(labels: Int32Array): string[] {
  let classes = 0;
  for (const label of labels) classes = Math.max(classes, label + 1);
  return Array.from({ length: classes }, (_, k) => String(k));
}

function checkLabels(labels: Int32Array, classNames: readonly string[], path: string): void {
  const row = labels.findIndex((label) => label >= classNames.length);
  if (row >= 0) {
    throw new MixturaError(
      `${path} has label ${labels[row]} at row ${row + 1}, beyond the ${classNames.length} classes: get the file again.`,
    );
  }
}
