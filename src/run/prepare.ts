/** @file From a request to a run that can start: opens the data, completes and checks the settings. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { PROBED_PRESETS } from '../config/colour-presets.js';
import { type RunRequest, resolveRequest } from '../config/resolve.js';
import type { ResolvedRun, RunConfig } from '../config/schema.js';
import { classCounts, type Dataset } from '../data/dataset.js';
import { LABEL_SPECS, labelSpec } from '../data/labels/spec.js';
import { type TrainingLabels, trainingLabels } from '../data/labels/training-labels.js';
import { formatOf } from '../data/sets/open.js';
import { MixturaError, usageError } from '../errors.js';
import { Stream } from '../math/random.js';
import type { AnyModel, Inference, MethodDefinition } from '../method/method.js';
import { methodNamed, methodNames } from '../methods/index.js';
import { requireMemory } from '../train/step-memory.js';
import { VERSION } from '../version.js';
import {
  absoluteLabels,
  absoluteName,
  type DataListeners,
  describeData,
  isGone,
  openRunData,
} from './data/run-data.js';
import { openProbes, type RunProbes, requireGroupsFor } from './labels/probes.js';
import { labelsFingerprint } from './labels/run-labels.js';

/** A run that can start: its complete settings, its method, and its data, opened. */
export interface PreparedRun {
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
  readonly dataset: Dataset;
  /** The labels that training sees, of a method that learns from some. */
  readonly labels?: TrainingLabels | undefined;
  /** Marked examples of groups, where some were given. */
  readonly probes?: RunProbes | undefined;
}

/** Opens the data and resolves every setting. @throws a MixturaError for data or settings that are not valid. */
export async function prepareRun(
  asked: RunRequest,
  listeners: DataListeners = {},
  probesFor?: (dataset: Dataset) => Promise<RunProbes | undefined>,
): Promise<PreparedRun> {
  const request = withLabelColumn(asked);
  const settingsOf = (name: string) => methodNamed(name).settings;
  // Opening may take a download, so wrong settings are refused before it; the preset may depend on what was opened.
  const config = resolveRequest(request, settingsOf);
  if (config.probes !== undefined) requireProbed(methodNamed(config.method));
  const dataset = await openRunData(config, listeners);
  const { probes: path, data } = config;
  const open = probesFor ?? (async () => (path === undefined ? undefined : openProbes(path, dataset, data)));
  return prepareWith(request, dataset, listeners, await open(dataset));
}

/** A run on data that are open already. @throws a MixturaError for settings that are not valid, or do not fit the data. */
export function prepareWith(
  request: RunRequest,
  dataset: Dataset,
  listeners: DataListeners = {},
  probes?: RunProbes,
): PreparedRun {
  const { preset } = request;
  if (preset !== undefined && PROBED_PRESETS.includes(preset) && !probes) {
    throw usageError(
      `The preset ${preset} is for marked examples of groups; give them by --probes, or choose another preset.`,
    );
  }
  const config = resolveRequest(request, (name) => methodNamed(name).settings, dataset);
  const method = methodNamed(config.method);
  const labels = requireLabels(config, method, dataset);
  for (const notice of labels?.notices ?? []) listeners.onNotice?.(notice);
  if (probes) requireProbed(method);
  const classes = labels?.classNames.length ?? classCounts(dataset)?.length;
  const counted = labels ? classes : groupsByLabels(classes, dataset.count);
  const given = config.components ?? (config.auto ? undefined : (probes?.groups.length ?? counted));
  const lessons = method.lessons?.(method.settings.parse(config.settings), dataset);
  const finds = lessons !== undefined && lessons.teacher !== 'none';
  if (config.auto && !finds) {
    const other = Object.hasOwn(method.settings.shape, 'teacher') ? ', or --set teacher=groups' : '';
    throw usageError(
      `The number of groups is found where groups are looked for first, and this run does not; give --components K${other}.`,
    );
  }
  requireEncoder(config, lessons?.teacher === 'groups', method, probes);
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
    dataset: {
      ...describeData(dataset),
      ...(method.supervision && classes !== undefined && { classes }),
      ...(labels && { classNames: labels.classNames, labels: labelsFingerprint(labels) }),
    },
  };
  return { run, method, dataset, ...(labels && { labels }), ...(probes && { probes }) };
}

/**
 * The labels that training sees, of a method that learns from some.
 * @throws a usage error where a method would get labels that it does not learn from, or lacks those that it needs
 */
function requireLabels(
  config: Pick<RunConfig, 'data' | 'labels' | 'labelDraw' | 'labelSeed'>,
  { title, supervision }: MethodDefinition,
  dataset: Dataset,
): TrainingLabels | undefined {
  if (supervision === undefined) {
    if (config.labels === undefined) return undefined;
    throw usageError(
      `${title} learns without labels; leave out --labels, or use a method that learns from them, such as acgan.`,
    );
  }
  const labels = trainingLabels(dataset, config);
  if (labels || supervision === 'optional') return labels;
  throw usageError(
    `${title} learns from labels, but ${config.data.name} has none; name those of a table by --label, give train some by --labels, or use another method.`,
  );
}

