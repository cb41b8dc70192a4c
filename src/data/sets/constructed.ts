/** @file Sets made of others by name: classes at a ratio, merged classes, both parts together, Elastic's splits. */

import { usageError } from '../../errors.js';
import type { Selection } from '../select.js';
import { ELASTIC_NAMES } from './elastic-splits.js';

/** A selection of a set that has a name of its own. */
export interface Recipe extends Pick<Selection, 'classes' | 'ratio' | 'groups'> {
  readonly base: string;
  readonly about: string;
}

const ALL_DIGITS = '0,1,2,3,4,5,6,7,8,9';
/** Every digit but the 8 as often as the rarest of them allows, and the 8 at a fraction of that. */
const rareEight = (share: number): Recipe => ({
  base: 'mnist',
  classes: ALL_DIGITS,
  ratio: `1:1:1:1:1:1:1:1:${share}:1`,
  about: `MNIST with a rare class: ${share} times as many images of the 8 as of any other digit`,
});

const RECIPES: Readonly<Record<string, Recipe>> = {
  'mnist-2': { base: 'mnist', classes: '0,4', ratio: '7:3', about: 'MNIST-2: 0 and 4 at 7:3, or --ratio' },
  'mnist-rare-8': rareEight(0.1),
  'mnist-rare-8-0.2': rareEight(0.2),
  'fmnist-5': {
    base: 'fashion-mnist',
    groups: '1;8;0,3;2,4,6;5,7,9',
    about: 'FMNIST-5: trousers, bags, T-shirts and dresses, tops, shoes at 1:1:2:3:3',
  },
  'cifar-2': {
    base: 'cifar-10',
    classes: '6,0',
    ratio: '7:3',
    about: 'CIFAR-2: frogs and planes at 7:3, or --ratio',
  },
  'cifar-2-pool': {
    base: 'cifar-10-pool',
    classes: '6,0',
    ratio: '7:3',
    about: "CIFAR-2 as SLOGAN's code draws it, from both parts together",
  },
};

/** Sets whose two parts are one, by the name of the set that they are parts of. */
export const POOLS: Readonly<Record<string, string>> = {
  'mnist-pool': 'mnist',
  'cifar-10-pool': 'cifar-10',
};

/** Names of all constructed sets. */
export const CONSTRUCTED_SETS: readonly string[] = [
  ...Object.keys(RECIPES),
  ...Object.keys(POOLS),
  ...ELASTIC_NAMES,
];

/** The selection that a name stands for, if it stands for one. */
export function recipeOf(name: string): Recipe | undefined {
  return Object.hasOwn(RECIPES, name) ? RECIPES[name] : undefined;
}

/** The published set whose files a set is made of; the name itself where it is made of no other. */
export function publishedBase(name: string): string {
  const base = recipeOf(name)?.base ?? name;
  if (ELASTIC_NAMES.includes(base)) return 'mnist';
  return Object.hasOwn(POOLS, base) ? POOLS[base]! : base;
}

/**
 * A request for a constructed set in terms of its base (`mnist-2` at 9:1 is `mnist` with classes 0,4 at
 * 9:1); any other request as it is.
 *
 * @throws a usage error if the request chooses classes of a set that is itself a choice of classes.
 */
export function expandSelection<T extends Selection & { readonly name: string }>(request: T): T {
  const recipe = recipeOf(request.name);
  if (!recipe) return request;
  const { base, classes, groups, ratio } = recipe;
  if (request.classes !== undefined || request.groups !== undefined) {
    const option = request.classes === undefined ? '--groups' : '--classes';
    throw usageError(
      `${request.name} is itself a choice of classes: leave out ${option}, or give it with ${base}.`,
    );
  }
  return {
    ...request,
    name: base,
    ...(classes !== undefined && { classes }),
    ...(groups !== undefined && { groups }),
    ...(ratio !== undefined && request.ratio === undefined && { ratio }),
  };
}
