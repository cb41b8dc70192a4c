/** @file New data assigned to the groups of a trained run. */
import { type DataConfig, RUN_DEFAULTS } from '../../config/schema.js';
import type { Dataset, Samples, ValueRange } from '../../data/dataset.js';
import type { ReadOptions } from '../../data/formats/content.js';
import type { ImageOptions } from '../../data/images/folder.js';
import { DATASET_NAMES, isImageFolder, openDataset } from '../../data/sets/open.js';
import { MixturaError, usageError } from '../../errors.js';
import { mostProbable } from '../../train/inference.js';
import { absoluteName, type DataListeners } from '../prepare.js';
import type { TrainedRun } from '../trained.js';

/** The component of each datum, and the probabilities of all. */
export interface AssignedData {
  readonly count: number;
  readonly components: number;
  /** Most probable component of each datum, 0..K-1. */
  readonly component: Int32Array;
  /** count x K. */
  readonly probabilities: Float32Array;
}

/** How the table of new data is read: its column of labels, which is left out; its part; its orientation. */
export interface AssignOptions extends Pick<ReadOptions, 'label' | 'key' | 'transpose'>, DataListeners {}

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
  const data = await openLike(run, nameOrPath, options);
  const { components } = inference.prior;
  const indices = Uint32Array.from({ length: data.count }, (_, i) => i);
  const probabilities = await inference.assign(data, indices);
  return { count: data.count, components, component: mostProbable(probabilities, components), probabilities };
}

/** Data as the run saw its own: the same scaling, the same interval. */
async function openLike(
  { dataset, data: own }: TrainedRun['run'],
  nameOrPath: string,
  { onDownload, onNotice, ...reading }: AssignOptions,
): Promise<Dataset> {
  const { scaling, maximum, largestCount } = dataset;
  const { label, key, transpose } = own;
  const former = { label, key, transpose, largestCount, columns: dataset.shape[0]! };
  const data = await openDataset(nameOrPath, {
    ...reading,
    former,
    scaling,
    maximum,
    ...imageOptions(dataset.shape, own, absoluteName(nameOrPath)),
    ...(onDownload && { progress: onDownload }),
    ...(onNotice && { notice: onNotice }),
  });
  checkLike(data, dataset, nameOrPath);
  return data;
}

/** The images of the run are read as then, those of any other folder to the same shape. */
function imageOptions(shape: readonly number[], own: DataConfig, name: string): ImageOptions {
  const { size, crop, color } = own;
  if (name === own.name) return { size, crop, color };
  if (shape.length !== 3 || DATASET_NAMES.includes(name) || !isImageFolder(name)) return {};
  return { size: `${shape[2]}x${shape[1]}`, crop, color: shape[0] === 1 ? 'grey' : 'color' };
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

/** CSV with a row a datum: index (from 0), component (from 0), its probability, and p0..pK-1. */
export function assignmentCsv({ count, components, component, probabilities }: AssignedData): string {
  const header = [
    'index',
    'component',
    'probability',
    ...Array.from({ length: components }, (_, c) => `p${c}`),
  ];
  const lines = [header.join(',')];
  for (let i = 0; i < count; i++) {
    const row = Array.from(probabilities.subarray(i * components, (i + 1) * components), (p) =>
      Number(p.toPrecision(7)),
    );
    lines.push([i, component[i], row[component[i]!], ...row].join(','));
  }
  return `${lines.join('\n')}\n`;
}
