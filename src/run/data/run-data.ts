/** @file The data of a run: opened as they are asked for, and opened again. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type RunRequest, resolveRequest } from '../../config/resolve.js';
import type { ResolvedRun } from '../../config/schema.js';
import type { Dataset } from '../../data/dataset.js';
import { withLabelPaths } from '../../data/labels/spec.js';
import { DATASET_NAMES, type OpenOptions, openDataset } from '../../data/sets/open.js';
import { unitParts } from '../../data/value-units.js';
import { MixturaError } from '../../errors.js';
import { methodNamed } from '../../methods/index.js';

/** Functions that are called while data are opened. */
export interface DataListeners {
  /** Called while a file is downloaded, with what has arrived. */
  readonly onDownload?: OpenOptions['progress'];
  /** Called with a sentence on what the reader of a file should know. */
  readonly onNotice?: OpenOptions['notice'];
}

/**
 * Opens the data that a run of this request would be trained on, with the selection of its preset. Images that do
 * not decode are left out, however many they are: nothing is trained on the rest.
 *
 * @throws a MixturaError for data that cannot be opened, or options that are not valid
 */
export function openRequested(
  data: NonNullable<RunRequest['data']>,
  listeners: DataListeners = {},
  how: Pick<OpenOptions, 'allColumns'> = {},
): Promise<Dataset> {
  return openRunData(
    resolveRequest({ data }, (name) => methodNamed(name).settings),
    listeners,
    { ...how, scaling: 'standardize', unreadable: 'any' },
  );
}

/** The name of data that a program gave as arrays: they are in no file. */
export const IN_MEMORY = '(in memory)';

/** The paths of files of labels made absolute; other labels as they are. */
export function absoluteLabels(labels: string): string {
  return withLabelPaths(labels, (file) => path.resolve(file));
}

/** The path of a data file made absolute; the name of a data set, or of nothing that is there, as it is. */
export function absoluteName(name: string): string {
  return DATASET_NAMES.includes(name) || !existsSync(name) ? name : path.resolve(name);
}

/** Opens a run's data again. @throws a MixturaError if it is no longer the same. */
export async function reopenData(run: ResolvedRun, listeners: DataListeners = {}): Promise<Dataset> {
  const { scaling, reading = 1, coding = 'none' } = run.dataset;
  if (run.data.name === IN_MEMORY) {
    throw new MixturaError(
      'The data of this run were arrays in the memory of a program, so they cannot be read again; train on a file to go on with a run, or to score it.',
    );
  }
  const dataset = await openRunData(run, listeners, {
    scaling: scaling ?? 'standardize',
    reading,
    coding,
  });
  if (dataset.fingerprint !== run.dataset.fingerprint) {
    throw new MixturaError(
      `The data ${run.data.name} has changed since the run began (fingerprint ${dataset.fingerprint.slice(0, 12)}, was ${run.dataset.fingerprint.slice(0, 12)}); put the old data back.`,
    );
  }
  return dataset;
}

/** Opens a run's data with images of another size, row by row the same. */
export function openSized(run: ResolvedRun, size: string, listeners: DataListeners = {}): Promise<Dataset> {
  return openRunData({ data: { ...run.data, size } }, listeners);
}

/** Whether a name is neither a data set nor a path of anything. */
export function isGone(name: string): boolean {
  return !DATASET_NAMES.includes(name) && !existsSync(name);
}

/** Opens the data of a run. @throws a MixturaError for data that cannot be opened */
export function openRunData(
  { data }: Pick<ResolvedRun, 'data'>,
  { onDownload, onNotice }: DataListeners,
  how: Pick<OpenOptions, 'scaling' | 'reading' | 'coding' | 'unreadable' | 'allColumns'> = {
    scaling: 'standardize',
  },
): Promise<Dataset> {
  const { name, classes, ratio, groups, label, key, transpose, counts, size, crop, color, subsetSeed } = data;
  const { header, id, drop, keep, delimiter, decimal, missing, categories, background } = data;
  // What is not there has no kind, so no option can be wrong for it.
  if (isGone(name)) return openDataset(name);
  return openDataset(name, {
    classes,
    ratio,
    groups,
    label,
    key,
    transpose,
    counts,
    size,
    crop,
    color,
    background,
    subsetSeed,
    header,
    id,
    drop,
    keep,
    delimiter,
    decimal,
    missing,
    categories,
    ...how,
    ...(onDownload && { progress: onDownload }),
    ...(onNotice && { notice: onNotice }),
  });
}

/** What a run keeps of its data. */
export function describeData(dataset: Dataset): ResolvedRun['dataset'] {
  const { name, source, count, shape, kind, range, fingerprint } = dataset;
  return {
    name,
    source,
    count,
    shape,
    kind,
    range,
    fingerprint,
    ...unitParts(dataset),
    reading: 2,
  };
}
