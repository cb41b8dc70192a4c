/** @file How far runs that are there agree on the groups of their own data. */
import type { Dataset } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import { type Agreement, agreementOf, type RunAssignments } from '../../evaluate/agreement.js';
import { requireSameData } from '../compare.js';
import { type DataListeners, reopenData } from '../data/run-data.js';
import { type TrainedRun, withTrained } from '../trained.js';

/** A run whose groups are compared. */
export interface ComparedRun {
  /** Its folder. */
  readonly run: string;
  readonly seed: number;
  /** Steps that it was trained for. */
  readonly step: number;
}

/** {@link Agreement}, with the runs that it is of. */
export interface RunAgreement extends Agreement {
  readonly runs: readonly ComparedRun[];
}

/** A run with the groups of its own rows. */
export interface GroupsOfRun {
  readonly run: ComparedRun;
  readonly assignments: RunAssignments;
}

/** The groups of a run's own rows, training and held out; nothing for a method that gives each datum none of several. */
export async function groupsOfRun(
  path: string,
  { inference, run: { seed }, step }: Pick<TrainedRun, 'inference' | 'run' | 'step'>,
  dataset: Dataset,
): Promise<GroupsOfRun | undefined> {
  const { components, mixing } = inference.prior;
  if (!inference.assigns || components < 2) return undefined;
  const of = async (part: Dataset) => {
    const rows = Uint32Array.from({ length: part.count }, (_, i) => i);
    return inference.mostProbable(await inference.assign(part, rows));
  };
  const train = await of(dataset);
  const held = dataset.test && (await of(dataset.test()));
  return {
    run: { run: path, seed, step },
    assignments: { mixing: Float64Array.from(mixing), train, ...(held && { test: held }) },
  };
}

/** How far the groups of runs on the same data agree; nothing for fewer than two. */
export function agreementBetween(groups: readonly GroupsOfRun[]): RunAgreement | undefined {
  if (groups.length < 2) return undefined;
  return {
    runs: groups.map(({ run }) => run),
    ...agreementOf(groups.map(({ assignments }) => assignments)),
  };
}

/**
 * How far the groups of runs agree on the data that all of them were trained on.
 *
 * @param paths run folders, two or more
 * @throws a usage error for runs on different data, or of a method without groups; a MixturaError if the data have changed
 */
export async function runAgreement(
  paths: readonly string[],
  listeners: DataListeners = {},
): Promise<RunAgreement> {
  if (paths.length < 2) throw usageError('Agreement is one of several runs; give two or more.');
  for (const path of paths.slice(1)) requireSameData(paths[0]!, path);
  const groups: GroupsOfRun[] = [];
  let dataset: Dataset | undefined;
  for (const path of paths) {
    await withTrained(path, async (trained) => {
      dataset ??= await reopenData(trained.run, listeners);
      const own = await groupsOfRun(path, trained, dataset);
      if (!own) throw noGroups(path, trained.run.method);
      groups.push(own);
    });
  }
  return agreementBetween(groups)!;
}

function noGroups(path: string, method: string): Error {
  return usageError(
    `The run ${path} (${method}) gives its data no groups that could be compared; use a method with groups, such as slogan.`,
  );
}
