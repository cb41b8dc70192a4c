/** @file Groups of a run by the names that they have: those of classes, or those that people gave. */
import { didYouMean } from '../../did-you-mean.js';
import { usageError } from '../../errors.js';
import type { RunGroup } from '../groups.js';
import type { TrainedRun } from '../trained.js';
import { type DrawnSamples, type DrawOptions, drawSamples } from '../use/draw.js';

/**
 * The groups with a name, by their numbers: several may have the same.
 *
 * @param groups those of the run, as `groups.json` names them
 * @throws a usage error, with the names that there are
 */
export function groupsNamed(
  { folder }: Pick<TrainedRun, 'folder'>,
  groups: readonly RunGroup[],
  name: string,
): RunGroup[] {
  const own = groups.filter((group) => group.name === name.trim());
  if (own.length > 0) return own;
  const known = [...new Set(groups.flatMap((group) => group.name ?? []))];
  if (known.length === 0) {
    throw usageError(
      `The groups of ${folder.path} have no names; write them into ${folder.groupsFile}, or name a group by its number, 1 to ${groups.length}.`,
    );
  }
  // Names of a letter or two are all alike.
  const near = name.length > 2 ? didYouMean(name, known) : '';
  throw usageError(
    `No group of ${folder.path} is called '${name}'${near}; the names are ${known.join(', ')}.`,
  );
}

/**
 * Samples of several groups, one group after another, as many of each as its share of all: the largest remainders round up.
 * Of one group they are those that {@link drawSamples} draws.
 */
export async function drawGroups(
  trained: Parameters<typeof drawSamples>[0],
  groups: readonly Pick<RunGroup, 'group' | 'size'>[],
  { count, ...options }: Omit<DrawOptions, 'group'>,
): Promise<DrawnSamples> {
  const parts = divided(
    count,
    groups.map(({ size }) => size),
  );
  const drawn: DrawnSamples[] = [];
  for (const [at, { group }] of groups.entries()) {
    if (parts[at]! > 0) drawn.push(await drawSamples(trained, { ...options, group, count: parts[at]! }));
  }
  const [first, ...others] = drawn as [DrawnSamples, ...DrawnSamples[]];
  if (others.length === 0) return first;
  const candidates = drawn.reduce((sum, { rejection }) => sum + (rejection?.candidates ?? 0), 0);
  return {
    ...(first.rejection && { rejection: { ...first.rejection, candidates } }),
    samples: joined(
      Float32Array,
      drawn.map(({ samples }) => samples),
    ),
    components: joined(
      Int32Array,
      drawn.map(({ components }) => components),
    ),
    groups: joined(
      Int32Array,
      drawn.map((one) => one.groups),
    ),
  };
}

/** Whole numbers that sum to the count, in these proportions; equal ones where all are 0. */
export function divided(count: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  const exact = shares.map((share) => (count * (sum > 0 ? share : 1)) / (sum > 0 ? sum : shares.length));
  const parts = exact.map(Math.floor);
  const left = count - parts.reduce((a, b) => a + b, 0);
  const order = [...exact.keys()].sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b);
  for (const at of order.slice(0, left)) parts[at]! += 1;
  return parts;
}

function joined<T extends Float32Array | Int32Array>(
  Kind: new (length: number) => T,
  parts: readonly T[],
): T {
  const all = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
