/** @file A model beside the groups that its encoder was taught, where groups were found before the training. */
import { type Samples, sampleSize } from '../../data/dataset.js';
import type { FoundGroup } from '../../evaluate/labels.js';
import type { Score } from '../../metrics/metric.js';
import type { Inference } from '../../train/inference.js';
import type { StageFiles } from './stage-files.js';
import { savedTeacher } from './teacher.js';

/** Rows that are compared at most; of more every n-th. */
const ROWS = 10_000;

/** Groups with the shares of those that the encoder was taught, where there was a teacher. */
export function withTaught(files: StageFiles, groups: readonly FoundGroup[]): readonly FoundGroup[] {
  const teacher = savedTeacher(files);
  return groups.map((group) => {
    const taught = teacher?.teaching.shares[group.component];
    if (taught === undefined) return group;
    const { group: number, component, size, ...rest } = group;
    return { group: number, component, size, taught, ...rest };
  });
}

/**
 * The share of the training rows that the model leaves in the group in which they were found before its training, of at
 * most 10,000; rows that were in no group do not count.
 *
 * @returns nothing where there was no teacher, or of other rows, and where the method does not assign
 */
export async function teacherAgreement(
  files: StageFiles,
  inference: Inference,
  train: Samples,
): Promise<Score | undefined> {
  const teacher = savedTeacher(files);
  if (!teacher || !inference.assigns || teacher.teaching.group.length !== train.count) return undefined;
  const { group } = teacher.teaching;
  const grouped = Uint32Array.from(group.keys()).filter((row) => group[row]! >= 0);
  const step = Math.max(1, Math.ceil(grouped.length / ROWS));
  const rows = grouped.filter((_, at) => at % step === 0);
  if (rows.length === 0) return undefined;
  const values = new Float32Array(rows.length * sampleSize(train.shape));
  train.read(rows, values);
  const assigned = await inference.groupOf(values);
  const kept = rows.reduce((sum, row, at) => sum + (assigned[at] === group[row] ? 1 : 0), 0);
  const how = { metric: 'taught', protocol: 'assign', split: 'train' } as const;
  return { ...how, ...(step > 1 && { subset: rows.length }), value: kept / rows.length };
}

/** A model that leaves fewer of the rows in the groups that were found is told. */
const LEAST_KEPT = 0.95;

/** A sentence where the model does not keep to the groups that were found before its training. */
export function taughtWarnings(kept: number | undefined): string[] {
  if (kept === undefined || kept >= LEAST_KEPT) return [];
  const moved = (100 * (1 - kept)).toFixed(1);
  return [
    `The model gives ${moved} % of the rows to other groups than those that were found before its training: compare with mixtura groups, or train for more steps with --set studentSteps=...`,
  ];
}
