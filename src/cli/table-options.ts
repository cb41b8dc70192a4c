/** @file The options that say how a table is read, which several verbs have. */
import type { TableOptions } from '../data/tables/table.js';
import type { Arguments, Option } from './verb.js';

/** The options, to be spread among those of a verb. */
export const TABLE_OPTIONS: Readonly<Record<string, Option>> = {
  label: {
    value: 'COLUMN',
    summary: 'table: column (NPZ, HDF5: array; AnnData: of obs) of labels, used for evaluation only',
  },
  key: { value: 'NAME', summary: 'NPZ, HDF5, AnnData: the array, data set or matrix to read' },
  transpose: { summary: 'table: columns are the samples (genes x cells, as 10x files are)' },
  counts: { summary: 'table of counts: read as log2(x + 1) over its largest value' },
};

/** What was given of them. */
export function tableOptions(args: Arguments): Pick<TableOptions, 'label' | 'key'> & {
  readonly transpose: true | undefined;
  readonly counts: true | undefined;
} {
  return {
    label: args.text('label'),
    key: args.text('key'),
    transpose: args.flag('transpose') || undefined,
    counts: args.flag('counts') || undefined,
  };
}
