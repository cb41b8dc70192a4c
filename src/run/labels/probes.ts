/** @file The probes of a run: a few marked examples of groups, from a file of rows or a folder of images. */
import { existsSync, statSync } from 'node:fs';
import type { DataConfig } from '../../config/schema.js';
import { type Dataset, sampleSize } from '../../data/dataset.js';
import { imageFolder } from '../../data/images/folder.js';
import { readLabelFile } from '../../data/labels/label-file.js';
import { usageError } from '../../errors.js';
import type { FoundGroup } from '../../evaluate/labels.js';
import type { Probes } from '../../method/trainable.js';
import type { Inference } from '../../train/inference.js';

/** Probes, and what they are called. */
export interface RunProbes extends Probes {
  /** Name of each group that has probes; group i is component i. */
  readonly groups: readonly string[];
  /** Where they come from: a path, or `(in memory)`. */
  readonly source: string;
}

/** Rows of the data in memory, and the group of each. */
export interface MarkedRows {
  /** Numbers of rows, from 0. */
  readonly rows: ArrayLike<number>;
  /** Group of each of them. */
  readonly groups: ArrayLike<string | number>;
}

/**
 * Opens probes: a CSV of rows of the data and their groups ({@link readLabelFile}), or a folder of images with a sub-folder
 * for each group, read as the data are. Groups are numbered in the order of their names: by number where all are numbers.
 *
 * @throws a MixturaError for a file or folder that cannot be read, rows that are not there or in two groups, fewer than two
 * groups, or images that do not fit the data
 */
export async function openProbes(
  path: string,
  dataset: Dataset,
  data: Partial<DataConfig>,
): Promise<RunProbes> {
  if (!existsSync(path)) {
    throw usageError(
      `${path} is not there; give by --probes a CSV of rows and groups, or a folder with a sub-folder of images for each group.`,
    );
  }
  if (statSync(path).isDirectory()) return probesOfFolder(path, dataset, data);
  const words = readLabelFile(path, dataset);
  const rows = Uint32Array.from([...words.keys()].filter((row) => words[row] !== ''));
  if (rows.length === 0) {
    throw usageError(`${path} names no rows; give a line for each, a row and its group, such as 17,thick.`);
  }
  return probesOf(
    valuesOf(dataset, rows),
    Array.from(rows, (row) => words[row]!),
    path,
  );
}

/** Probes of rows in memory. @throws a usage error as {@link openProbes} does */
export function markedProbes({ rows, groups }: MarkedRows, dataset: Dataset): RunProbes {
  if (rows.length !== groups.length) {
    throw usageError(
      `There are ${rows.length} marked rows and ${groups.length} groups; give a group for each of the rows.`,
    );
  }
  const known = new Map<number, string>();
  for (let i = 0; i < rows.length; i++) {
    const [row, group] = [rows[i]!, String(groups[i])];
    if (!Number.isInteger(row) || row < 0 || row >= dataset.count) {
      throw usageError(`There is no row ${row} to mark; rows are numbered 0 to ${dataset.count - 1}.`);
    }
    const before = known.get(row);
    if (before !== undefined && before !== group) {
      throw usageError(`Row ${row} is marked as ${before} and as ${group}; keep one of them.`);
    }
    known.set(row, group);
  }
  return probesOf(valuesOf(dataset, Uint32Array.from(known.keys())), [...known.values()], '(in memory)');
}

/** @throws a usage error where there are more groups of probes than groups */
export function requireGroupsFor({ groups, source }: RunProbes, components: number): void {
  if (groups.length <= components) return;
  throw usageError(
    `The probes of ${source} are of ${groups.length} groups (${shortList(groups)}), and the run has ${components}; give --components ${groups.length} or more.`,
  );
}

/** A group of probes: how many there are, and how many of them the model gives to it. */
export interface ProbeCount {
  readonly name: string;
  readonly component: number;
  readonly count: number;
  /** Absent where the model assigns no data. */
  readonly own?: number | undefined;
}

/** The groups of probes, as a model sees them. */
export async function countProbes(probes: RunProbes, inference: Inference): Promise<readonly ProbeCount[]> {
  const assigned = inference.assigns ? await inference.groupOf(probes.values) : undefined;
  return probes.groups.map((name, component) => {
    const rows = [...probes.component.keys()].filter((i) => probes.component[i] === component);
    const own = assigned && rows.filter((i) => assigned[i] === component).length;
    return { name, component, count: rows.length, ...(own !== undefined && { own }) };
  });
}

/** Which labels training saw, in a sentence: "Training saw the groups of 20 probes of FILE (thick 10, thin 10) and no other labels; 19 of them are in their groups." */
export function probesSentence({ source }: Pick<RunProbes, 'source'>, counts: readonly ProbeCount[]): string {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const known = counts.every(({ own }) => own !== undefined);
  const own = counts.reduce((sum, one) => sum + (one.own ?? 0), 0);
  const each = counts.map(({ name, count }) => `${name} ${count}`).join(', ');
  const where = known ? `; the model gives ${own} of them to their groups` : '';
  return `Training saw the groups of ${total} probes of ${source} (${each}) and no other labels${where}.`;
}

async function probesOfFolder(
  path: string,
  dataset: Dataset,
  { crop, background }: Partial<DataConfig>,
): Promise<RunProbes> {
  if (dataset.kind !== 'image') {
    throw usageError(
      `${path} is a folder, and ${dataset.name} holds no images; give by --probes a CSV of rows and groups.`,
    );
  }
  const [channels, height, width] = dataset.shape as [number, number, number];
  const images = await imageFolder(path, {
    ...{ size: `${width}x${height}`, crop, background, maximum: dataset.maximum },
    color: channels === 1 ? 'grey' : 'color',
  });
  if (!images.labels || !images.classNames) {
    throw usageError(
      `${path} has not a sub-folder of images for each of two groups or more; sort the probes into such.`,
    );
  }
  const { labels, classNames } = images;
  const values = valuesOf(
    images,
    Uint32Array.from({ length: images.count }, (_, i) => i),
  );
  // Images of a folder are in [0, 1].
  const scaled = dataset.range === 'signed' ? values.map((value) => 2 * value - 1) : values;
  return probesOf(
    scaled,
    Array.from(labels, (label) => classNames[label]!),
    path,
  );
}

function probesOf(values: Float32Array, words: readonly string[], source: string): RunProbes {
  const names = [...new Set(words)];
  const numbers = names.every((name) => /^\d+$/.test(name));
  const groups = names.sort(numbers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
  if (groups.length < 2) {
    throw usageError(
      `All probes of ${source} are of one group (${groups.join()}), which tells it from nothing; mark examples of two groups or more.`,
    );
  }
  const component = Int32Array.from(words, (word) => groups.indexOf(word));
  return { values, component, groups, source };
}

function valuesOf(dataset: Dataset, rows: Uint32Array): Float32Array {
  const values = new Float32Array(rows.length * sampleSize(dataset.shape));
  dataset.read(rows, values);
  return values;
}

/** Groups with the names that probes gave them, in place of those of classes. */
export function withProbeNames(
  found: readonly FoundGroup[],
  probes: Pick<RunProbes, 'groups'> | undefined,
): readonly FoundGroup[] {
  return found.map((group) => {
    const name = probes?.groups[group.component];
    return name === undefined ? group : { ...group, trueName: name };
  });
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown}, ...` : shown;
}
