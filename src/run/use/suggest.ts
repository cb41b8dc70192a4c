/** @file Which rows of data to label next, for a trained run. */
import { existsSync } from 'node:fs';
import { readLabelFile } from '../../data/labels/label-file.js';
import { labelPaths } from '../../data/labels/spec.js';
import { MixturaError, usageError } from '../../errors.js';
import { suggestRows } from '../../evaluate/suggest.js';
import { methodNamed } from '../../methods/index.js';
import { reopenData } from '../data/run-data.js';
import { openGold } from '../gold/open.js';
import { rowKeys } from '../labels/label-csv.js';
import type { TrainedRun } from '../trained.js';
import { type AssignOptions, checkLike, openAs } from './assign.js';

/** What {@link suggestLabels} looks at. */
export interface SuggestOptions extends Omit<AssignOptions, 'split' | 'features' | 'gold'> {
  /** How many rows are suggested. */
  readonly count: number;
  /**
   * A file, or several as `A.csv,B.csv`, of labels that are there already: rows with a class in it are not suggested, nor are
   * those of the run's own data whose labels its training saw.
   */
  readonly labels?: string | undefined;
}

/** Rows whose labels would tell the model most, the best first. */
export interface SuggestedRows {
  /** What names a row: `file`, the column of ids, or `index`. */
  readonly kind: string;
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
 *
 * @example
 * await startRun({ data: { name: 'digits' }, method: 'acgan', labels: '20', steps: 20 }, { folder: 'runs/few' });
 * const next = await withTrained('runs/few', (trained) => suggestLabels(trained, undefined, { count: 3 }));
 * next.rows.length; // => 3
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
  checkLike(data, run.dataset, nameOrPath ?? run.data.name, options.onNotice);
  const { labelsFile } = trained.folder;
  const own = nameOrPath === undefined && existsSync(labelsFile) ? [labelsFile] : [];
  const files = [...own, ...(labels === undefined ? [] : filesOf(labels))];
  const known = files.map((file) => readLabelFile(file, data));
  // Without a choice of labels training has seen all that its data have.
  const seen = nameOrPath === undefined && run.labels === undefined && methodNamed(run.method).supervision;
  const open = Uint32Array.from({ length: data.count }, (_, row) => row).filter(
    (row) => known.every((words) => words[row] === '') && !(seen && (data.labels?.[row] ?? -1) >= 0),
  );
  if (open.length === 0) {
    const where = [...(seen ? ['the data, which training saw'] : []), ...files];
    throw new MixturaError(
      `Every row of ${data.name} has a label in ${where.join(' or ')}; there is none to suggest.`,
    );
  }
  const { kind, names } = rowKeys(data);
  const suggested = await suggestRows(estimator, data, open, count);
  return {
    kind,
    rows: suggested.map(({ row, worth }) => ({ row, name: names[row]!, worth })),
    unlabelled: open.length,
    densityRatio: estimator.densityRatio,
  };
}

/** The files; what is written like none is a file that is not there. */
function filesOf(labels: string): readonly string[] {
  const paths = labelPaths(labels);
  return paths.length > 0 ? paths : [labels];
}
