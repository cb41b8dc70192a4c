/** @file Samples of the rare classes or groups of a training set, as many as balance it. */
import { sampleSize } from '../../data/dataset.js';
import { MixturaError, usageError } from '../../errors.js';
import { VERSION } from '../../version.js';
import { reopenData } from '../data/run-data.js';
import type { TrainedRun } from '../trained.js';
import { type AssignOptions, checkLike, openAs } from '../use/assign.js';
import type { DrawnSamples, DrawOptions } from '../use/draw.js';
import {
  beginFolder,
  imageFiles,
  labelName,
  type Manifest,
  type ManifestPart,
  safeName,
  TABLE,
  writeImages,
  writeManifest,
  writeTable,
} from './folder.js';
import { drawGroups } from './named-groups.js';
import { type AugmentPlan, type AugmentTarget, impuritySentences, planAugmentation } from './plan.js';

/** What {@link augmentData} is asked for. */
export interface AugmentOptions
  extends Partial<AugmentTarget>,
    Omit<AssignOptions, 'split' | 'features'>,
    Pick<DrawOptions, 'seed' | 'spread'> {
  /** A new or empty folder, or one in which the same was begun. */
  readonly folder: string;
  /** The data set that is filled up, by name or path (default: the run's own, with its own selection). */
  readonly data?: string | undefined;
}

/** What was added, and where it lies. */
export interface Augmentation {
  readonly folder: string;
  /** Classes of the labels, or groups of the run where the data have no labels. */
  readonly by: AugmentPlan['by'];
  /** Rows that each has now, or had already more of. */
  readonly target: number;
  /** In the order of the classes or groups. */
  readonly parts: readonly ManifestPart[];
  /** All files but the manifest; none where nothing had to be added, and then there is no folder. */
  readonly files: readonly string[];
  /** What a user of the samples should know. */
  readonly notes: readonly string[];
}

/**
 * Writes samples of the rare classes of a training set (of its rare groups where it has no labels), so that all have as many
 * rows as the most frequent one: images as PNG files in a folder a class, tables and points as `generated.csv`; and
 * `manifest.json`, which says how they were made. What was begun in the folder is gone on with; nothing is replaced. The held-out
 * part of the data is neither counted nor filled up.
 *
 * @param trained the run whose groups make the samples: those that are named as the classes
 * @throws a usage error as {@link planAugmentation} does, and for a folder that holds something else; a MixturaError for
 * data of another shape, or where the disk refuses
 */
export async function augmentData(trained: TrainedRun, options: AugmentOptions): Promise<Augmentation> {
  const { folder, data, to = 'balanced', only, seed = 0, spread, ...reading } = options;
  const { run, step, inference } = trained;
  requireTrained(trained);
  const dataset = data === undefined ? await reopenData(run, reading) : await openAs(run, data, reading);
  checkLike(dataset, run.dataset, data ?? run.data.name, reading.onNotice);
  const plan = await planAugmentation(trained, dataset, { to, only });
  const isImage = run.dataset.kind === 'image';
  const parts = plan.parts.map(partOf(plan.by, isImage));
  const notes = impuritySentences(plan);
  const told = { folder, by: plan.by, target: plan.target, parts, notes };
  const added = parts.filter(({ generated }) => generated > 0);
  if (added.length === 0) return { ...told, files: [] };
  const wanted = plan.by === 'group' ? 'group' : labelOf(reading.label ?? run.data.label);
  const column = isImage ? undefined : labelName(wanted, run.dataset);
  const files = isImage ? added.flatMap(imageFiles) : [TABLE];
  const { name, fingerprint, count } = dataset;
  const manifest: Manifest = {
    ...{ version: VERSION, run: trained.folder.path, step, data: { name, fingerprint, count }, seed },
    ...(spread !== undefined && { spread }),
    ...{ by: plan.by, to, target: plan.target, parts },
    ...(column !== undefined && { column }),
    ...{ finished: false, files },
  };
  beginFolder(folder, manifest, data ?? run.data.name);
  const drawn: { name: string; samples: DrawnSamples['samples'] }[] = [];
  for (const part of added) {
    const { groups } = plan.parts.find((one) => one.name === part.name)!;
    const { samples } = await drawGroups({ inference, run, step }, groups, {
      count: part.generated,
      seed,
      spread,
    });
    if (isImage) writeImages(folder, imageFiles(part), run.dataset, samples);
    else drawn.push({ name: part.name, samples });
  }
  if (column !== undefined) writeTable(folder, run.dataset, column, drawn);
  writeManifest(folder, { ...manifest, finished: true });
  return { ...told, files };
}

/** @throws a MixturaError for a run without steps behind it, whose samples are noise. */
function requireTrained({ folder, step, run }: TrainedRun): void {
  if (step > 0 && sampleSize(run.dataset.shape) > 0) return;
  throw new MixturaError(
    `The run ${folder.path} has no steps behind it; go on with mixtura train --resume ${folder.path}`,
  );
}

/** A class or group with the folder of its images. */
function partOf(
  by: AugmentPlan['by'],
  isImage: boolean,
): (part: AugmentPlan['parts'][number]) => ManifestPart {
  const taken = new Set<string>();
  return ({ name, groups, rows, generated, purity, recognised }) => {
    const own = { name, groups: groups.map(({ group }) => group), rows, generated };
    const pure = {
      ...(purity !== undefined && { purity }),
      ...(recognised !== undefined && { recognised }),
    };
    if (!isImage || generated === 0) return { ...own, ...pure };
    const [group] = groups;
    const named = by === 'group' && group!.name !== undefined ? `${group!.group}-${name}` : name;
    const folder = safeName(named, taken);
    taken.add(folder);
    return { ...own, ...pure, folder };
  };
}

/** The column of labels: as it was named, unless it was by its number. */
function labelOf(label: string | undefined): string {
  return label === undefined || /^\d+$/.test(label) ? 'label' : label;
}

/** What a training set is filled up to, as it was typed. @throws a usage error for anything else */
export function targetOf(text: string): AugmentTarget['to'] {
  if (text === 'balanced') return 'balanced';
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw usageError(`--to is '${text}'; give balanced, or the rows that each class is to have.`);
}
