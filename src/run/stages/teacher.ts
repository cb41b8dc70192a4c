/** @file The groups that a run's stages learn: found without labels in the data, or in what the pretext sees of them. */
import { existsSync } from 'node:fs';
import { arrayDataset, type Dataset, withoutLabels } from '../../data/dataset.js';
import { MixturaError } from '../../errors.js';
import { findGroups } from '../../groups/find.js';
import type { FindOptions } from '../../groups/find-options.js';
import type { GroupFindings } from '../../groups/findings.js';
import { Stream } from '../../math/random.js';
import type { Lessons } from '../../method/stage.js';
import type { Teaching } from '../../method/trainable.js';
import { columnRoles, withTwoValued } from '../../views/column-roles.js';
import { readTable } from '../../views/read-rows.js';
import { tailCurves } from '../../views/tail-curves.js';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.js';
import { type StageFiles, StageInterrupted } from './stage-files.js';

/** Confidence from which a row is learned from. */
const SURE = 0.8;
/** Name of the view of what the pretext has learned. */
export const LEARNED = 'learned features';
const FORMAT = 'mixtura-teacher-1';

/** Groups that were found, and what is to be said of them. */
export interface Teacher {
  readonly teaching: Teaching;
  /** Number of groups. */
  readonly groups: number;
  readonly view: string;
  readonly way: string;
  /** Mean agreement of the groups between subsamples. */
  readonly stability: number;
  /** What matters most, a sentence each. */
  readonly headline: readonly string[];
}

/** What groups are looked for in. */
export interface TeacherOptions {
  readonly dataset: Dataset;
  /** What the pretext sees of all rows, [n, f], if there was one. */
  readonly features: Float32Array | undefined;
  /** What a pretrained encoder sees of all rows: where it is given, groups are looked for in nothing else. */
  readonly encoded?: { readonly view: string; readonly rows: Dataset } | undefined;
  readonly groups: number | 'auto';
  readonly teacher: Lessons['teacher'];
  readonly seed: number;
  readonly files: StageFiles;
  /** What the groups depend on. */
  readonly key: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, what: string) => void) | undefined;
}

/** The groups that are saved with the run, if they can be read, and are those of the key where one is given. */
export function savedTeacher({ groups }: StageFiles, key?: string): Teacher | undefined {
  if (!existsSync(groups)) return undefined;
  try {
    const { teacher, key: own } = readTeacher(groups);
    return key === undefined || own === key ? teacher : undefined;
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    return undefined; // What is damaged is found again.
  }
}

/**
 * Finds groups in the features of an encoder, where there is one, else in the data and, if there are any, in the learned features. Those whose division scores higher (stability
 * less what unclear borders take off) are taken; one group always comes back, so it is taken only where nothing is
 * divided. They are saved with the run. Labels are not there to be read.
 */
export async function findTeacher(options: TeacherOptions): Promise<Teacher> {
  const { files, key } = options;
  files.make();
  // What columns held is not known of data that are opened again, by a run that goes on.
  const { columnValues: _, ...samples } = withoutLabels(options.dataset);
  const { encoded } = options;
  const images = { images: samples, pretrained: encoded !== undefined };
  const own = await found(options, encoded ? withoutLabels(encoded.rows) : samples, 0, images);
  const learned = options.features && (await found(options, learnedDataset(options), 1, images));
  const better = learned && isBetter(learned, own);
  const findings = better ? learned : own;
  const curves = curvesOf(samples, own.looked);
  const teacher: Teacher = {
    teaching: { ...teachingOf(findings, options), ...(curves && { curves }) },
    groups: findings.groups.length,
    view: better ? LEARNED : (encoded?.view ?? findings.choice.view),
    way: findings.choice.teacher,
    stability: findings.stability,
    headline: findings.headline,
  };
  writeTeacher(files, key, teacher);
  return teacher;
}

