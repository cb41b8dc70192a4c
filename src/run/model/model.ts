/** @file A trained model in a program: its groups, its answers on new data, new samples, and its folder. */
/// <reference lib="esnext.disposable" preserve="true" />
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupNumbers, groupOrder } from '../../cluster/group-order.js';
import type { ResolvedRun } from '../../config/schema.js';
import { sampleSize } from '../../data/dataset.js';
import { inFileUnits } from '../../data/tables/file-units.js';
import type { OrtEngine } from '../../engine/ort/engine.js';
import { MixturaError, usageError } from '../../errors.js';
import type { FoundGroup } from '../../evaluate/labels.js';
import { endedCalm } from '../../evaluate/settling.js';
import type { Inference } from '../../train/inference.js';
import { unlikenessOf } from '../../train/known-data.js';
import { type MetricsLine, RunFolder } from '../folder.js';
import { writeCheckpoint } from '../formats/checkpoint.js';
import { writeGroups } from '../groups.js';
import type { TrainedRun } from '../trained.js';
import { assignFile } from '../use/assign.js';
import { drawSamples } from '../use/draw.js';
import type { AssignedGroups, PredictOptions, SampledRows, SampleOptions } from './answers.js';
import { type Data, datasetLike } from './data.js';
import { requireOptions } from './known-options.js';
import { withPlainMessages } from './plain-message.js';
import { sampledRows } from './sampled-rows.js';
import { knownRowsOfModel, type TrainedOn, writeKept } from './write-kept.js';

/** What a {@link FittedModel} is made of. */
export interface ModelParts {
  readonly run: ResolvedRun;
  readonly step: number;
  readonly inference: Inference;
  readonly engine: OrtEngine;
  readonly lines: readonly MetricsLine[];
  readonly notes: readonly string[];
  /** Where the model lies on disk, if it does. */
  readonly folder?: RunFolder | undefined;
  /** The data that it was trained on, and the component of each row, where they are known. */
  readonly trainedOn?: TrainedOn | undefined;
}

/**
 * A trained model: what it learned, and what it says about new data.
 *
 * A group has one number everywhere, 1..K by decreasing learned size: `weights[g - 1]` is the size of group g,
 * `labels` and `predict` give g, `predictProba` has its probability at g - 1, and `sample` takes `{ group: g }`.
 * Methods reject with a {@link MixturaError} where data do not fit, or the model has been closed.
 */
export class FittedModel implements AsyncDisposable {
  readonly #parts: ModelParts;
  #folder: RunFolder | undefined;
  #closed = false;
  /** Component of each group: that of group g is at g - 1. */
  readonly #order: readonly number[];
  /** Number of the group of each component. */
  readonly #numbers: readonly number[];

