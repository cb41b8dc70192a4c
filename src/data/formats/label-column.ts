/** @file Which column of a table holds labels: by its name or its number. */

import { didYouMean } from '../../did-you-mean.js';
import { usageError } from '../../errors.js';
import type { ReadOptions } from './content.js';

const LABEL_NAMES = new Set(['label', 'class']);
const LISTED = 20;

/**
 * Index of the column of labels: the one asked for, or that of the run's own table where there are more columns than
 * it had, or the one named `label` or `class`, or none.
 *
 * @param header whether the names are the file's own; otherwise they are numbers from 1.
 * @throws MixturaError naming the columns if the one asked for is not there.
 */
export function labelColumn(
  names: readonly string[],
  { label: wanted, former }: Pick<ReadOptions, 'label' | 'former'>,
  header: boolean,
  path: string,
): number | undefined {
  if (wanted === undefined) {
    const before = former?.label !== undefined && names.length > former.columns;
    const found = before ? columnOf(names, former.label!, header) : undefined;
    if (found !== undefined) return found;
    const usual = header ? names.findIndex((name) => LABEL_NAMES.has(name.toLowerCase())) : -1;
    return usual < 0 ? undefined : usual;
  }
  const found = columnOf(names, wanted, header);
  if (found !== undefined) return found;
  throw usageError(
    `${path} has no column ${wanted}${didYouMean(wanted, names)}: its columns are ${names.slice(0, LISTED).join(', ')}.`,
  );
}

/** Index of a column by its name, or by its number from 1. */
function columnOf(names: readonly string[], wanted: string, header: boolean): number | undefined {
  const named = header ? names.indexOf(wanted) : -1;
  if (named >= 0) return named;
  return /^[1-9]\d*$/.test(wanted) && Number(wanted) <= names.length ? Number(wanted) - 1 : undefined;
}
