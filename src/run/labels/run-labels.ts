/** @file The labels that a run's training sees, as the run keeps them, and the names that they give to groups. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ResolvedRun } from '../../config/schema.js';
import type { Dataset } from '../../data/dataset.js';
import { keptLabels, type TrainingLabels, trainingLabels } from '../../data/labels/training-labels.js';
import { MixturaError } from '../../errors.js';
import type { FoundGroup } from '../../evaluate/labels.js';
import type { MethodDefinition } from '../../method/method.js';

/** A run in its folder. */
export interface RunWithLabels {
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
  readonly folder: { readonly labelsFile: string; readonly path: string };
}

/**
 * The labels that training sees: those that the run has kept, where they were asked for; nothing for a method without any.
 *
 * @throws a MixturaError where the run has lost them, or they are no longer those that it began with
 */
export function labelsOfRun(
  { run, method, folder }: RunWithLabels,
  dataset: Dataset,
): TrainingLabels | undefined {
  if (method.supervision === undefined) return undefined;
  if (run.labels === undefined) return trainingLabels(dataset, {});
  if (!existsSync(folder.labelsFile)) {
    throw new MixturaError(
      `The run ${folder.path} has lost labels.csv, the labels that its training sees; restore it, or train again.`,
    );
  }
  const labels = keptLabels(dataset, folder.labelsFile, run);
  const { labels: begun = labelsFingerprint(labels) } = run.dataset;
  if (labelsFingerprint(labels) === begun) return labels;
  throw new MixturaError(
    `The labels in ${folder.labelsFile} have changed since the run began; put the old ones back, or train a new run with a copy of them by --labels FILE.`,
  );
}

/** By which the labels of rows and the names of their classes are recognised: SHA-256, hexadecimal. */
export function labelsFingerprint({
  labels,
  classNames,
}: Pick<TrainingLabels, 'labels' | 'classNames'>): string {
  const bytes = new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
  return createHash('sha256').update(JSON.stringify(classNames)).update(bytes).digest('hex');
}

/** Groups with the names of the classes that training was told, in place of those that were matched to them. */
export function withLabelNames(
  found: readonly FoundGroup[],
  labels: Pick<TrainingLabels, 'classNames'> | undefined,
  classes: ArrayLike<number> | undefined,
): readonly FoundGroup[] {
  if (!labels || !classes) return found;
  return found.map((group) => {
    const name = labels.classNames[classes[group.component]!];
    return name === undefined ? group : { ...group, trueName: name };
  });
}