  /** Models come from {@link fit} and {@link load}. */
  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#folder = parts.folder;
    this.#order = groupOrder(parts.inference.prior.mixing);
    this.#numbers = groupNumbers(parts.inference.prior.mixing);
  }

  /** The complete settings of the run. */
  get run(): ResolvedRun {
    return this.#parts.run;
  }

  /** Steps done. */
  get step(): number {
    return this.#parts.step;
  }

  /** Whether all steps are done, or the groups were calm and that was to end training; not if a signal ended it. */
  get finished(): boolean {
    const { run, step, lines } = this.#parts;
    return step >= run.steps || endedCalm(run, lines, step);
  }

  /** The folder that the model was loaded from or saved to; nothing for one that is in memory alone. */
  get path(): string | undefined {
    return this.#folder?.path;
  }

  /** Names of the columns of a table, where they are known. */
  get columns(): readonly string[] | undefined {
    return this.run.dataset.columns;
  }

  /** Learned sizes of the groups, the largest first; they sum to 1. */
  get weights(): Float64Array {
    const { mixing } = this.#parts.inference.prior;
    return Float64Array.from(this.#order, (component) => mixing[component]!);
  }

  /**
   * Number of the group of each training row, 1..K.
   * @throws a MixturaError for a model that was loaded, or whose method assigns no groups
   */
  get labels(): Int32Array {
    const { components } = this.#trainedOn();
    if (components === undefined) throw assignsNothing(this.#parts);
    return components.map((component) => this.#numbers[component]!);
  }

  /**
   * Mean of the training rows in each group, in the units of the data, the largest group first; NaN for a group without
   * rows.
   * @throws a MixturaError for a model that was loaded, or whose method assigns no groups
   */
  get means(): Float64Array[] {
    const { dataset } = this.#trainedOn();
    const { labels } = this;
    const size = sampleSize(dataset.shape);
    const sums = this.#order.map(() => new Float64Array(size));
    const counts = this.#order.map(() => 0);
    const row = new Float32Array(size);
    labels.forEach((group, i) => {
      dataset.read([i], row);
      const sum = sums[group - 1]!;
      counts[group - 1]! += 1;
      this.#inUnits(row).forEach((value, j) => {
        sum[j]! += value;
      });
    });
    return sums.map((sum, g) => sum.map((value) => value / counts[g]!));
  }

  /** Number of the most probable group of each row, 1..K; files of two parts give one part after the other. */
  async predict(data: Data, options: PredictOptions = {}): Promise<Int32Array> {
    return (await this.#assign(data, options)).groups;
  }

  /** Probabilities of the groups: one list a row, that of group g at g - 1. */
  async predictProba(data: Data, options: PredictOptions = {}): Promise<readonly Float32Array[]> {
    return (await this.#assign(data, options)).probabilities;
  }

  /**
   * What {@link FittedModel.predict} and {@link FittedModel.predictProba} give, together, and how unlike each row is to the
   * training data.
   */
  assign(data: Data, options: PredictOptions = {}): Promise<AssignedGroups> {
    return this.#assign(data, options, true);
  }

  #assign(data: Data, { onNotice }: PredictOptions, withUnlike = false): Promise<AssignedGroups> {
    return this.#open(async () => {
      const { inference, run, trainedOn } = this.#parts;
      if (!inference.assigns) throw assignsNothing(this.#parts);
      if (typeof data === 'string') {
        const { component, probabilities, unlike } = await this.withRun((trained) =>
          assignFile(trained, data, { ...(onNotice && { onNotice }) }),
        );
        return { ...this.#numbered(component, probabilities), ...(unlike && { unlike }) };
      }
      const dataset = datasetLike(data, run, onNotice);
      const rows = Uint32Array.from({ length: dataset.count }, (_, i) => i);
      const probabilities = await inference.assign(dataset, rows);
      const groups = this.#numbered(inference.mostProbable(probabilities), probabilities);
      const about = { inference, dataset: trainedOn?.dataset, from: this.#folder };
      const known = withUnlike ? knownRowsOfModel(about) : undefined;
      if (!known) return groups;
      return { ...groups, unlike: { values: unlikenessOf(dataset, known), usual: known.usual } };
    });
  }

  /**
   * New samples, of one group or of all in their learned proportions, in the units of the training data.
   *
   * @param count how many, at least 1
   */
  sample(count: number, options: SampleOptions = {}): Promise<SampledRows> {
    return this.#open(async () => {
      requireOptions(options, { group: true, seed: true, spread: true, reject: true });
      const { group, seed = 0, spread, reject } = options;
      const { inference, run, step } = this.#parts;
      if (!Number.isSafeInteger(count) || count < 1) {
        throw usageError(`The number of samples is ${count}; give a whole number of at least 1.`);
      }
      if (group !== undefined && this.#order[group - 1] === undefined) {
        throw usageError(`There is no group ${group}; choose one of 1..${this.#order.length}.`);
      }
      const drawn = await drawSamples({ inference, run, step }, { group, count, seed, spread, reject });
      return sampledRows(run.dataset, drawn);
    });
  }

  /**
   * Writes the model as a run folder, which {@link load} and the command line open.
   *
   * @param path a new or empty folder
   */
  save(path: string): Promise<void> {
    return this.#open(async () => {
      const folder = await this.#write(path);
      this.#folder ??= folder;
    });
  }

  /** Ends the model's engine. A program that does not close its models ends all the same. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#parts.engine.close();
  }

  /** As {@link FittedModel.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The model as a run with a folder, for functions that need one; a model in memory gets one for the time of `use`. */
  async withRun<T>(use: (trained: TrainedRun) => Promise<T>): Promise<T> {
    const { run, step, inference, trainedOn } = this.#parts;
    const open = (folder: RunFolder) => use({ folder, run, step, inference, dataset: trainedOn?.dataset });
    if (this.#folder) return open(this.#folder);
    const parent = mkdtempSync(join(tmpdir(), 'mixtura-'));
    try {
      return await open(await this.#write(join(parent, 'model')));
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  }

  /** What `work` gives, while the engine is there. */
  #open<T>(work: () => Promise<T>): Promise<T> {
    return withPlainMessages(() => {
      if (this.#closed) throw new MixturaError('The model has been closed; load it, or fit it again.');
      return work();
    });
  }

  async #write(path: string): Promise<RunFolder> {
    const { run, step, inference, lines, notes } = this.#parts;
    const tensors = await inference.session.save();
    const folder = RunFolder.create(path);
    try {
      folder.writeConfig(run);
      for (const line of lines) folder.appendMetrics(line);
      writeCheckpoint(folder.checkpoints, { step, tensors, notes }, run.keepCheckpoints);
      writeKept(folder, { step, inference, ...this.#parts.trainedOn, from: this.#folder });
      writeGroups(folder, this.#foundGroups());
    } catch (cause) {
      folder.discardIfUnused();
      throw cause;
    } finally {
      folder.unlock();
    }
    return folder;
  }

  /** The groups with their sizes, and with the training rows of each where those are known. */
  #foundGroups(): FoundGroup[] {
    const { components } = this.#parts.trainedOn ?? {};
    const { weights } = this;
    return this.#order.map((component, at) => {
      const count = components?.reduce((sum, own) => sum + (own === component ? 1 : 0), 0);
      const known = components && { count: count!, assigned: count! / components.length };
      return { group: at + 1, component, size: weights[at]!, ...known };
    });
  }

  #trainedOn(): NonNullable<ModelParts['trainedOn']> {
    const { trainedOn } = this.#parts;
    if (trainedOn) return trainedOn;
    throw new MixturaError(
      `The model ${this.path} was loaded, and does not know the rows that it was trained on; give them to predict.`,
    );
  }

  #numbered(component: Int32Array, probabilities: Float32Array): AssignedGroups {
    const width = this.#order.length;
    return {
      groups: component.map((c) => this.#numbers[c]!),
      probabilities: Array.from(component, (_, i) =>
        Float32Array.from(this.#order, (c) => probabilities[i * width + c]!),
      ),
    };
  }

  /** Values as the training data had them. */
  #inUnits(values: Float32Array): Float32Array {
    const { dataset } = this.run;
    const { kind, maximum } = dataset;
    if (kind !== 'image') return Float32Array.from(inFileUnits(values, dataset));
    return maximum === undefined ? values : values.map((value) => maximum * value);
  }
}

function assignsNothing({ run: { method }, inference: { graphs } }: ModelParts): MixturaError {
  const { assign, assignsAfter } = graphs;
  return usageError(
    assign
      ? `The method ${method} learns to assign data after step ${assignsAfter}; train further.`
      : `The method ${method} does not assign data to groups; use one that does, such as slogan.`,
  );
}
