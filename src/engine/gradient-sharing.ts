/** @file Which groups' gradients are never needed at the same time, so that they can share one buffer. */
import type { GroupLayout, ProgramSpec } from './engine.js';

/** Sets of groups, by name, whose gradients are needed together; no group is in two sets. Sets can share one buffer. */
export type GradientSets = readonly (readonly string[])[];

/**
 * The groups that one program trains are one set, and sets with a common group are joined. The updates that follow a
 * program use up the gradients of its set before those of another set are computed.
 * A group of which some program trains only a part is in no set: its other gradients must stay 0.
 */
export function gradientSets(groups: readonly GroupLayout[], programs: readonly ProgramSpec[]): GradientSets {
  const whole = groups.filter((group) =>
    programs.every((program) => [0, group.tensors.length].includes(gradientsIn(group, program))),
  );
  let sets: string[][] = [];
  for (const program of programs) {
    const trained = groupsTrainedBy(program, whole);
    if (trained.length === 0) continue;
    const overlaps = (set: readonly string[]) => set.some((name) => trained.includes(name));
    const joined = new Set([...sets.filter(overlaps).flat(), ...trained]);
    sets = [...sets.filter((set) => !overlaps(set)), [...joined]];
  }
  return sets;
}

/** Names of the groups that a program computes gradients of. */
export function groupsTrainedBy(program: ProgramSpec, groups: readonly GroupLayout[]): string[] {
  return groups.filter((group) => group.trainable && gradientsIn(group, program) > 0).map(({ name }) => name);
}

/** How many of a group's tensors a program computes gradients of. */
function gradientsIn({ tensors }: GroupLayout, { gradients }: ProgramSpec): number {
  return tensors.filter(({ name }) => gradients?.has(name)).length;
}

/** Where each group's gradients begin in the buffer that all sets share, and the length of that buffer. */
export function placesInSharedBuffer(
  sets: GradientSets,
  lengths: ReadonlyMap<string, number>,
): { readonly starts: ReadonlyMap<string, number>; readonly length: number } {
  const starts = new Map<string, number>();
  const ends = sets.map((set) =>
    set.reduce((end, name) => {
      starts.set(name, end);
      return end + lengths.get(name)!;
    }, 0),
  );
  return { starts, length: Math.max(0, ...ends) };
}
