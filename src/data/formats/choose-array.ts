/** @file Which of the arrays of a file are samples, which labels, and which held out: by name. */

import { didYouMean } from '../../did-you-mean.js';
import { MixturaError, usageError } from '../../errors.js';
import type { ReadOptions } from './content.js';
import { LABEL_NAMES } from './label-column.js';

/** An array of a file, before it is read. */
export interface ArrayEntry {
  readonly name: string;
  /** Nothing where the sizes cannot be known. */
  readonly shape?: readonly number[] | undefined;
}

const SAMPLES = ['x', 'x_train', 'train_x', 'train_images', 'data', 'images', 'features', 'arr_0'];
const LISTED = 20;

/**
 * The array of samples: the one that is asked for, or the only one of two dimensions or more, or the first of
 * `x`, `x_train`, `data`, `images`, ... that is there.
 *
 * @throws MixturaError naming the arrays that are there if none of this holds.
 */
export function chooseSamples<Entry extends ArrayEntry>(
  entries: readonly Entry[],
  { key, former }: ReadOptions,
  path: string,
): Entry {
  if (key !== undefined) return named(entries, key, path, '--key');
  const before = entries.find(({ name }) => name === former?.key);
  if (before) return before;
  const matrices = entries.filter(({ shape }) => shape !== undefined && shape.length >= 2);
  const candidates = matrices.filter(({ name }) => !isLabel(baseName(name)));
  if (candidates.length === 1) return candidates[0]!;
  for (const wanted of SAMPLES) {
    const found = candidates.find(({ name }) => baseName(name) === wanted);
    if (found) return found;
  }
  if (candidates.length === 0) {
    throw new MixturaError(
      `${path} has no array of samples, of two dimensions or more; there is ${listed(entries)}: give another file.`,
    );
  }
  throw usageError(`${path} has several arrays, ${listed(entries)}: say which one to read by --key.`);
}

/** The array of labels that is asked for, or else the one that belongs to the samples by its name, if there is one. */
export function chooseLabels<Entry extends ArrayEntry>(
  entries: readonly Entry[],
  samples: string,
  { label }: ReadOptions,
  path: string,
): Entry | undefined {
  if (label !== undefined) return named(entries, label, path, '--label');
  const base = baseName(samples);
  const own = [
    base.replace('x', 'y'),
    base.replace(/images|features|data/, 'labels'),
    base.replace(/^(train|test)_.*/, '$1_labels'),
  ];
  const names = [...own.filter((name) => name !== base), ...(base.includes('test') ? [] : LABEL_NAMES)];
  for (const wanted of names) {
    const found = entries.find(
      ({ name, shape }) =>
        baseName(name) === wanted &&
        folder(name) === folder(samples) &&
        shape !== undefined &&
        isColumn(shape),
    );
    if (found) return found;
  }
  return undefined;
}

/** The held-out array that belongs to the samples by its name (`x_test` to `x_train`), if it is there. */
export function heldOut<Entry extends ArrayEntry>(
  entries: readonly Entry[],
  samples: string,
): Entry | undefined {
  const wanted = samples.replace('train', 'test').replace('Train', 'Test');
  return wanted === samples ? undefined : entries.find(({ name }) => name === wanted);
}

/** Arrays with their sizes, for an error. */
export function listed(entries: readonly ArrayEntry[]): string {
  if (entries.length === 0) return 'nothing';
  const texts = entries
    .slice(0, LISTED)
    .map(({ name, shape }) => (shape === undefined ? name : `${name} (${shape.join(' x ') || 'one value'})`));
  return texts.join(', ') + (entries.length > LISTED ? `, and ${entries.length - LISTED} more` : '');
}

function named<Entry extends ArrayEntry>(
  entries: readonly Entry[],
  wanted: string,
  path: string,
  option: string,
): Entry {
  const plain = wanted.replace(/^\/+/, '');
  const found = entries.find(({ name }) => name === plain);
  if (found) return found;
  const names = entries.map(({ name }) => name);
  throw usageError(
    `${path} has no ${wanted}${meant(wanted, names)}; there is ${listed(entries)}: give one of them as ${option}.`,
  );
}

/** ` (did you mean X?)`: the name that ends with the word, as `obsm/X_pca` with `X_pca` or `pca`; else the nearest. */
export function meant(word: string, names: readonly string[]): string {
  const small = baseName(word);
  const found = names.find((name) => [small, `x_${small}`].includes(baseName(name)));
  return found === undefined ? didYouMean(word, names) : ` (did you mean ${found}?)`;
}

function isLabel(name: string): boolean {
  return (LABEL_NAMES as readonly string[]).includes(name);
}

function isColumn(shape: readonly number[]): boolean {
  return shape.length >= 1 && shape.slice(1).every((n) => n === 1);
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).toLowerCase();
}

function folder(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}
