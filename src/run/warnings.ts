/** @file What a user of a run has to know before its groups and its new samples are used. */
import type { ResolvedRun } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import type { FoundGroup } from '../evaluate/labels.js';
import { ownShares, ownWarnings } from '../evaluate/own-samples.js';
import type { Inference } from '../train/inference.js';
import type { RunFolder } from './folder.js';
import { runSizeWarnings } from './groups.js';
import { taughtWarnings } from './stages/taught.js';
import { unlikeWarnings } from './unlike-rows.js';

/** A run whose model is looked at. */
export interface WarnedRun {
  readonly folder: RunFolder;
  readonly run: ResolvedRun;
  readonly inference: Inference;
  /** Its training data. */
  readonly dataset: Dataset;
  /** The step of the model, and its groups on the training data. */
  readonly step: number;
  readonly groups: readonly FoundGroup[];
  /** Share of the rows that stay in the groups found before the training, where there were some. */
  readonly taught: number | undefined;
}

/**
 * Sentences on groups without data or of sizes that still move, on rows that left the group they were taught, and on new
 * samples that the model itself does not see as theirs, or whose columns are unlike real ones.
 */
export async function runWarnings(warned: WarnedRun): Promise<string[]> {
  const { folder, run, inference, dataset, step, groups, taught } = warned;
  const order = groups.map(({ component }) => component);
  // Encoders that learn from samples alone say little of them.
  const knows = taught !== undefined || run.dataset.labels !== undefined;
  return [
    ...runSizeWarnings(groups, folder.readMetrics(step), step, run, inference.graphs.labelClasses),
    ...taughtWarnings(taught),
    ...ownWarnings(knows ? await ownShares(inference) : undefined, order),
    ...(taught === undefined ? [] : await unlikeWarnings(inference, dataset, order)),
  ];
}