/** The request with its column of labels among those that go with their rows. @throws a usage error where there are no columns */
function withLabelColumn(request: RunRequest): RunRequest {
  const { labels, data } = request;
  const spec = labels === undefined ? undefined : labelSpec(labels);
  if (spec?.kind !== 'column') return request;
  const kind = data?.name === undefined || isGone(data.name) ? undefined : formatOf(data.name);
  if (kind !== 'csv' && kind !== 'parquet') throw usageError(`--labels is '${labels}'; give ${LABEL_SPECS}.`);
  const kept = data!.keep?.split(',').map((name) => name.trim()) ?? [];
  if (kept.includes(spec.name)) return request;
  return { ...request, data: { ...data, keep: [...kept, spec.name].join(',') } };
}

/**
 * Builds the model of a run once, before anything is written or learned for it.
 *
 * @param listeners are told where its step may not fit into memory
 * @returns it
 * @throws a MixturaError where the method does not suit the data or its settings, or a part of it would begin after the
 * last step
 */
export function requireModel(
  { run, method, probes }: Pick<PreparedRun, 'run' | 'method' | 'probes'>,
  listeners: DataListeners = {},
): AnyModel {
  const { settings, dataset: data, batch, horizon, steps, seed } = run;
  // The number of groups that is found takes the place of 1.
  const components = run.auto ? Math.max(2, run.components) : run.components;
  const stream = Stream.root(seed);
  const context = { data, components, batch, horizon, steps, stream, probes, classes: data.classes };
  const model = withinMemory(() => {
    const built = method.build(method.settings.parse(settings), context) as AnyModel;
    requireMemory(built, batch, listeners);
    return built;
  });
  if (run.untilCalm) requireMovingGroups(method, model.inference);
  const late = model.phases.find(({ first = 0 }) => first >= steps);
  if (!late) return model;
  const first = late.first! + 1;
  throw usageError(
    `The ${late.name} of ${method.title} is trained from step ${first} on, but the run has ${steps} step${steps === 1 ? '' : 's'}; give --steps ${first} or more.`,
  );
}

/** @throws a usage error where calm groups say nothing of how far the training has got */
function requireMovingGroups({ title }: MethodDefinition, { assign, settled }: Inference): void {
  const why = !assign
    ? 'assigns no data to groups, so nothing says whether they are calm'
    : settled &&
      'moves no row to another group by its steps here, so calm groups would end the run before its generator has learned';
  if (why) throw usageError(`${title} ${why}; leave out --until-calm.`);
}

/** @throws a MixturaError where an array is longer than any can be: networks are then larger than any memory */
function withinMemory<T>(build: () => T): T {
  try {
    return build();
  } catch (cause) {
    if (!(cause instanceof RangeError) || !/array length|allocation failed/i.test(cause.message)) throw cause;
    throw usageError(
      'Networks of these sizes do not fit into memory; give smaller ones, such as --set latent=64 --set units=128, or smaller batches.',
    );
  }
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
  if (count < 2)
    throw new MixturaError('The data are one sample, and there is nothing to learn of one; give more.');
  if (asked) {
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

/** What a number of groups that is not that of the classes means for the scores; nothing where it is, or none are known. */
export function countNotice({ run, method, dataset, labels }: PreparedRun): string | undefined {
  const classes = groupsByLabels(classCounts(dataset)?.length, dataset.count);
  const { components, data } = run;
  if (labels || method.groupless || run.auto || classes === undefined || components === classes)
    return undefined;
  const { name } = data;
  const outcome =
    components < classes ? 'some groups will hold several classes' : 'some classes will be parted';
  return `${name} has labels of ${classes} classes, and ${components === 1 ? '1 group is' : `${components} groups are`} looked for, so ${outcome}; labels only score.`;
}

/** The config with the paths of a data file and of an encoder made absolute, so that the run can be used from any folder. */
function absolute(config: RunConfig): RunConfig {
  const { data, encoder, labels, probes } = config;
  return {
    ...config,
    data: { ...data, name: absoluteName(data.name) },
    ...(labels !== undefined && { labels: absoluteLabels(labels) }),
    ...(probes !== undefined && { probes: absoluteName(probes) }),
    ...(encoder && { encoder: { ...encoder, file: path.resolve(encoder.file) } }),
  };
}

/** @throws a usage error for an encoder that is not there, whose features nothing is looked for in, or beside probes */
function requireEncoder(
  { encoder }: RunConfig,
  finds: boolean,
  { settings }: MethodDefinition,
  probes: RunProbes | undefined,
): void {
  if (!encoder) return;
  if (probes) {
    throw usageError(
      'Groups that are found in the features of an encoder (--features) are settled before the training, and probes (--probes) turn groups in the training; leave one of them out.',
    );
  }
  if (!finds) {
    const how = Object.hasOwn(settings.shape, 'teacher')
      ? '; give --set teacher=groups, or leave it out'
      : '';
    throw usageError(
      `Groups are looked for in the features of an encoder (--features) where a run looks for groups first, and this one does not${how}.`,
    );
  }
  if (!existsSync(encoder.file)) {
    throw usageError(`${encoder.file} is no file; give the path of an encoder, such as --features net.onnx.`);
  }
}
