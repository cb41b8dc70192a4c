/** @file The options that say how a table is read, which several verbs have. */

import { delimiterOf } from '../data/formats/csv/dialect.js';
import { MISSING_WORDS } from '../data/formats/kinds/words.js';
import { MISSING_RULES } from '../data/tables/missing.js';
import type { TableOptions } from '../data/tables/table-options.js';
import { usageError } from '../errors.js';
import type { Arguments, Option } from './verb.js';

/** The options, to be spread among those of a verb. */
export const TABLE_OPTIONS: Readonly<Record<string, Option>> = {
  label: {
    value: 'COLUMN',
    summary:
      'table: column (NPZ, HDF5: array; AnnData: of obs) of labels, used for evaluation, and in training by methods that learn from them',
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
  delimiter: {
    value: 'MARK',
    summary: 'CSV: what parts the cells: , ; | tab or one character (default: found out)',
  },
  decimal: {
    value: ',|.',
    summary: 'CSV: the decimal mark; the other one parts thousands (default: found out where plain)',
  },
  missing: {
    value: 'RULE',
    summary: `table: missing values (${MISSING_WORDS}): median (default, with a column that says so), refuse, or drop-rows`,
  },
  categories: {
    value: 'N',
    summary: 'table: most frequent words of a column that get a column of 0 and 1 each (default 20)',
  },
  counts: { summary: 'table of counts: read as log2(x + 1) over its largest value' },
};

/** What was given of them. @throws a usage error for a value that is none. */
export function tableOptions(args: Arguments): Pick<
  TableOptions,
  'label' | 'key' | 'header' | 'id' | 'drop' | 'keep' | 'delimiter' | 'decimal' | 'missing' | 'categories'
> & {
  readonly transpose: true | undefined;
  readonly counts: true | undefined;
} {
  const header = args.text('header');
  if (header !== undefined && header !== 'yes' && header !== 'no') {
    throw usageError(`--header is '${header}'; give yes or no.`);
  }
  const decimal = args.text('decimal');
  if (decimal !== undefined && decimal !== ',' && decimal !== '.') {
    throw usageError(`--decimal is '${decimal}'; give , or a point.`);
  }
  const missing = MISSING_RULES.find((rule) => rule === args.text('missing'));
  if (missing !== args.text('missing')) {
    throw usageError(`--missing is '${args.text('missing')}'; give median, refuse or drop-rows.`);
  }
  const delimiter = args.text('delimiter');
  if (delimiter !== undefined) delimiterOf(delimiter);
  return {
    delimiter,
    decimal,
    missing,
    categories: args.integer('categories', 1),
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
