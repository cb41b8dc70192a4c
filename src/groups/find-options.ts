/** @file What finding groups is asked for, checked against the data before the work. */
import type { Samples } from '../data/dataset.js';
import { didYouMean } from '../did-you-mean.js';
import { MixturaError, usageError } from '../errors.js';
import { TEACHERS, type Teacher } from './teachers.js';

/** How far the search is. */
export interface FindProgress {
  /** Share of the work that is done, 0..1. */
  readonly done: number;
  /** What has just been done, in a few words. */
  readonly what: string;
}

/** A first answer, before the choice: the graph of neighbours of some rows in the first view. */
export interface FirstAnswer {
  readonly view: string;
  readonly rows: number;
  /** Shares of the groups, the largest first. */
  readonly shares: readonly number[];
}

/** What `findGroups` is asked for. */
export interface FindOptions {
  /** Number of groups; `auto` finds it (default). */
  readonly groups?: number | 'auto' | undefined;
  /** Most groups that `auto` looks for (default 20). */
  readonly most?: number | undefined;
  /** Names of the views and of the teachers that are tried (default: all that suit the data). */
  readonly views?: readonly string[] | undefined;
  readonly teachers?: readonly string[] | undefined;
  /** Fewest rows of the data set that are a group (default: 20 of the rows looked at, or 0.4 % of them if more). */
  readonly smallest?: number | undefined;
  /** Most rows that are looked at; the others are assigned to the groups of these (default 20,000, fewer of wide data). */
  readonly rows?: number | undefined;
  /**
   * What the rows are features of. Of images it is told whether the groups follow brightness, contrast or colour, and of
   * photographs that these groups are to be doubted, unless a pretrained encoder made the features.
   */
  readonly featuresOf?: { readonly images: Samples; readonly pretrained: boolean } | undefined;
  /** Seed of everything random (default 0). */
  readonly seed?: number | undefined;
  readonly onProgress?: ((progress: FindProgress) => void) | undefined;
  /** Called once, early, with what the first view tells of at most 3,000 rows. */
  readonly onFirst?: ((answer: FirstAnswer) => void) | undefined;
  /** Called with a sentence on what went otherwise than one may think. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
  /** Ends the search between two steps, each of which takes seconds at most. */
  readonly signal?: AbortSignal | undefined;
}

/** Fewest rows in which there is anything to find. */
const FEWEST = 3;

/** @throws a usage error for numbers that cannot be, a MixturaError for data of fewer than three rows */
export function checkRequest({ name, count }: Pick<Samples, 'name' | 'count'>, options: FindOptions): void {
  if (count < FEWEST) {
    throw new MixturaError(
      `${name} has ${count} ${count === 1 ? 'row' : 'rows'}, too few to have groups: give at least ${FEWEST}.`,
    );
  }
  const { groups = 'auto', most, smallest, rows, featuresOf } = options;
  if (featuresOf && featuresOf.images.count !== count) {
    throw usageError(
      `There are features of ${count} rows, and ${featuresOf.images.count} images: give the features of all images.`,
    );
  }
  if (groups !== 'auto') {
    requireWhole('The number of groups', groups, 1);
    if (groups > count)
      throw usageError(`There are ${count} rows for ${groups} groups: ask for ${count} groups or fewer.`);
  }
  requireWhole('The most groups that are looked for', most, 1);
  requireWhole('The smallest size of a group', smallest, 1);
  requireWhole('The most rows that are looked at', rows, FEWEST);
  const least = groups === 'auto' ? 1 : groups;
  if (smallest !== undefined && smallest * least > count) {
    throw usageError(
      `There are ${count} rows for ${least} ${least === 1 ? 'group' : 'groups'} of at least ${smallest}: ask for smaller or fewer groups.`,
    );
  }
  if (groups !== 'auto' && rows !== undefined && groups > rows)
    throw usageError(
      `${rows} rows are looked at for ${groups} groups: look at more rows, or ask for fewer groups.`,
    );
}

function requireWhole(what: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw usageError(`${what} is ${value}: give a whole number of at least ${least}.`);
}

/** Those with these names, in their own order; all where none are named. @throws a usage error for an unknown name */
export function named<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] | undefined,
  what: string,
): readonly T[] {
  if (names === undefined) return all;
  const known = all.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined || names.length === 0) {
    throw usageError(
      `There is no ${what} '${unknown ?? ''}' for these data${didYouMean(unknown ?? '', known)}: choose of ${known.join(', ')}.`,
    );
  }
  return all.filter(({ name }) => names.includes(name));
}

/** The teachers that were named. @throws a usage error for one that there is not */
export function teachersNamed(names: readonly string[] | undefined): readonly Teacher[] | undefined {
  return names && named(TEACHERS, names, 'teacher');
}
