/** @file Assigned data as a file, whose ending says what it is: CSV, TSV, Parquet, or an AnnData file with the groups. */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import type { AnnDataAdditions } from '../../data/formats/hdf5/extend-anndata.js';
import { annDataWith } from '../../data/formats/hdf5/thread.js';
import { encodeParquet } from '../../data/formats/parquet/write.js';
import { usageError } from '../../errors.js';
import { VERSION } from '../../version.js';
import type { TrainedRun } from '../trained.js';
import type { AssignedData } from './assign.js';
import { assignedRows, assignmentColumns, assignmentCsv } from './assignment-csv.js';

const ANNDATA = '.h5ad';
const NAME = 'mixtura';
/** Endings of other formats, in which CSV could not be read. */
const OTHERS =
  /\.(xlsx?|ods|jsonl?|ndjson|npy|npz|gz|zip|bz2|xz|zst|feather|arrow|orc|pkl|h5|hdf5|zarr|html?|png)$/i;

/** Whether the ending asks for an AnnData file, which takes the encoder's features too. */
export function wantsFeatures(out: string | undefined): boolean {
  return out !== undefined && extname(out).toLowerCase() === ANNDATA;
}

/**
 * Refuses what {@link writeAssignment} could not write, before the work.
 *
 * @param data name or path of the data
 * @throws a usage error for the ending of a format that is not written, or an AnnData file of data that are none
 */
export function requireAssignmentFormat(out: string, data: string): void {
  if (OTHERS.test(out)) {
    throw usageError(`--out is '${out}'; give a file that ends in .csv, .tsv, .parquet or .h5ad.`);
  }
  if (!wantsFeatures(out)) return;
  if (extname(data).toLowerCase() === ANNDATA && existsSync(data)) return;
  throw usageError(
    `${out} would be a copy of an AnnData file with the groups, and the data (${data}) are no .h5ad file; give a .csv, .tsv or .parquet file.`,
  );
}

/**
 * Writes assigned data, whole or not at all: `.parquet`, `.tsv`, `.h5ad` (a copy of the data's own file with
 * `obs['mixtura']`, `obs['mixtura_probability']`, `obs['mixtura_unlike']`, `obs['mixtura_gold']` where asked for, `obsm['X_mixtura']` and `uns['mixtura']`), and CSV for any other ending.
 *
 * @param data name or path of the data
 * @throws a MixturaError if the AnnData file cannot take the groups, or the disk refuses
 */
export async function writeAssignment(
  out: string,
  trained: TrainedRun,
  data: string,
  assigned: AssignedData,
): Promise<void> {
  switch (extname(out).toLowerCase()) {
    case '.parquet':
      // All of it is made first: what is written may have to be written again, plainly.
      writeFileAtomic(out, [...encodeParquet(assignmentColumns(assigned))]);
      return;
    case '.tsv':
      writeFileAtomic(out, assignmentCsv(assigned, '\t'));
      return;
    case ANNDATA:
      requireAssignmentFormat(out, data);
      writeFileAtomic(out, await annDataWith(data, additionsOf(trained, assigned)));
      return;
    default:
      writeFileAtomic(out, assignmentCsv(assigned));
  }
}

function additionsOf({ run, step }: TrainedRun, assigned: AssignedData): AnnDataAdditions {
  const { groups, group, components, component, probabilities, features, unlike, gold } = assigned;
  if (!features) throw new RangeError('features are not there');
  const rows = [...assignedRows(assigned)];
  const cells = rows.reduce((most, { index }) => Math.max(most, index + 1), 0);
  const codes = new Int32Array(cells).fill(-1);
  const probability = new Float64Array(cells).fill(Number.NaN);
  const strange = new Float64Array(cells).fill(Number.NaN);
  const missed = new Float64Array(cells).fill(Number.NaN);
  const { width } = features;
  const values = new Float32Array(cells * width).fill(Number.NaN);
  for (const { index, at } of rows) {
    if (at === undefined) continue;
    codes[index] = group[at]! - 1;
    probability[index] = probabilities[at * components + component[at]!]!;
    if (unlike) strange[index] = unlike.values[at]!;
    if (gold) missed[index] = gold.values[at]!;
    values.set(features.values.subarray(at * width, (at + 1) * width), index * width);
  }
  return {
    name: NAME,
    // The number keeps names apart that are equal, and in their order.
    categories: groups.map((one) => (one.name === undefined ? `${one.group}` : `${one.group} ${one.name}`)),
    codes,
    numbers: { probability, ...(unlike && { unlike: strange }), ...(gold && { gold: missed }) },
    features: { width, values },
    partial: assigned.parts.some((part) => part.rows?.numbers !== undefined),
    facts: {
      method: run.method,
      version: VERSION,
      data: run.dataset.name,
      step: Float64Array.of(step),
      seed: Float64Array.of(run.seed),
      sizes: Float64Array.from(groups, ({ size }) => size),
    },
  };
}
