/** @file The groups of a run by their numbers, and `groups.json`, where people may name them. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '../atomic-file.js';
import { groupOrder } from '../cluster/group-order.js';
import type { ResolvedRun } from '../config/schema.js';
import { MixturaError } from '../errors.js';
import type { FoundGroup } from '../evaluate/labels.js';
import { unsettledSentence } from '../evaluate/settling.js';
import { sizeWarnings } from '../evaluate/size-warnings.js';
import { methodNamed } from '../methods/index.js';
import type { MetricsLine, RunFolder } from './folder.js';

/** A group of a run, as `groups.json` has it. */
export interface RunGroup {
  /** Number of the group, 1..K, the largest first. */
  readonly group: number;
  /** Its component of the prior, 0..K-1. */
  readonly component: number;
  /** The name of the class that it was matched to, or what people have called it. */
  readonly name?: string | undefined;
  /** Mixing coefficient of the last checkpoint: the share that the model gives to the group, learned or fixed. */
  readonly size: number;
  /** Share of the group that the encoder was taught, where there was a teacher. */
  readonly taught?: number | undefined;
  /** Share of the run's own training data whose most probable component it is. */
  readonly assigned?: number | undefined;
  /** Number of these data. */
  readonly count?: number | undefined;
}

/** What the sizes of a run's groups are called: of some methods they are fixed from the start. */
export type SizesWord = 'learned' | 'fixed';

/** Whether the sizes of the groups of a run are learned, or fixed by its method. */
export function sizesWord({ method, settings }: Pick<ResolvedRun, 'method' | 'settings'>): SizesWord {
  const { fixedSizes, settings: schema } = methodNamed(method);
  const parsed = schema.safeParse(settings);
  return parsed.success && fixedSizes?.(parsed.data) ? 'fixed' : 'learned';
}

const MOST_LETTERS = 200;

const groupSchema = z.object({
  group: z.int().min(1),
  component: z.int().min(0),
  name: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(MOST_LETTERS, `is longer than ${MOST_LETTERS} characters`)
    .regex(/^\P{Cc}*$/u, 'has a line break or another control character')
    .optional(),
  // Files of earlier versions have another name for it.
  size: z.number().min(0).max(1).optional(),
  taught: z.number().min(0).max(1).optional(),
  assigned: z.number().min(0).max(1).optional(),
  count: z.int().min(0).optional(),
});

/**
 * The groups of a run in the order of their numbers. Numbers and learned sizes are those of the checkpoint; names come
 * from `groups.json`, if it is there, and assigned sizes too, as far as they are of this checkpoint.
 *
 * @param mixing mixing coefficients of the last checkpoint, K
 * @throws a MixturaError if `groups.json` is damaged
 */
export function readGroups(folder: Pick<RunFolder, 'groupsFile'>, mixing: ArrayLike<number>): RunGroup[] {
  const saved = savedGroups(folder.groupsFile, mixing.length);
  // Whoever edits the file may round what it says of sizes.
  const current = saved?.every(({ component, size = -1 }) => Math.abs(size - mixing[component]!) < 1e-3);
  return groupOrder(mixing).map((component, at) => {
    const { name, taught, assigned, count } = saved?.find((group) => group.component === component) ?? {};
    return {
      group: at + 1,
      component,
      ...(name !== undefined && { name }),
      size: mixing[component]!,
      ...(taught !== undefined && { taught }),
      ...(current && assigned !== undefined && { assigned }),
      ...(current && count !== undefined && { count }),
    };
  });
}

function savedGroups(file: string, components: number): z.output<typeof groupSchema>[] | undefined {
  if (!existsSync(file)) return undefined;
  let content: unknown;
  try {
    // Some editors put a mark of the byte order in front.
    content = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw damaged(file, 'it is not JSON', cause);
  }
  const parsed = z.array(groupSchema).safeParse(content);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const [at, ...field] = path;
    const where =
      at === undefined ? 'the whole' : `${field.join('.') || 'the entry'} of group ${Number(at) + 1}`;
    throw damaged(file, `${where}: ${message.replace(/\.$/, '')}`);
  }
  const seen = new Set(parsed.data.map(({ component }) => component));
  if (parsed.data.length !== components || seen.size !== components || Math.max(...seen) !== components - 1) {
    throw damaged(file, `it does not hold each of the ${components} components once`);
  }
  return parsed.data;
}

