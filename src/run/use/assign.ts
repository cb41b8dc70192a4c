/** @file New data assigned to the groups of a trained run. */
import { groupNumbers } from '../../cluster/group-order.js';
import { type DataConfig, RUN_DEFAULTS } from '../../config/schema.js';
import type { Dataset, Samples, ValueRange } from '../../data/dataset.js';
import type { ImageFolderOptions, ImageOptions } from '../../data/images/folder.js';
import type { RowNames } from '../../data/row-names.js';
import { middleOf } from '../../data/sets/celeba.js';
import { DATASET_NAMES, isImageFolder, openDataset } from '../../data/sets/open.js';
import { formerColumns } from '../../data/tables/coded.js';
import type { TableOptions } from '../../data/tables/table-options.js';
import { MixturaError, usageError } from '../../errors.js';
import type { GoldEstimator, GoldTerms } from '../../evaluate/gold.js';
import { unlikenessOf } from '../../train/known-data.js';
import { absoluteName, type DataListeners, reopenData } from '../data/run-data.js';
import { readKnownRows } from '../formats/known-rows-file.js';
import { openGold } from '../gold/open.js';
import { type RunGroup, readGroups } from '../groups.js';
import type { TrainedRun } from '../trained.js';

/** A part of the data, and which of its rows is which. */
export interface AssignedPart {
  readonly name: 'train' | 'test';
  readonly count: number;
  readonly rows?: RowNames | undefined;
}

/** The component of each datum, and the probabilities of all. */
export interface AssignedData {
  /** Data of all parts that are assigned. */
  readonly count: number;
  /** The parts in their order: what a file or folder holds, and what it holds out. */
  readonly parts: readonly AssignedPart[];
  readonly components: number;
  /** The groups by their numbers, with their names. */
  readonly groups: readonly RunGroup[];
  /** Number of the most probable group of each datum, 1..K. */
  readonly group: Int32Array;
  /** Its component, 0..K-1. */
  readonly component: Int32Array;
  /** count x K, columns in the order of the components. */
  readonly probabilities: Float32Array;
  /**
   * How unlike each datum is to what the run was trained on, about 1 where it is as usual, and what 99 % of the training
   * rows do not exceed; absent for runs that kept no training rows.
   */
  readonly unlike?: { readonly values: Float32Array; readonly usual: number };
  /** Terms of GOLD of each datum, where they are asked for; without `densityRatio` they only order data. */
  readonly gold?: GoldColumns;
  /** Encoder outputs, count x width, where they are asked for. */
  readonly features?: { readonly width: number; readonly values: Float32Array };
}

/** GOLD of each datum: how far the model makes too little like it. */
export interface GoldColumns {
  /** The critic's term D(x). */
  readonly marginal: Float64Array;
  /** -log C(c|x) of its group. */
  readonly conditional: Float64Array;
  /** Their balanced sum. */
  readonly values: Float64Array;
  readonly densityRatio: boolean;
}

/** How the table of new data is read: its column of labels, which is left out; its part; its orientation. */
export interface AssignOptions
  extends Pick<
      TableOptions,
      'label' | 'key' | 'transpose' | 'header' | 'id' | 'drop' | 'keep' | 'delimiter' | 'decimal' | 'missing'
    >,
    DataListeners {
  /** What transparent parts of images are laid on (default: as the run's were). */
  readonly background?: string | undefined;
  /** The one part that is assigned (default: all parts). */
  readonly split?: 'train' | 'test' | undefined;
  /** Whether the encoder's outputs are wanted too (default false). */
  readonly features?: boolean | undefined;
  /** Whether the terms of GOLD are wanted too (default false). */
  readonly gold?: boolean | undefined;
}

/**
 * Assigns every row of a file, or of a data set known by name, to a group.
 *
 * @param nameOrPath the data; by default the run's own, with its own selection and options
 * @param options how its table is read; by default as the run's own was, where that can be
 * @throws a MixturaError for data of another shape or interval, or a method that has no groups
 */
