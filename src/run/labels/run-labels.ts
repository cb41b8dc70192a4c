/** @file The labels that a run's training sees, as the run keeps them, and the names that they give to groups. */
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
 * @throws a MixturaError where the run has lost them
 */
export function labelsOfRun(
  { run, method, folder }: RunWithLabels,
  dataset: Dataset,
): TrainingLabels | undefined {
  if (method.supervision === undefined) return undefined;
  if (run.labels === undefined) return trainingLabels(dataset, {});
  if (existsSync(folder.labelsFile)) return keptLabels(dataset, folder.labelsFile, run);
  throw new MixturaError(
    `The run ${folder.path} has lost labels.csv, the labels that its training sees; restore it, or train again.`,
  );
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
