/** @file Whether new samples of some groups are seen as theirs, said before somebody uses them. */
import { LEAST_OWN, ownShare } from '../../evaluate/own-samples.js';
import { TooFewKept } from '../../train/rejection.js';
import { groupTitle, type RunGroup } from '../groups.js';
import { savedTeacher } from '../stages/teacher.js';
import type { TrainedRun } from '../trained.js';

/**
 * The share of new samples of these groups that the model itself sees as theirs, each group by its size.
 *
 * @returns nothing for a method that does not assign, or whose encoder learns from samples alone and so knows them by
 * construction: only one that was taught groups, or told classes, says something of them
 */
export async function recognisedShare(
  { inference, run, folder }: Pick<TrainedRun, 'inference' | 'run' | 'folder'>,
  groups: readonly Pick<RunGroup, 'component' | 'size'>[],
): Promise<number | undefined> {
  const knows = run.dataset.classNames !== undefined || savedTeacher(folder.stageFiles()) !== undefined;
  if (!knows || !inference.assigns || inference.components < 2 || groups.length === 0) return undefined;
  const sizes = groups.reduce((sum, { size }) => sum + size, 0);
  let share = 0;
  try {
    for (const { component, size } of groups) {
      share += (await ownShare(inference, component)) * (sizes > 0 ? size / sizes : 1 / groups.length);
    }
  } catch (cause) {
    if (cause instanceof TooFewKept) return undefined;
    throw cause;
  }
  return share;
}

/** A sentence where new samples are mostly seen as those of other groups. */
export function unrecognisedNote(
  share: number | undefined,
  groups: readonly Pick<RunGroup, 'group' | 'name'>[],
): string | undefined {
  if (share === undefined || share >= LEAST_OWN) return undefined;
  const of = groups.map(groupTitle).join(' and ');
  return `The model itself sees ${Math.round(100 * share)} % of new samples of ${of} as theirs: do not use them; another seed or more steps may help.`;
}