export async function assignFile(
  trained: TrainedRun,
  nameOrPath?: string,
  options: AssignOptions = {},
): Promise<AssignedData> {
  const { inference, run, folder } = trained;
  const name = nameOrPath ?? run.data.name;
  if (!inference.graphs.assign) {
    throw usageError(
      `The run ${trained.folder.path} was trained by ${run.method}, which does not assign data to groups; use a run of a method that does, such as ${RUN_DEFAULTS.method}.`,
    );
  }
  if (!inference.assigns) {
    throw new MixturaError(
      `The run ${folder.path} has done ${trained.step} steps, and ${run.method} learns to assign data after step ${inference.graphs.assignsAfter}; go on with mixtura train --resume ${folder.path}`,
    );
  }
  const { components, mixing } = inference.prior;
  const groups = readGroups(folder, mixing);
  const data =
    nameOrPath === undefined ? await reopenData(run, options) : await openAs(run, nameOrPath, options);
  const opened = partsOf(data, options.split, name);
  const parts = opened.map(
    ([name, { count, rows }]): AssignedPart => ({ name, count, ...(rows && { rows }) }),
  );
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const probabilities = new Float32Array(count * components);
  const features: Float32Array[] = [];
  const known = readKnownRows(folder.path);
  const unlike = new Float32Array(known ? count : 0);
  const estimator = options.gold ? await openGold(trained) : undefined;
  const gold = estimator && emptyGold(count, estimator);
  let first = 0;
  for (const [, part] of opened) {
    checkLike(part, run.dataset, name, options.onNotice);
    const indices = Uint32Array.from({ length: part.count }, (_, i) => i);
    const own = await inference.assign(part, indices, 'as the run');
    probabilities.set(own, first * components);
    if (known) unlike.set(unlikenessOf(part, known), first);
    if (gold) fillGold(gold, first, await estimator!.ofData(part, indices, inference.mostProbable(own)));
    if (options.features) features.push(await inference.features(part, indices, 'as the run'));
    first += part.count;
  }
  const component = inference.mostProbable(probabilities);
  const numbers = groupNumbers(mixing);
  const group = component.map((c) => numbers[c]!);
  const assigned = {
    ...{ count, parts, components, groups, group, component, probabilities },
    ...(known && { unlike: { values: unlike, usual: known.usual } }),
    ...(gold && { gold }),
  };
  return options.features ? { ...assigned, features: joined(features, count) } : assigned;
}

function emptyGold(count: number, { densityRatio }: GoldEstimator): GoldColumns {
  const column = () => new Float64Array(count);
  return { marginal: column(), conditional: column(), values: column(), densityRatio };
}

function fillGold(columns: GoldColumns, first: number, terms: GoldTerms): void {
  for (const name of ['marginal', 'conditional', 'values'] as const) columns[name].set(terms[name], first);
}

function joined(parts: readonly Float32Array[], count: number): NonNullable<AssignedData['features']> {
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return { width: values.length / count, values };
}

/** The parts that are assigned. @throws a usage error for a held-out part that there is not. */
function partsOf(
  data: Dataset,
  split: AssignOptions['split'],
  nameOrPath: string,
): (readonly [AssignedPart['name'], Dataset])[] {
  const test = split === 'train' ? undefined : data.test?.();
  if (split === 'test' && !test) {
    throw usageError(`${nameOrPath} has no held-out part; leave out --split.`);
  }
  const train = ['train', data] as const;
  if (!test) return [train];
  return split === 'test' ? [['test', test]] : [train, ['test', test]];
}

/**
 * Opens data as a run reads its own: by the same coding and scaling, columns in the same order, images of the same size.
 * Images that do not decode are left out with the reason, unless none decodes.
 *
 * @param nameOrPath a data set known by name, or a file or folder
 * @param options how its table is read; by default as the run's own was, where that can be
 * @throws a MixturaError for data that cannot be opened, or lack columns of the run
 */