async function found(
  { groups, seed, signal, onProgress, files, features }: TeacherOptions,
  dataset: Dataset,
  turn: 0 | 1,
  featuresOf: FindOptions['featuresOf'],
): Promise<GroupFindings> {
  const turns = features ? 2 : 1;
  try {
    return await findGroups(dataset, {
      ...{ groups, seed, signal, featuresOf },
      onProgress({ done, what }) {
        files.owner.renewLock();
        onProgress?.((turn + done) / turns, what);
      },
    });
  } catch (cause) {
    if (!signal?.aborted || cause !== signal.reason) throw cause;
    throw new StageInterrupted('looking for groups, which begins again', cause);
  }
}

/** How columns with heavy tails are to be read. */
function curvesOf(dataset: Dataset, looked: Uint32Array): Float64Array | undefined {
  const { kind, range, largestCount, shape, coding, scaling } = dataset;
  if (kind !== 'table' || range !== 'real' || largestCount !== undefined) return undefined;
  const x = readTable(dataset, looked);
  return tailCurves(x, withTwoValued(x, columnRoles(shape[0]!, coding)), scaling);
}

function learnedDataset({ dataset, features }: TeacherOptions): Dataset {
  return arrayDataset({
    name: dataset.name,
    kind: 'table',
    shape: [features!.length / dataset.count],
    range: 'real',
    values: features!,
    source: `learned features of ${dataset.name}`,
  });
}

/** What of findings is compared. */
interface Compared {
  readonly groups: { readonly length: number };
  /** The chosen division first. */
  readonly tried: readonly { readonly score: number }[];
}

/** Whether groups are taken instead of others: a higher score, or a division where there is none. */
export function isBetter(one: Compared, other: Compared): boolean {
  const [divided, otherDivided] = [one, other].map(({ groups }) => groups.length > 1);
  return divided === otherDivided ? one.tried[0]!.score > other.tried[0]!.score : divided!;
}

function teachingOf({ rows, groups }: GroupFindings, { teacher, seed }: TeacherOptions): Teaching {
  const group = rows.group.map((number) => number - 1);
  const counts = new Float64Array(groups.length);
  for (const g of group) if (g >= 0) counts[g]! += 1;
  const total = counts.reduce((a, b) => a + b, 0);
  const shares = counts.map((count) => count / total);
  if (teacher === 'random') {
    const order = Stream.root(seed).fork('random teacher').permutation(group.length);
    const mixed = Int32Array.from(order, (row) => group[row]!);
    return { group: mixed, sure: Uint8Array.from(mixed, (g) => (g >= 0 ? 1 : 0)), shares };
  }
  return {
    group,
    sure: Uint8Array.from(group, (g, i) => (g >= 0 && rows.confidence[i]! >= SURE ? 1 : 0)),
    shares,
  };
}

function writeTeacher(
  { groups: file, owner }: StageFiles,
  key: string,
  { teaching, ...known }: Teacher,
): void {
  const { group, sure, shares, curves } = teaching;
  const tensors = {
    group: { shape: [group.length], data: group },
    sure: { shape: [sure.length], data: sure },
    shares: { shape: [shares.length], data: shares },
    ...(curves && { curves: { shape: [curves.length], data: curves } }),
  };
  writeSafetensors(file, { tensors, metadata: { format: FORMAT, key, found: JSON.stringify(known) } }, () =>
    owner.requireLock(),
  );
}

/** The groups that a run has saved, and their key. @throws a MixturaError where the file is damaged */
export function readTeacher(file: string): { readonly teacher: Teacher; readonly key: string | undefined } {
  const { tensors, metadata } = readSafetensors(file, 'file of groups');
  const { group, sure, shares, curves } = tensors as Record<string, (typeof tensors)[string]>;
  const teacher = {
    ...(JSON.parse(metadata.found ?? '{}') as Omit<Teacher, 'teaching'>),
    teaching: {
      group: group!.data as Int32Array,
      sure: sure!.data as Uint8Array,
      shares: shares!.data as Float64Array,
      ...(curves && { curves: curves.data as Float64Array }),
    },
  };
  return { teacher, key: metadata.key };
}
