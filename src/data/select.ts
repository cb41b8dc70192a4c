/** @file Unequal groups out of labelled data: some classes, at a ratio, or classes merged into groups. */

import { didYouMean } from '../did-you-mean.js';
import { type MixturaError, usageError } from '../errors.js';
import { Stream } from '../math/random.js';
import { type Dataset, subset } from './dataset.js';

/** A selection as it is written on the command line. */
export interface Selection {
  /** Classes by name or number, in the order of their new labels: `0,4`. */
  readonly classes?: string | undefined;
  /** Relative sizes, one a class or group: `7:3`. */
  readonly ratio?: string | undefined;
  /** Classes merged into groups, groups apart by semicolons: `1;8;0,3;2,4,6;5,7,9`. */
  readonly groups?: string | undefined;
  /** Seed of the draw, apart from that of training (default 0). */
  readonly subsetSeed?: number | undefined;
}

/** A selection of named data in words: "classes 0,2 of digits at 7:3"; the name alone where nothing is selected. */
export function selectionWords({
  name,
  classes,
  groups,
  ratio,
}: Selection & { readonly name: string }): string {
  const part =
    groups === undefined ? (classes === undefined ? '' : `classes ${classes} of `) : `groups ${groups} of `;
  return `${part}${name}${ratio === undefined ? '' : ` at ${ratio}`}`;
}

/**
 * The part of a labelled data set that a selection describes; labels become 0..n-1 in the order given, and
 * the held-out split gets the same selection.
 *
 * With a ratio r, group k of n_k available samples keeps floor(u r_k) of them, u = min_k n_k / r_k: all of the
 * group that limits, so that the ratio holds with the most data (classes 0 and 4 of MNIST at 7:3 give 5,923 and
 * 2,538). Which ones are kept is drawn by `subsetSeed`.
 *
 * @throws MixturaError (usage) for an unknown, repeated or empty class, a malformed ratio, or data without labels.
 */
export function select(dataset: Dataset, selection: Selection): Dataset {
  const groups = parseGroups(selection, dataset);
  if (!groups) return dataset;
  const ratio = selection.ratio === undefined ? undefined : parseRatio(selection.ratio, groups.length);
  return pick(dataset, groups, ratio, selection, 'train');
}

/** Sizes floor(u r_k), u = min_k available_k / ratio_k. */
export function sizesAtRatio(available: readonly number[], ratio: readonly number[]): number[] {
  let limit = 0;
  for (let k = 1; k < ratio.length; k++) {
    if (available[k]! * ratio[limit]! < available[limit]! * ratio[k]!) limit = k;
  }
  // One multiplication, then one division, is exact for whole ratios; the factor absorbs what 0.7 : 0.3 rounds.
  return ratio.map((r) => Math.floor(((available[limit]! * r) / ratio[limit]!) * (1 + 1e-12)));
}

/** Reads `7:3` as positive numbers, one a group. */
export function parseRatio(text: string, groups: number): number[] {
  const parts = text.split(':').map((part) => part.trim());
  const ratio = parts.map((part) => (part === '' ? Number.NaN : Number(part)));
  const bad = ratio.findIndex((value) => !(Number.isFinite(value) && value > 0));
  if (bad >= 0) {
    throw usageError(
      `The ratio ${text} has "${parts[bad]}" at place ${bad + 1}: give positive numbers apart by colons, such as 7:3.`,
    );
  }
  if (ratio.length !== groups) {
    throw usageError(
      `The ratio ${text} has ${ratio.length} numbers for ${groups} groups: give one number a class or group.`,
    );
  }
  return ratio;
}

function parseGroups(selection: Selection, dataset: Dataset): number[][] | undefined {
  const { classes, groups } = selection;
  if (classes === undefined && groups === undefined) {
    if (selection.ratio === undefined) return undefined;
    throw usageError(
      `The ratio ${selection.ratio} needs to know of which classes: give --classes or --groups too.`,
    );
  }
  if (classes !== undefined && groups !== undefined) {
    throw usageError('Both classes and groups are given: give only one of --classes and --groups.');
  }
  if (!dataset.labels) {
    throw usageError(
      `${dataset.name} has no labels, so classes cannot be chosen: leave out --classes, --groups.`,
    );
  }
  const words =
    classes !== undefined ? classes.split(',').map((word) => [word]) : groups!.split(';').map(byComma);
  const seen = new Set<number>();
  return words.map((group) =>
    group.map((word) => {
      const found = findClass(word.trim(), dataset);
      if (seen.has(found)) throw usageError(`Class ${word.trim()} is given twice: give each class once.`);
      seen.add(found);
      return found;
    }),
  );
}

const byComma = (text: string): string[] => text.split(',');

/** A class by name, or by number where no name is itself a number. */
function findClass(word: string, dataset: Dataset): number {
  const names = dataset.classNames ?? [];
  const named = names.findIndex((name) => name.toLowerCase() === word.toLowerCase());
  if (named >= 0) return named;
  const numbered = names.some((name) => /^\d+$/.test(name));
  if (!numbered && /^\d+$/.test(word) && Number(word) < names.length) return Number(word);
  const known = names.length > 20 ? `${names.slice(0, 20).join(', ')}, ...` : names.join(', ');
  throw usageError(
    `"${word}" is not a class of ${dataset.name}${didYouMean(word, names)}: the classes are ${known}.`,
  );
}

function pick(
  dataset: Dataset,
  groups: number[][],
  ratio: number[] | undefined,
  selection: Selection,
  split: 'train' | 'test',
): Dataset {
  const classNames = groups.map((group) => group.map((k) => dataset.classNames![k]!).join(' + '));
  const available = groups.map((group) => rowsOf(dataset.labels!, new Set(group)));
  const sizes = ratio
    ? sizesAtRatio(
        available.map((rows) => rows.length),
        ratio,
      )
    : available.map((r) => r.length);
  const empty = sizes.indexOf(0);
  if (empty >= 0) throw emptyClass(dataset, classNames[empty]!, available[empty]!.length, split);
  const stream = Stream.root(selection.subsetSeed ?? 0).fork('subset', split);
  const labelOf = new Map<number, number>();
  sizes.forEach((size, group) => {
    const rows = available[group]!;
    for (const place of stream.fork(group).choice(rows.length, size)) labelOf.set(rows[place]!, group);
  });
  const rows = Uint32Array.from(labelOf.keys()).sort();
  const words = `${selection.classes ?? selection.groups}${selection.ratio ? ` at ${selection.ratio}` : ''}`;
  const test = dataset.test;
  return subset(dataset, rows, {
    name: `${dataset.name} (${words})`,
    labels: Int32Array.from(rows, (row) => labelOf.get(row)!),
    classNames,
    selection: JSON.stringify({ groups, ratio }),
    source: `${dataset.source.replace(/\.$/, '')}; ${classNames.map((n, k) => `${sizes[k]} of ${n}`).join(', ')}.`,
    test: test && (() => pick(test(), groups, ratio, selection, 'test')),
  });
}

/** Rows of the samples whose class is in the group. */
export function rowsOf(labels: Int32Array, group: ReadonlySet<number>): number[] {
  const rows: number[] = [];
  for (let i = 0; i < labels.length; i++) if (group.has(labels[i]!)) rows.push(i);
  return rows;
}

function emptyClass(dataset: Dataset, name: string, available: number, split: string): MixturaError {
  const why = available === 0 ? 'has no samples' : 'would keep no samples at this ratio';
  return usageError(
    `Class ${name} ${why} in the ${split} part of ${dataset.name}: choose other classes or ratios.`,
  );
}