export async function openAs(
  { dataset, data: own }: TrainedRun['run'],
  nameOrPath: string,
  {
    onDownload,
    onNotice,
    split: _,
    features: __,
    gold: ___,
    background: wanted,
    ...asked
  }: AssignOptions = {},
): Promise<Dataset> {
  const { scaling, maximum, largestCount, coding = 'none', reading = 1 } = dataset;
  const { label, key, transpose, header, id, drop, keep, delimiter, decimal, missing } = own;
  const former = {
    ...{ label, key, transpose, header, id, drop, keep, delimiter, decimal, missing },
    ...{ largestCount, ...formerColumns(dataset) },
  };
  const isFolder = isImageFolder(nameOrPath);
  const isOwnFolder = absoluteName(nameOrPath) === own.name && isFolder;
  const opened = await openDataset(nameOrPath, {
    ...asked,
    former,
    reading,
    coding,
    scaling,
    unreadable: 'any',
    // A folder of bytes is then found in the cache, where training has put it.
    maximum: maximum === 255 && isOwnFolder ? undefined : maximum,
    ...imageOptions(dataset, own, absoluteName(nameOrPath)),
    ...(wanted !== undefined && { background: wanted }),
    ...(onDownload && { progress: onDownload }),
    ...(onNotice && { notice: onNotice }),
  });
  return isFolder ? asImagesOf(dataset, opened) : opened;
}

/** A folder's images say by themselves how many bits they have, so 1 is as bright as the run's 1 with any maximum. */
function asImagesOf(run: Pick<Dataset, 'kind' | 'maximum'>, opened: Dataset): Dataset {
  const { test } = opened;
  const { kind, maximum } = run;
  if (kind !== 'image' || maximum === undefined || opened.maximum === maximum) return opened;
  return { ...opened, maximum, ...(test && { test: () => asImagesOf(run, test()) }) };
}

/** The images of the run are read as then, those of any other folder to the same shape and on the same background. */
function imageOptions(
  { shape, background: laidOn }: TrainedRun['run']['dataset'],
  own: DataConfig,
  name: string,
): ImageOptions & Pick<ImageFolderOptions, 'middle'> {
  const { size, crop, color, background = laidOn } = own;
  if (name === own.name) return { size, crop, color, background };
  if (shape.length !== 3 || DATASET_NAMES.includes(name) || !isImageFolder(name)) return {};
  return {
    ...{ size: `${shape[2]}x${shape[1]}`, crop, color: shape[0] === 1 ? 'grey' : 'color', background },
    middle: middleOf(own.name),
  };
}

const WIDTH: Readonly<Record<ValueRange, number>> = { unit: 0, signed: 1, real: 2 };
const INTERVAL: Readonly<Record<ValueRange, string>> = {
  unit: 'between 0 and 1',
  signed: 'between -1 and 1',
  real: 'beyond that',
};

/**
 * Tells of samples without a negative value for a run on -1 to 1.
 * @throws a MixturaError for samples of another shape or interval than those of the run
 */
export function checkLike(
  data: Samples,
  like: Pick<Samples, 'name' | 'shape' | 'range'>,
  nameOrPath: string,
  onNotice?: DataListeners['onNotice'],
): void {
  if (data.shape.join() !== like.shape.join()) {
    throw new MixturaError(
      `${nameOrPath} has samples of shape ${data.shape.join('x')} but the run was trained on ${like.shape.join('x')} (${like.name}); give data of that shape.`,
    );
  }
  if (WIDTH[data.range] > WIDTH[like.range]) {
    throw new MixturaError(
      `${nameOrPath} has values ${INTERVAL[data.range]} but the run was trained on values ${INTERVAL[like.range]}; scale it likewise.`,
    );
  }
  if (data.range === 'unit' && like.range === 'signed') {
    onNotice?.(
      `${nameOrPath} has values ${INTERVAL.unit}, and the run was trained on values ${INTERVAL.signed}; they are taken as they are: if 0 is black there, give 2 x - 1 instead.`,
    );
  }
}

/** Number of data in each group, in the order of their numbers. */
export function groupCounts({ group, components }: Pick<AssignedData, 'group' | 'components'>): number[] {
  const counts = new Array<number>(components).fill(0);
  for (const number of group) counts[number - 1]! += 1;
  return counts;
}

/** Number of data that are more unlike the training rows than 99 % of these. */
export function beyondUsual({ values, usual }: NonNullable<AssignedData['unlike']>): number {
  return values.reduce((count, value) => count + (value > usual ? 1 : 0), 0);
}
