/** @file A model, from data in memory or on disk: trained by `fit`, or opened by `load`. */

import type { RunRequest } from '../../config/resolve.js';
import type { Dataset } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import { calibrationOf } from '../../train/calibrate-model.js';
import type { Inference } from '../../train/inference.js';
import { IN_MEMORY } from '../data/run-data.js';
import { type MarkedRows, markedProbes, openProbes, type RunProbes } from '../labels/probes.js';
import { type PreparedRun, prepareRun, prepareWith, requireModel } from '../prepare.js';
import { openTrained } from '../trained.js';
import { type Data, isDataset, type Notice, newDataset } from './data.js';
import { type OptionNames, requireOptions } from './known-options.js';
import { FittedModel } from './model.js';
import { withPlainMessages } from './plain-message.js';
import { type FollowFit, trainModel } from './train-model.js';

/** What {@link fit} is asked for; what is absent comes from the preset, as on the command line. */
export interface FitOptions
  extends FollowFit,
    Partial<
      Pick<RunRequest, 'preset' | 'method' | 'steps' | 'batch' | 'seed' | 'threads' | 'device' | 'settings'>
    > {
  /** Number of groups K; needed unless the data have labels, whose classes are then counted. */
  readonly components?: number | undefined;
  /** Class of each of the rows in memory, for `evaluate` and for methods that learn from labels. */
  readonly labels?: ArrayLike<string | number> | undefined;
  /**
   * Marked examples of groups, for methods that learn from such: numbers of rows and the group of each, or the path of a file
   * or folder, as `--probes` takes.
   */
  readonly probes?: MarkedRows | string | undefined;
  /** How data that are given by name or path are read and selected, such as `{ classes: '0,4', ratio: '7:3' }`. */
  readonly data?: Omit<NonNullable<RunRequest['data']>, 'name'> | undefined;
  /** Called with a sentence on how the data were read, where that is not plain. */
  readonly onNotice?: Notice | undefined;
}

/**
 * Trains a model on rows in memory, on data known by name, or on a file: no folder is written.
 *
 * Columns of tables are standardised, images are brought to [0, 1] or [-1, 1]; the model applies the same to what it
 * is asked about, and its samples are in the units of the rows. The same rows, settings and seed give the same bits
 * as `startRun` on a file of them.
 *
 * @param data lists or typed arrays, one a row; `{ columns, rows }`; objects with a number for each name; `{ data, shape }`
 * with shape `[n, columns]`, or `[n, height, width]` or `[n, channels, height, width]` for images; a name or path
 * @throws a MixturaError for data or options that are not valid, or training that diverges
 *
 * @example
 * const rows = Array.from({ length: 200 }, (_, i) => [(i % 4 === 0 ? 8 : 0) + Math.sin(5 * i), i / 100, i % 7]);
 * const model = await fit(rows, { components: 2, steps: 30, seed: 1 });
 * model.labels.length; // => 200
 * const { shape } = await model.sample(5, { group: 2 });
 * shape; // => [5, 3]
 * await model.close();
 */
export function fit(data: Data, options: FitOptions = {}): Promise<FittedModel> {
  return withPlainMessages(async () => {
    const prepared = await prepare(data, options);
    requireModel(prepared, options);
    const { engine, inference, ...trained } = await trainModel(prepared, options);
    try {
      const { dataset, probes } = prepared;
      inference.calibrateBy(await calibrationOf(inference));
      const components = await componentsOf(dataset, inference);
      return new FittedModel({ inference, engine, ...trained, trainedOn: { dataset, components, probes } });
    } catch (cause) {
      await engine.close();
      throw cause;
    }
  });
}

/**
 * Opens the model of a run folder that `fit` saved, or that `startRun` or the command line trained.
 *
 * @throws a MixturaError where there is no run, or its checkpoint is damaged
 *
 * @example
 * await startRun({ data: { name: 'digits' }, steps: 20 }, { folder: 'runs/loaded' });
 * const model = await load('runs/loaded');
 * model.weights.length; // => 4
 * await model.close();
 */
export function load(path: string): Promise<FittedModel> {
  return withPlainMessages(async () => {
    const { trained, engine } = await openTrained(path);
    const lines = trained.folder.readMetrics(trained.step);
    return new FittedModel({ ...trained, engine, lines, notes: [] });
  });
}

const OPTIONS: OptionNames<FitOptions> = {
  preset: true,
  method: true,
  components: true,
  steps: true,
  batch: true,
  seed: true,
  threads: true,
  device: true,
  settings: true,
  labels: true,
  probes: true,
  data: true,
  onProgress: true,
  onNotice: true,
  signal: true,
};

async function prepare(data: Data, options: FitOptions): Promise<PreparedRun> {
  requireOptions(options, OPTIONS);
  const { preset, method, components, steps, batch, seed, threads, device, settings, onNotice } = options;
  const probes = typeof options.probes === 'object' ? IN_MEMORY : options.probes;
  const asked = { preset, method, components, steps, batch, seed, threads, device, settings, probes };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  const request = Object.fromEntries(given) as RunRequest;
  if (typeof data === 'string') {
    if (options.labels) {
      throw usageError('Labels belong to rows in memory; name those of a file by data: { label }.');
    }
    return prepareRun(
      { ...request, data: { ...options.data, name: data } },
      { ...(onNotice && { onNotice }) },
      (dataset) => probesFor(options, dataset),
    );
  }
  if (options.data) {
    throw usageError('The option `data` says how a file is read, and the rows are in memory; leave it out.');
  }
  const dataset = isDataset(data)
    ? data
    : newDataset(data, { scaling: 'standardize', labels: options.labels, notice: onNotice });
  const inMemory = { ...request, data: { name: IN_MEMORY } };
  return prepareWith(inMemory, dataset, {}, await probesFor(options, dataset));
}

/** The probes that are given as numbers of rows or as a path. */
async function probesFor({ probes }: FitOptions, dataset: Dataset): Promise<RunProbes | undefined> {
  if (probes === undefined) return undefined;
  return typeof probes === 'string' ? openProbes(probes, dataset, {}) : markedProbes(probes, dataset);
}

/** The most probable component of each row; nothing where the method assigns none. */
async function componentsOf(dataset: Dataset, inference: Inference): Promise<Int32Array | undefined> {
  if (!inference.assigns) return undefined;
  const rows = Uint32Array.from({ length: dataset.count }, (_, i) => i);
  return inference.mostProbable(await inference.assign(dataset, rows));
}
