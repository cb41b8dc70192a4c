/** @file Keys of what lessons leave: everything that it depends on, so that what was left for something else is not taken. */
import { createHash } from 'node:crypto';
import type { Samples } from '../../data/dataset.js';
import type { DeviceName } from '../../engine/devices.js';
import type { Lessons, Stage } from '../../method/stage.js';
import { VERSION } from '../../version.js';

/** What all of a run's lessons depend on. */
export interface LessonFacts {
  readonly lessons: Lessons;
  readonly dataset: Samples;
  readonly seed: number;
  readonly device: DeviceName;
  readonly groups: number | 'auto';
  /** The encoder in whose features groups are looked for. */
  readonly encoded?: { readonly fingerprint: string } | undefined;
}

/** Keys by what they are of. */
export interface LessonKeys {
  /** Of the groups that are found. */
  readonly teacher: string;
  /** Of a stage; each depends on those before it, and on the groups if it comes after them. */
  of(stage: Stage): string;
}

/** The keys of lessons, each of which holds all that came before. */
export function lessonKeys({ lessons, groups, dataset, seed, device, encoded }: LessonFacts): LessonKeys {
  const keys = new Map<Stage, string>();
  const { kind, shape, range, count, fingerprint } = dataset;
  // What the values that are read depend on: data that are opened again may not know what else is told of them.
  const { maximum, scaling, largestCount, background, coding } = dataset;
  const units = { maximum, scaling, largestCount, background, coding };
  const data = { kind, shape, range, count, fingerprint, ...units };
  let last: string | undefined;
  const link = (part: object) => {
    last = digest({ ...part, data, seed, device, version: VERSION, after: last ?? null });
    return last;
  };
  const add = (taught: boolean) => {
    for (const stage of lessons.stages.filter((one) => one.taught === taught)) {
      const { name, steps, batch, settings, neighbours } = stage;
      const near = neighbours === undefined ? {} : { neighbours, groups };
      keys.set(stage, link({ name, steps, batch, settings, ...near }));
    }
  };
  add(false);
  const encoder = encoded && { encoder: encoded.fingerprint };
  const teacher = link({ teacher: lessons.teacher, groups, ...encoder });
  add(true);
  return { teacher, of: (stage) => keys.get(stage)! };
}

function digest(parts: object): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
