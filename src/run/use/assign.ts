/** @file New data assigned to the groups of a trained run. */
import { type DataConfig, RUN_DEFAULTS } from '../../config/schema.js';
import type { Dataset, Samples, ValueRange } from '../../data/dataset.js';

import type { ImageOptions } from '../../data/images/folder.js';
import type { RowNames } from '../../data/row-names.js';
import { DATASET_NAMES, isImageFolder, openDataset } from '../../data/sets/open.js';
import { formerColumns } from '../../data/tables/coded.js';
import type { TableOptions } from '../../data/tables/table-options.js';
import { MixturaError, usageError } from '../../errors.js';
import { mostProbable } from '../../train/inference.js';
import { absoluteName, type DataListeners } from '../prepare.js';
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
  /** Most probable component of each datum, 0..K-1. */
  readonly component: Int32Array;
  /** count x K. */
  readonly probabilities: Float32Array;
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
}

/**
 * Assigns every row of a file, or of a data set known by name, to a group.
 *
 * @param options how its table is read; by default as the run's own was, where that can be
 * @throws a MixturaError for data of another shape or interval, or a method that has no groups
 */
export async function assignFile(
  trained: TrainedRun,
  nameOrPath: string,
  options: AssignOptions = {},
): Promise<AssignedData> {
  const { inference, run } = trained;
  if (!inference.assigns) {
    throw usageError(
      `The run ${trained.folder.path} was trained by ${run.method}, which does not assign data to groups; use a run of a method that does, such as ${RUN_DEFAULTS.method}.`,
    );
  }
  const opened = partsOf(await openLike(run, nameOrPath, options), options.split, nameOrPath);
  const { components } = inference.prior;
  const parts = opened.map(
    ([name, { count, rows }]): AssignedPart => ({ name, count, ...(rows && { rows }) }),
  );
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const probabilities = new Float32Array(count * components);
  let first = 0;
  for (const [, data] of opened) {
    checkLike(data, run.dataset, nameOrPath);
    const indices = Uint32Array.from({ length: data.count }, (_, i) => i);
    probabilities.set(await inference.assign(data, indices), first * components);
    first += data.count;
  }
  return { count, parts, components, component: mostProbable(probabilities, components), probabilities };
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

/** Data as the run saw its own: the same scaling, the same interval. */
async function openLike(
  { dataset, data: own }: TrainedRun['run'],
  nameOrPath: string,
  { onDownload, onNotice, split: _, background: wanted, ...asked }: AssignOptions,
): Promise<Dataset> {
  const { scaling, maximum, largestCount, coding = 'none', reading = 1 } = dataset;
  const { label, key, transpose, header, id, drop, keep, delimiter, decimal, missing } = own;
  const former = {
    ...{ label, key, transpose, header, id, drop, keep, delimiter, decimal, missing },
    ...{ largestCount, ...formerColumns(dataset) },
  };
  const isOwnFolder = absoluteName(nameOrPath) === own.name && isImageFolder(nameOrPath);
  return openDataset(nameOrPath, {
    ...asked,
    former,
    reading,
    coding,
    scaling,
    // A folder of bytes is then found in the cache, where training has put it.
    maximum: maximum === 255 && isOwnFolder ? undefined : maximum,
    ...imageOptions(dataset, own, absoluteName(nameOrPath)),
    ...(wanted !== undefined && { background: wanted }),
    ...(onDownload && { progress: onDownload }),
    ...(onNotice && { notice: onNotice }),
  });
}

/** The images of the run are read as then, those of any other folder to the same shape and on the same background. */
function imageOptions(
  { shape, background: laidOn }: TrainedRun['run']['dataset'],
  own: DataConfig,
  name: string,
): ImageOptions {
  const { size, crop, color, background = laidOn } = own;
  if (name === own.name) return { size, crop, color, background };
  if (shape.length !== 3 || DATASET_NAMES.includes(name) || !isImageFolder(name)) return {};
  return { size: `${shape[2]}x${shape[1]}`, crop, color: shape[0] === 1 ? 'grey' : 'color', background };
}

const WIDTH: Readonly<Record<ValueRange, number>> = { unit: 0, signed: 1, real: 2 };
const INTERVAL: Readonly<Record<ValueRange, string>> = {
  unit: 'between 0 and 1',
  signed: 'between -1 and 1',
  real: 'beyond that',
};

function checkLike(data: Samples, like: Pick<Samples, 'name' | 'shape' | 'range'>, nameOrPath: string): void {
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
}

/** Number of data in each group. */
export function groupCounts({ component, components }: AssignedData): number[] {
  const counts = new Array<number>(components).fill(0);
  for (const c of component) counts[c]! += 1;
  return counts;
}
