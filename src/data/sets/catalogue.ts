/** @file What every named set holds, known without opening it. */

import { parseRatio, sizesAtRatio } from '../select.js';
import { BLOB_COUNTS } from './blobs.js';
import { CONSTRUCTED_SETS, POOLS, publishedBase, type Recipe, recipeOf } from './constructed.js';
import { ELASTIC_COUNTS, ELASTIC_NAMES } from './elastic-splits.js';
import { gridCounts } from './grid-gaussians.js';
import { DOWNLOADED_SETS, LOCAL_SETS, type SetFacts } from './published-sets.js';

/** One named set. */
export interface CatalogueEntry extends SetFacts {
  readonly name: string;
  /** The published set whose files it needs; absent where it comes with Mixtura. */
  readonly files?: string;
}

const ring = (variance: string): SetFacts => ({
  title: `Eight Gaussians on a ring, four light and four heavy, variance ${variance}`,
  shape: [2],
  train: [5000, 5000, 5000, 5000, 15000, 15000, 15000, 15000],
  test: [500, 500, 500, 500, 1500, 1500, 1500, 1500],
});

const BUILT_IN: Readonly<Record<string, SetFacts>> = {
  digits: {
    title: 'Handwritten digits of 8x8 pixels (Alpaydin, Kaynak; UCI, CC BY 4.0)',
    shape: [1, 8, 8],
    train: [376, 389, 380, 389, 387, 376, 377, 387, 380, 382],
    test: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
  },
  ring: ring('0.01'),
  'ring-0.05': ring('0.05'),
  'ring-0.10': ring('0.10'),
  grid: {
    title: 'Nine equal Gaussians on a grid (the toy data of GM-GAN)',
    shape: [2],
    train: gridCounts(5000),
    test: gridCounts(900),
  },
  blobs: {
    title: 'Six Gaussians of two alternating classes on a circle (the toy data of GOLD)',
    shape: [2],
    train: BLOB_COUNTS,
    test: BLOB_COUNTS,
  },
};

/** Every named set, in the order of `DATASET_NAMES`, with the number of samples of every class. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  ...Object.entries(BUILT_IN).map(([name, facts]) => ({ name, ...facts })),
  ...[...Object.keys(DOWNLOADED_SETS), ...Object.keys(LOCAL_SETS), ...CONSTRUCTED_SETS].map((name) => ({
    name,
    ...factsOf(name),
    files: publishedBase(name),
  })),
];

function factsOf(name: string): SetFacts {
  const recipe = recipeOf(name);
  if (recipe) return selectedFacts(recipe);
  const split = ELASTIC_NAMES.indexOf(name);
  if (split >= 0) {
    const title = `Elastic-InfoGAN's unequal MNIST, split ${name.slice(-2)}`;
    return { title, shape: factsOf('mnist').shape, train: ELASTIC_COUNTS[split]! };
  }
  const whole = Object.hasOwn(POOLS, name) ? POOLS[name] : undefined;
  if (whole !== undefined) {
    const { shape, train = [], test = [] } = factsOf(whole);
    const title = `Training and test part of ${whole} together`;
    return { title, shape, train: train.map((n, k) => n + test[k]!) };
  }
  const { title, shape, train, test } = (DOWNLOADED_SETS[name] ?? LOCAL_SETS[name])!;
  return { title, shape, ...(train && { train }), ...(test && { test }) };
}

function selectedFacts({ base, about, classes, groups, ratio }: Recipe): SetFacts {
  const members = (groups?.split(';') ?? classes!.split(',')).map((group) => group.split(',').map(Number));
  const { shape, train, test } = factsOf(base);
  const sizes = (counts: readonly number[]) => {
    const available = members.map((group) => group.reduce((sum, k) => sum + counts[k]!, 0));
    return ratio === undefined ? available : sizesAtRatio(available, parseRatio(ratio, members.length));
  };
  return { title: about, shape, ...(train && { train: sizes(train) }), ...(test && { test: sizes(test) }) };
}
