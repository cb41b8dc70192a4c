/** @file Which rows of data to label next, for a trained run. */
import type { Dataset } from '../../data/dataset.js';
import { MixturaError, usageError } from '../../errors.js';
import { suggestRows } from '../../evaluate/suggest.js';
import { openGold } from '../gold/open.js';
import { reopenData } from '../prepare.js';
import type { TrainedRun } from '../trained.js';
import { type AssignOptions, checkLike, openAs } from './assign.js';
import { assignedRows } from './assignment-csv.js';
import { type RowKeys, readLabelCsv } from './label-csv.js';

/** What {@link suggestLabels} looks at. */
export interface SuggestOptions extends Omit<AssignOptions, 'split' | 'features' | 'gold'> {
  /** How many rows are suggested. */
  readonly count: number;
  /** A file of labels that are there already: rows with a class in it are not suggested. */
  readonly labels?: string | undefined;
}

/** Rows whose labels would tell the model most, the best first. */
export interface SuggestedRows {
  readonly keys: RowKeys;
  readonly rows: readonly { readonly row: number; readonly name: string; readonly worth: number }[];
  /** Rows that could have been suggested. */
  readonly unlabelled: number;
  /** Whether D estimates a log density ratio; else it only orders rows. */
  readonly densityRatio: boolean;
}

/**
 * The rows of the training part of some data whose labels are worth most by GOLD.
 *
 * @param nameOrPath the data; by default the run's own
 * @throws a MixturaError for a model without critic or group probabilities, data that do not fit it, labels that do not fit
 * the data, and where no row is without a label
 */
export async function suggestLabels(
  trained: TrainedRun,
  nameOrPath: string | undefined,
  { count, labels, ...options }: SuggestOptions,
): Promise<SuggestedRows> {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw usageError(`--count is ${count}; give a whole number of at least 1.`);
  }
  const { run } = trained;
  const estimator = await openGold(trained);
  const data =
    nameOrPath === undefined ? await reopenData(run, options) : await openAs(run, nameOrPath, options);
  checkLike(data, run.dataset, nameOrPath ?? run.data.name);
  const keys = keysOf(data);
  const known = labels === undefined ? new Map<number, string>() : readLabelCsv(labels, keys);
  const open = Uint32Array.from({ length: data.count }, (_, row) => row).filter((row) => !known.has(row));
  if (open.length === 0) {
    throw new MixturaError(`Every row of ${data.name} has a label in ${labels}; there is none to suggest.`);
  }
  const suggested = await suggestRows(estimator, data, open, count);
  return {
    keys,
    rows: suggested.map(({ row, worth }) => ({ row, name: keys.names[row]!, worth })),
    unlabelled: open.length,
    densityRatio: estimator.densityRatio,
  };
}

/** Files and ids name rows where they are all different; else the place in the whole of the data does, from 0. */
function keysOf({ count, rows }: Dataset): RowKeys {
  const { id } = rows ?? {};
  if (id && new Set(id.values).size === count && !id.values.includes('')) {
    return { kind: id.name || 'row', names: id.values };
  }
  const parts = [{ name: 'train' as const, count, ...(rows && { rows }) }];
  const names = [...assignedRows({ parts })].flatMap(({ at, index }) =>
    at === undefined ? [] : [String(index)],
  );
  return { kind: 'index', names };
}