function damaged(file: string, what: string, cause?: unknown): MixturaError {
  return new MixturaError(
    `${file} is damaged (${what}): mend it, or remove it, which loses only the names of the groups.`,
    { cause },
  );
}

/**
 * Writes `groups.json`, whole or not at all.
 *
 * @param found the groups as they were evaluated
 * @param former the groups as they were before, whose names stay unless they are those of classes
 * @throws a MixturaError if the lock of the run is lost or the disk refuses
 */
export function writeGroups(
  folder: RunFolder,
  found: readonly FoundGroup[],
  { former = [], classNames = [] }: { former?: readonly RunGroup[]; classNames?: readonly string[] } = {},
): RunGroup[] {
  const given = new Map(former.map(({ component, name }) => [component, name]));
  const groups = found.map(({ group, component, size, taught, assigned, count, trueName }): RunGroup => {
    const before = given.get(component);
    const name =
      before !== undefined && !classNames.includes(before) ? before : trueName?.trim() || undefined;
    return {
      group,
      component,
      ...(name !== undefined && { name: name.replace(/\p{Cc}/gu, ' ').slice(0, MOST_LETTERS) }),
      size,
      ...(taught !== undefined && { taught }),
      ...(assigned !== undefined && { assigned }),
      ...(count !== undefined && { count }),
    };
  });
  writeFileAtomic(folder.groupsFile, `${JSON.stringify(groups, null, 1)}\n`, () => folder.requireLock());
  return groups;
}

/** Said where components share a class, and the method does not tell them apart in data. */
const ONE_CLASS =
  'Several groups are of one class, and data do not tell them apart: all rows of a class are counted as its first group.';

/** Where the run was when a tenth of its steps were left, give or take half of that. */
const LAST_TENTH = { from: 0.85, at: 0.9, to: 0.95 };

/**
 * What should be known before the learned sizes are believed: {@link sizeWarnings} of a run, and whether its groups still
 * moved at its end.
 *
 * @param lines the log of the run
 * @param step steps done
 * @param run the run, whose settings the sentences name
 * @param labelClasses the class of each component, where training was told classes
 */
export function runSizeWarnings(
  groups: readonly Pick<RunGroup, 'component' | 'size' | 'assigned'>[],
  lines: readonly Pick<MetricsLine, 'step' | 'sizes' | 'moved'>[],
  step: number,
  { settings }: Pick<ResolvedRun, 'settings'>,
  labelClasses: ArrayLike<number> = [],
): string[] {
  const unsettled = [unsettledSentence(lines) ?? []].flat();
  if (new Set(Array.from(labelClasses)).size < labelClasses.length) return [ONE_CLASS, ...unsettled];
  const { from, at, to } = LAST_TENTH;
  const near = lines
    .filter((line) => line.step >= from * step && line.step <= to * step)
    .sort((a, b) => Math.abs(a.step - at * step) - Math.abs(b.step - at * step))[0];
  const assigned = groups.flatMap((group) => group.assigned ?? []);
  const sentences = sizeWarnings({
    sizes: groups.map(({ size }) => size),
    hasRate: Object.hasOwn(settings, 'priorRate'),
    ...(assigned.length === groups.length && { assigned }),
    ...(near && { earlier: groups.map(({ component }) => near.sizes[component]!) }),
  });
  return [...sentences, ...unsettled];
}

/** Whether a group is named, so that names have a column. */
export function haveNames(groups: readonly Pick<RunGroup, 'name'>[]): boolean {
  return groups.some(({ name }) => name !== undefined);
}

/** "group 2 (sevens)", or "group 2" without a name. */
export function groupTitle({ group, name }: Pick<RunGroup, 'group' | 'name'>): string {
  return name === undefined ? `group ${group}` : `group ${group} (${name})`;
}
