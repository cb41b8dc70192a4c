/** @file The verbs of the command line as functions, of the path of a run or of a model. */
import { type DatasetSummary, summarize } from '../../data/inspect/inspect.js';
import { type OpenOptions, openDataset } from '../../data/sets/open.js';
import { usageError } from '../../errors.js';
import { type EvaluateRunOptions, evaluateRun, type RunScores, scoreRun } from '../score.js';
import { type TrainedRun, withTrained } from '../trained.js';
import { type ExportedFile, exportRun as exportTrained } from '../use/export.js';
import type { AssignedGroups, PredictOptions, SampledRows, SampleOptions } from './answers.js';
import { type Data, isDataset, newDataset } from './data.js';
import { load } from './fit.js';
import { type OptionNames, requireOptions } from './known-options.js';
import { FittedModel } from './model.js';
import { withPlainMessages } from './plain-message.js';

/**
 * The groups of data: their numbers, 1..K by decreasing learned size, and the probability of each.
 *
 * @param from a model, or the folder of a run
 * @throws a MixturaError for data that do not fit the model, or a method that assigns no groups
 *
 * @example
 * await startRun({ data: { name: 'digits' }, steps: 20 }, { folder: 'runs/assigned' });
 * const { groups } = await assign('runs/assigned', 'digits');
 * groups.length; // => 5620
 */
export function assign(
  from: string | FittedModel,
  data: Data,
  options: PredictOptions = {},
): Promise<AssignedGroups> {
  return withModel(from, (model) => model.assign(data, options));
}

/**
 * New samples in the units of the training data, of one group or of all.
 *
 * @param from a model, or the folder of a run
 * @throws a MixturaError for a group that there is not, or more samples than memory should hold
 *
 * @example
 * await startRun({ data: { name: 'digits' }, steps: 20 }, { folder: 'runs/drawn' });
 * const { shape } = await draw('runs/drawn', 10, { group: 2 });
 * shape; // => [10, 1, 8, 8]
 */
export function draw(
  from: string | FittedModel,
  count: number,
  options: SampleOptions = {},
): Promise<SampledRows> {
  return withModel(from, (model) => model.sample(count, options));
}

/**
 * Writes the networks as ONNX files, each checked against the model, and `mixture.json`.
 *
 * @param from a model, the folder of a run, or a run that {@link withTrained} has opened
 * @param out a new or empty folder; by default `export` in the run's own folder, which is replaced
 * @throws a MixturaError where the folder cannot be written, or a file does not compute what the model does
 */
export function exportRun(from: string | FittedModel | TrainedRun, out?: string): Promise<ExportedFile[]> {
  if (typeof from !== 'string' && !(from instanceof FittedModel)) return exportTrained(from, out);
  return withPlainMessages(() => {
    if (typeof from === 'string') return withTrained(from, (trained) => exportTrained(trained, out));
    if (from.path === undefined && out === undefined) {
      throw usageError('Where the files go is not said, and the model is in no folder; give a folder.');
    }
    return from.withRun((trained) => exportTrained(trained, out));
  });
}

const EVALUATE_OPTIONS: OptionNames<EvaluateRunOptions> = {
  ...{ features: true, convention: true, split: true, samples: true, fittingCapacity: true, gold: true },
  ...{ onProgress: true, onDownload: true, onNotice: true },
};

/**
 * Scores a model on its own data and on what was held out. That of a run's folder writes `metrics.json` there.
 *
 * @param from a model, or the folder of a run
 * @throws a MixturaError where the data have changed, are gone, or were in the memory of another program
 */
export function evaluate(from: string | FittedModel, options: EvaluateRunOptions = {}): Promise<RunScores> {
  return withPlainMessages(async () => {
    requireOptions(options, EVALUATE_OPTIONS);
    return typeof from === 'string'
      ? withTrained(from, (trained) => evaluateRun(trained, options))
      : from.withRun((trained) => scoreRun(trained, options));
  });
}

/**
 * What data hold: sizes, names, values, classes, duplicates, constant places.
 *
 * @param data rows in memory, a name, a path, or a data set
 * @param options how a file is read
 * @throws a MixturaError for data that cannot be opened
 *
 * @example
 * const { count, classes } = await inspect('digits');
 * [count, classes.length]; // => [3823, 10]
 */
export function inspect(data: Data, options: OpenOptions = {}): Promise<DatasetSummary> {
  return withPlainMessages(async () => {
    if (typeof data === 'string') return summarize(await openDataset(data, options));
    return summarize(isDataset(data) ? data : newDataset(data, { scaling: 'none', notice: options.notice }));
  });
}

/** A model for the time of `use`; one that was opened here is closed again. */
async function withModel<T>(from: string | FittedModel, use: (model: FittedModel) => Promise<T>): Promise<T> {
  if (typeof from !== 'string') return use(from);
  const model = await load(from);
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}
