/** @file Which groups' gradients are never needed at the same time, so that they can take turns in the same memory. */
import type { GroupLayout, ProgramSpec } from './engine.js';

/** Names of groups whose gradients one program or another computes together; no group is in two of them. */
export type GradientRooms = readonly (readonly string[])[];

/**
 * The groups that programs compute gradients of, those of one program together, and programs that share a group too. The
 * gradients of one set are used up, by the updates that follow their program, before those of another are computed.
 * A group of which some program leaves a gradient out, which is to stay 0, is in none.
 */
export function gradientRooms(
  groups: readonly GroupLayout[],
  programs: readonly ProgramSpec[],
): GradientRooms {
  const whole = groups.filter((group) =>
    programs.every((program) => [0, group.tensors.length].includes(gradientsIn(group, program))),
  );
  let rooms: string[][] = [];
  for (const program of programs) {
    const together = groupsTrainedBy(program, whole);
    if (together.length === 0) continue;
    const meets = (room: readonly string[]) => room.some((name) => together.includes(name));
    const joined = new Set([...rooms.filter(meets).flat(), ...together]);
    rooms = [...rooms.filter((room) => !meets(room)), [...joined]];
  }
  return rooms;
}

/** Names of the groups that a program computes gradients of. */
export function groupsTrainedBy(program: ProgramSpec, groups: readonly GroupLayout[]): string[] {
  return groups.filter((group) => group.trainable && gradientsIn(group, program) > 0).map(({ name }) => name);
}

/** How many of a group's tensors a program computes gradients of. */
function gradientsIn({ tensors }: GroupLayout, { gradients }: ProgramSpec): number {
  return tensors.filter(({ name }) => gradients?.has(name)).length;
}

/** Where the gradients of groups begin in the one block that all rooms start in, and how long that is. */
export function placesIn(
  rooms: GradientRooms,
  lengths: ReadonlyMap<string, number>,
): { readonly starts: ReadonlyMap<string, number>; readonly length: number } {
  const starts = new Map<string, number>();
  const ends = rooms.map((room) =>
    room.reduce((end, name) => {
      starts.set(name, end);
      return end + lengths.get(name)!;
    }, 0),
  );
  return { starts, length: Math.max(0, ...ends) };
}
