/** @file Groups without training, of rows in memory or of data known by name or path. */
import type { RunRequest } from '../../config/resolve.js';
import { findGroups as findInDataset } from '../../groups/find.js';
import type { FindOptions } from '../../groups/find-options.js';
import type { GroupFindings } from '../../groups/findings.js';
import { openRequested } from '../data/run-data.js';
import { type Data, isDataset, newDataset } from './data.js';
import { type OptionNames, requireOptions } from './known-options.js';

/** What {@link findGroups} is asked for: how the search goes, and how data that have a name or a path are read. */
export interface FindGroupsOptions extends FindOptions {
  /** How data that are given by name or path are read and selected, such as `{ classes: '0,4', ratio: '7:3' }`. */
  readonly data?: Omit<NonNullable<RunRequest['data']>, 'name'> | undefined;
}

const OPTIONS: OptionNames<FindGroupsOptions> = {
  ...{ groups: true, most: true, views: true, teachers: true, smallest: true, rows: true, featuresOf: true },
  ...{ seed: true, onProgress: true, onFirst: true, onNotice: true, signal: true, data: true },
};

/**
 * Finds the groups of data without training anything, and how far they can be trusted: what `mixtura groups` tells.
 *
 * At most 20,000 rows are looked at, in every view that suits the data (columns standardised, ranks, gradients of images,
 * ...); each view is divided in several ways, and the division that comes back best on subsamples is taken. All other
 * rows are assigned to its groups: by the posterior of its mixture, else by the vote of their 10 nearest rows. Labels are
 * never read. The same rows, options and seed give the same findings.
 *
 * @param data lists or typed arrays, one a row; `{ columns, rows }`; objects with a number for each name; `{ data, shape }`
 * with shape `[n, columns]`, or `[n, height, width]` or `[n, channels, height, width]` for images; a data set that is
 * open; a name or path
 * @throws a MixturaError for data that cannot be read, fewer than three rows, or rows that are all equal; a usage error for
 * options that are not valid, or name a view or teacher that there is not; the reason of the signal, once it is aborted
 *
 * @example
 * const rows = Array.from({ length: 400 }, (_, i) => [(i % 4 === 0 ? 8 : 0) + Math.sin(5 * i), Math.sin(i), Math.cos(3 * i)]);
 * const found = await findGroups(rows, { groups: 2, views: ['standardised'] });
 * found.groups.map(({ rows }) => rows); // => [300, 100]
 * found.rows.group[0]; // => 2
 */
export async function findGroups(data: Data, options: FindGroupsOptions = {}): Promise<GroupFindings> {
  requireOptions(options, OPTIONS);
  const { data: reading, ...search } = options;
  if (typeof data === 'string') {
    const listeners = { onNotice: search.onNotice };
    return findInDataset(await openRequested({ ...reading, name: data }, listeners), search);
  }
  if (isDataset(data)) return findInDataset(data, search);
  return findInDataset(newDataset(data, { scaling: 'standardize', notice: search.onNotice }), search);
}
