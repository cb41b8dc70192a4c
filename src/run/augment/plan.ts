/** @file How many new samples of each class or group balance a training set, and which groups of a run make them. */
import type { Dataset } from '../../data/dataset.js';
import { ExitCode, MixturaError, usageError } from '../../errors.js';
import { groupTitle, type RunGroup, readGroups } from '../groups.js';
import type { TrainedRun } from '../trained.js';
import { recognisedShare, unrecognisedNote } from '../use/recognised.js';
import { groupsNamed } from './named-groups.js';

/** What is to be filled up: a class of the labels, or a group of the run where the data have no labels. */
export interface RarePart {
  /** Name of the class, or of the group: its number where it has no name. */
  readonly name: string;
  /** Groups of the run whose samples it gets. */
  readonly groups: readonly RunGroup[];
  /** Rows of the training data. */
  readonly rows: number;
  /** Samples that are added. */
  readonly generated: number;
  /** Of a class: the share of the rows in these groups that are of the class; absent where the run assigns none. */
  readonly purity?: number;
  /** Share of new samples that the model itself sees as those of its groups, where it can tell. */
  readonly recognised?: number;
}

/** What a training set is filled up to. */
export interface AugmentTarget {
  /** `balanced`: as many rows of each as of the most frequent; or so many rows of each, at least. */
  readonly to: 'balanced' | number;
  /** Names of the classes or groups that are filled up (default: all). */
  readonly only?: readonly string[] | undefined;
}

/** The parts of a training set. */
export interface AugmentPlan {
  readonly by: 'class' | 'group';
  /** Rows that each is to have. */
  readonly target: number;
  /** In the order of the classes, or of the groups; those that need nothing among them. */
  readonly parts: readonly RarePart[];
}

/**
 * Plans samples for the classes of the labels; for groups, by their most probable rows, where the data have no labels.
 *
 * @throws a usage error for a name that there is not, a class that no group of the run is named after, and a method
 * without groups; a MixturaError where neither labels nor the method say of which class or group a row is
 */
export async function planAugmentation(
  trained: Pick<TrainedRun, 'inference' | 'run' | 'folder'>,
  dataset: Dataset,
  { to, only }: AugmentTarget,
): Promise<AugmentPlan> {
  const { inference, run, folder } = trained;
  const { mixing, components } = inference.prior;
  if (components < run.components) {
    throw usageError(
      `The run ${folder.path} was trained by ${run.method}, which learns no groups, so it gives no samples of a class; use another run.`,
    );
  }
  const groups = readGroups(folder, mixing);
  const assigned = await componentsOf(trained, dataset);
  const { labels } = dataset;
  if (!labels && !assigned) {
    throw new MixturaError(
      `${dataset.name} has no labels, and the run ${folder.path} does not say which group a row is in; name a column by --label.`,
    );
  }
  const named = labels ? classesOf(dataset, labels) : groupsOf(groups, assigned!);
  requireNames(named, only, dataset.name);
  const target = to === 'balanced' ? Math.max(...named.map(({ rows }) => rows)) : to;
  const parts: RarePart[] = [];
  for (const { name, rows, group, index } of named) {
    const generated = only && !only.includes(name) ? 0 : Math.max(0, target - rows);
    const own = group ? [group] : generated > 0 ? classGroups(trained, groups, name) : [];
    const purity = labels && assigned && own.length > 0 ? purityOf(own, assigned, labels, index) : undefined;
    const recognised = generated > 0 ? await recognisedShare(trained, own) : undefined;
    const shares = {
      ...(purity !== undefined && { purity }),
      ...(recognised !== undefined && { recognised }),
    };
    parts.push({ name, groups: own, rows, generated, ...shares });
  }
  return { by: labels ? 'class' : 'group', target, parts };
}

/** A class or group before it is planned. */
interface NamedPart {
  readonly name: string;
  /** The class. */
  readonly index: number;
  readonly rows: number;
  readonly group?: RunGroup;
}

async function componentsOf(
  { inference }: Pick<TrainedRun, 'inference'>,
  dataset: Dataset,
): Promise<Int32Array | undefined> {
  if (!inference.assigns) return undefined;
  const rows = Uint32Array.from({ length: dataset.count }, (_, i) => i);
  return inference.mostProbable(await inference.assign(dataset, rows, 'as the run'));
}

function classesOf({ classNames = [] }: Dataset, labels: Int32Array): NamedPart[] {
  const counts = new Map<number, number>();
  for (const label of labels) if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, rows]) => ({ index, rows, name: (classNames[index] ?? String(index)).trim() }));
}

function groupsOf(groups: readonly RunGroup[], assigned: Int32Array): NamedPart[] {
  const counts = new Map<number, number>();
  for (const component of assigned) counts.set(component, (counts.get(component) ?? 0) + 1);
  return groups.map((group) => ({
    group,
    index: group.component,
    name: group.name ?? String(group.group),
    rows: counts.get(group.component) ?? 0,
  }));
}

/** @throws a usage error for a name that none has, or that several groups have */
function requireNames(named: readonly NamedPart[], only: readonly string[] | undefined, data: string): void {
  const known = named.map(({ name }) => name);
  const wrong = only?.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw usageError(`${data} has no class or group '${wrong}'; choose of ${known.join(', ')}.`);
  }
  const twice = known.find((name, at) => known.indexOf(name) < at);
  if (twice !== undefined) {
    throw usageError(
      `Two groups are called ${twice}, so their samples would go into one folder; give them different names in groups.json.`,
    );
  }
}

function classGroups(
  trained: Pick<TrainedRun, 'folder'>,
  groups: readonly RunGroup[],
  name: string,
): RunGroup[] {
  const { path, groupsFile } = trained.folder;
  if (groups.every((group) => group.name === undefined)) {
    throw usageError(
      `The class ${name} needs samples, and the groups of ${path} have no names; write the class of each group into ${groupsFile}.`,
    );
  }
  try {
    return groupsNamed(trained, groups, name);
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    throw new MixturaError(
      `The class ${name} needs samples. ${cause.message} Name a group so in ${groupsFile}, or say by --class which classes are filled up.`,
      { cause, exitCode: ExitCode.usage },
    );
  }
}

/** Share of the rows in these groups that are of the class; 0 where they have no rows. */
function purityOf(
  groups: readonly RunGroup[],
  assigned: Int32Array,
  labels: Int32Array,
  label: number,
): number {
  const own = new Set(groups.map(({ component }) => component));
  let [all, right] = [0, 0];
  assigned.forEach((component, i) => {
    if (!own.has(component)) return;
    all++;
    if (labels[i] === label) right++;
  });
  return all === 0 ? 0 : right / all;
}

/** Below this share of rows of its class, a group is said to be of another. */
const PURE = 0.5;

/**
 * A sentence for each class whose groups are mostly of other classes: their samples are likely to be of these; and for new
 * samples that the model itself takes for others.
 */
export function impuritySentences({ parts }: AugmentPlan): string[] {
  const unlike = parts.flatMap(({ recognised, groups }) => unrecognisedNote(recognised, groups) ?? []);
  const impure = parts.flatMap(({ name, groups, generated, purity }) =>
    generated === 0 || purity === undefined || purity >= PURE
      ? []
      : [
          `Of the rows in ${groups.map(groupTitle).join(', ')} ${(100 * purity).toFixed(1)} % are of the class ${name}, so many of its new samples may be of other classes.`,
        ],
  );
  return [...unlike, ...impure];
}
