/** @file Which column of a table holds labels: by its name or its number. */

import { didYouMean } from '../../did-you-mean.js';
import { usageError } from '../../errors.js';
import type { ReadOptions } from './content.js';

/** Names, in small letters, under which labels are found without being asked for, in all formats. */
export const LABEL_NAMES = [
  ...['y', 'labels', 'label', 'targets', 'target', 'classes', 'class'],
  // The last column of samples that were written as a table.
  ...['group', 'mixtura_group'],
];
/** The names of runs of version 0.1.0. */
const FIRST_NAMES: readonly string[] = ['label', 'class'];
const LISTED = 20;

/** Whether a column is of labels by its name; `y` beside `x` is a coordinate. */
export function isLabelName(name: string, names: readonly string[]): boolean {
  const small = name.toLowerCase();
  if (small === 'y' && names.some((other) => /^[xz]$/i.test(other))) return false;
  return LABEL_NAMES.includes(small);
}

/**
 * Index of the column of labels: the one asked for, or that of the run's own table where there are more columns than
 * it had, or one of a usual name ({@link LABEL_NAMES}), or none. What the run was trained on is no label.
 *
 * @param header whether the names are the file's own; otherwise they are numbers from 1.
 * @throws MixturaError naming the columns if the one asked for is not there.
 */
export function labelColumn(
  names: readonly string[],
  { label: wanted, former, reading }: Pick<ReadOptions, 'label' | 'former' | 'reading'>,
  header: boolean,
  path: string,
): number | undefined {
  if (wanted === undefined) {
    const before =
      former?.label !== undefined &&
      (names.length > former.columns || (former.names !== undefined && names.includes(former.label)));
    const found = before ? columnOf(names, former.label!, header) : undefined;
    const trained = header && found !== undefined && former!.names?.includes(names[found]!);
    if (found !== undefined && !trained) return found;
    return header ? usualLabel(names, { former, reading }) : undefined;
  }
  const found = columnOf(names, wanted, header);
  if (found !== undefined) return found;
  throw usageError(
    `${path} has no column ${wanted}${didYouMean(wanted, names)}: its columns are ${names.slice(0, LISTED).join(', ')}.`,
  );
}

/** Index of the column whose name is one that labels usually have. */
export function usualLabel(
  names: readonly string[],
  { former, reading }: Pick<ReadOptions, 'former' | 'reading'>,
): number | undefined {
  const trained = new Set(former?.names);
  const is = (wanted: readonly string[]) =>
    names.findIndex((name) => wanted.includes(name.toLowerCase()) && !trained.has(name));
  const plain = is(FIRST_NAMES);
  if (plain >= 0) return plain;
  // Without names only the number of columns tells whether the run took this one for a measurement.
  if (reading === 1 || (former && !former.names && names.length <= former.columns)) return undefined;
  const others = LABEL_NAMES.filter((name) =>
    names.some((other) => isLabelName(other, names) && other.toLowerCase() === name),
  );
  const found = others.map((name) => is([name])).find((at) => at >= 0);
  return found;
}

/** Index of a column by its name, or by its number from 1. */
export function columnOf(names: readonly string[], wanted: string, header: boolean): number | undefined {
  const named = header ? names.indexOf(wanted) : -1;
  if (named >= 0) return named;
  return /^[1-9]\d*$/.test(wanted) && Number(wanted) <= names.length ? Number(wanted) - 1 : undefined;
}
