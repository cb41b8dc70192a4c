/** @file From a request to a run that can start: opens the data, completes and checks the settings. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type RunRequest, resolveRequest } from '../config/resolve.js';
import type { ResolvedRun, RunConfig } from '../config/schema.js';
import { classCounts, type Dataset } from '../data/dataset.js';
import { DATASET_NAMES, type OpenOptions, openDataset } from '../data/sets/open.js';
import { unitParts } from '../data/value-units.js';
import { MixturaError, usageError } from '../errors.js';
import type { MethodDefinition } from '../method/method.js';
import { methodNamed, methodNames } from '../methods/index.js';
import { VERSION } from '../version.js';
import { openProbes, type RunProbes, requireGroupsFor } from './labels/probes.js';

/** A run that can start: its complete settings, its method, and its data, opened. */
export interface PreparedRun {
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
  readonly dataset: Dataset;
  /** Marked examples of groups, where some were given. */
  readonly probes?: RunProbes | undefined;
}

/** Functions that are called while data are opened. */
export interface DataListeners {
  /** Called while a file is downloaded, with what has arrived. */
  readonly onDownload?: OpenOptions['progress'];
  /** Called with a sentence on what the reader of a file should know. */
  readonly onNotice?: OpenOptions['notice'];
}

/** Opens the data and resolves every setting. @throws a MixturaError for data or settings that are not valid. */
export async function prepareRun(
  request: RunRequest,
  listeners: DataListeners = {},
  probesFor?: (dataset: Dataset) => Promise<RunProbes | undefined>,
): Promise<PreparedRun> {
  const settingsOf = (name: string) => methodNamed(name).settings;
  // Opening may take a download, so wrong settings are refused before it; the preset may depend on what was opened.
  const asked = resolveRequest(request, settingsOf);
  const dataset = await openRunData(asked, listeners);
  const { probes: path, data } = asked;
  const open = probesFor ?? (async () => (path === undefined ? undefined : openProbes(path, dataset, data)));
  return prepareWith(request, dataset, listeners, await open(dataset));
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

/** A run on data that are open already. @throws a MixturaError for settings that are not valid, or do not fit the data. */
export function prepareWith(
  request: RunRequest,
  dataset: Dataset,
  listeners: DataListeners = {},
  probes?: RunProbes,
): PreparedRun {
  const config = resolveRequest(request, (name) => methodNamed(name).settings, dataset);
  const method = methodNamed(config.method);
  if (method.supervision === 'required' && !dataset.labels) {
    throw usageError(
      `${method.title} learns from labels, but ${config.data.name} has none; name those of a table by --label, or use another method.`,
    );
  }
  if (probes) requireProbed(method);
  const classes = classCounts(dataset)?.length;
  const byData = probes?.groups.length ?? groupsByLabels(classes, dataset.count);
  const given = config.components ?? (config.auto ? undefined : byData);
  const lessons = method.lessons?.(method.settings.parse(config.settings), dataset);
  const finds = lessons !== undefined && lessons.teacher !== 'none';
  if (config.auto && !finds) {
    const other = Object.hasOwn(method.settings.shape, 'teacher') ? ', or --set teacher=groups' : '';
    throw usageError(
      `The number of groups is found where groups are looked for first, and this run does not; give --components K${other}.`,
    );
  }
  // The number that is found takes the place of 1.
  const auto = given === undefined && finds;
  const components = given ?? (auto || method.groupless ? 1 : undefined);
  if (components === undefined) {
    const why =
      classes === undefined || classes === 1
        ? 'is not known'
        : `is not known by its ${classes} different labels for ${dataset.count} samples`;
    throw usageError(`How many groups ${config.data.name} has ${why}; say how many to find by --components.`);
  }
  if (components > dataset.count) {
    throw usageError(
      `There are ${dataset.count} samples for ${components} groups; give --components ${dataset.count} or less.`,
    );
  }
  if (probes) requireGroupsFor(probes, components);
  if (method.groupless && request.components !== undefined) {
    listeners.onNotice?.(
      `${method.title} learns no groups, so --components ${components} changes nothing in its training; leave it out, or use another method, such as slogan.`,
    );
  }
  const batch = batchFor(config.batch, request.batch !== undefined, dataset, listeners);
  const run: ResolvedRun = {
    version: VERSION,
    ...absolute(config),
    batch,
    components,
    ...(auto && { auto }),
    horizon: config.horizon ?? config.steps,
    dataset: { ...describe(dataset), ...(method.supervision && classes !== undefined && { classes }) },
  };
  return { run, method, dataset, ...(probes && { probes }) };
}

/** @throws a usage error for a method that does not learn from probes */
function requireProbed({ title, probes }: MethodDefinition): void {
  if (probes) return;
  const others = methodNames().filter((name) => methodNamed(name).probes);
  throw usageError(
    `${title} does not learn from probes; leave out --probes, or use a method that does: ${others.join(', ')}.`,
  );
}

/** The batch that was asked for; a default one that is larger than the data is all of the data, which is told. */
function batchFor(batch: number, asked: boolean, { count }: Dataset, { onNotice }: DataListeners): number {
  if (batch <= count) return batch;
  if (asked || count < 2) {
    throw usageError(
      `A batch of ${batch} is larger than the data (${count} samples); give --batch ${count} or less.`,
    );
  }
  onNotice?.(`There are only ${count} samples, so a batch is all of them, and not ${batch}.`);
  return count;
}

/** Labels that are nearly all different name samples, and not groups. */
const FEW_CLASSES = 10;

/** A single class is no number of groups, nor are labels that are all different, or nearly so where there are many. */
function groupsByLabels(classes: number | undefined, count: number): number | undefined {
  if (classes === undefined || classes === 1 || classes === count) return undefined;
  return classes > FEW_CLASSES && 2 * classes > count ? undefined : classes;
}

/** The name of data that a program gave as arrays: they are in no file. */
export const IN_MEMORY = '(in memory)';

/** The config with the path of a data file made absolute, so that the run can be used from any folder. */
function absolute(config: RunConfig): RunConfig {
  const { data, probes } = config;
  return {
    ...config,
    data: { ...data, name: absoluteName(data.name) },
    ...(probes !== undefined && { probes: absoluteName(probes) }),
  };
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

function isGone(name: string): boolean {
  return !DATASET_NAMES.includes(name) && !existsSync(name);
}

function openRunData(
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

function describe(dataset: Dataset): ResolvedRun['dataset'] {
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
