/** @file The options that say how a table is read, which several verbs have. */

import type { TableOptions } from '../data/tables/table-options.js';
import { usageError } from '../errors.js';
import type { Arguments, Option } from './verb.js';

/** The options, to be spread among those of a verb. */
export const TABLE_OPTIONS: Readonly<Record<string, Option>> = {
  label: {
    value: 'COLUMN',
    summary: 'table: column (NPZ, HDF5: array; AnnData: of obs) of labels, used for evaluation only',
  },
  key: { value: 'NAME', summary: 'NPZ, HDF5, AnnData: the array, data set or matrix to read' },
  transpose: { summary: 'table: columns are the samples (genes x cells, as 10x files are)' },
  header: {
    value: 'yes|no',
    summary: 'CSV, TSV: whether the first line holds names (default: found out, and told)',
  },
  id: { value: 'COLUMN', summary: 'CSV, Parquet: column that names the rows; no measurement' },
  drop: { value: 'A,B', summary: 'CSV, Parquet: columns that are left out' },
  keep: { value: 'A,B', summary: 'CSV, Parquet: columns that are no measurements and go with their rows' },
  counts: { summary: 'table of counts: read as log2(x + 1) over its largest value' },
};

/** What was given of them. @throws a usage error for a value that is none. */
export function tableOptions(args: Arguments): Pick<
  TableOptions,
  'label' | 'key' | 'header' | 'id' | 'drop' | 'keep'
> & {
  readonly transpose: true | undefined;
  readonly counts: true | undefined;
} {
  const header = args.text('header');
  if (header !== undefined && header !== 'yes' && header !== 'no') {
    throw usageError(`--header is '${header}'; give yes or no.`);
  }
  return {
    header,
    id: args.text('id'),
    drop: args.text('drop'),
    keep: args.text('keep'),
    label: args.text('label'),
    key: args.text('key'),
    transpose: args.flag('transpose') || undefined,
    counts: args.flag('counts') || undefined,
  };
}
