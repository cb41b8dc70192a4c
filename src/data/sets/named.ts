/** @file Sets known by name: the published ones, and those that are made of them. */

import type { Environment } from '../../cache-folder.js';
import { usageError } from '../../errors.js';
import { type Dataset, storedDataset } from '../dataset.js';
import { type ImageFolderOptions, imageFolder } from '../images/folder.js';
import { pooled } from '../pool.js';
import { CELEBA_ATTRIBUTES, celeba } from './celeba.js';
import { cifarDataset } from './cifar.js';
import { CONSTRUCTED_SETS, POOLS, publishedBase } from './constructed.js';
import { ELASTIC_NAMES, elasticSplit } from './elastic-splits.js';
import { idxDataset } from './idx-dataset.js';
import {
  downloadedPresence,
  type LocateOptions,
  localPresence,
  type Presence,
  requireFiles,
  requireLayout,
} from './locate.js';
import { pendigits } from './pendigits.js';
import { DOWNLOADED_SETS, type DownloadedSet, LOCAL_SETS, type LocalSet } from './published-sets.js';

/** Names of the published sets, whose files are on disk. */
export const NAMED_SETS: readonly string[] = [...Object.keys(DOWNLOADED_SETS), ...Object.keys(LOCAL_SETS)];

/** How {@link namedSet} finds files, reads folders of images, and draws subsets. */
export interface NamedSetOptions extends LocateOptions, ImageFolderOptions {
  /** Seed of the draw of a subset (default 0). */
  readonly subsetSeed?: number | undefined;
}

type Opener = (paths: readonly string[], options: NamedSetOptions) => Dataset | Promise<Dataset>;

/** How the sets in folders of the user's are read: each gets the folder, and then the files of its layout. */
const OPENERS: Readonly<Record<string, Opener>> = {
  'cifar-10': ([folder]) => cifarDataset(folder!),
  pendigits: ([, train, test]) => pendigits(train!, test!),
  'traffic-signs': async ([folder], options) => renamed(await imageFolder(folder!, options), 'traffic-signs'),
  ...Object.fromEntries(
    Object.keys(CELEBA_ATTRIBUTES).map((name): [string, Opener] => [
      name,
      ([, images, attributes, partition], options) =>
        celeba(name, { images: images!, attributes: attributes!, partition: partition! }, options),
    ]),
  ),
};

/**
 * A published set from `$MIXTURA_DATA`, else from the cache, else downloaded into the cache from the publisher's
 * mirror and checked (SHA-256), which `MIXTURA_OFFLINE=1` forbids; or a set made of a published one: both parts
 * together (`mnist-pool`), or a split of Elastic-InfoGAN (`mnist-elastic-07`). Selections of classes are made by
 * `openDataset`.
 *
 * @throws MixturaError saying which files to put where, if they are nowhere and cannot be downloaded.
 */
export async function namedSet(name: string, options: NamedSetOptions = {}): Promise<Dataset> {
  const split = ELASTIC_NAMES.indexOf(name);
  if (split >= 0) return elasticSplit(await namedSet('mnist-pool', options), split, options.subsetSeed);
  const whole = Object.hasOwn(POOLS, name) ? POOLS[name] : undefined;
  if (whole !== undefined) return pooled(await namedSet(whole, options), name);
  const { downloaded, local } = published(name);
  return downloaded ? openDownloaded(name, downloaded, options) : openLocal(name, local!, options);
}

async function openDownloaded(name: string, set: DownloadedSet, options: LocateOptions): Promise<Dataset> {
  const paths = await requireFiles(name, set, options);
  const load = (part: 'train' | 't10k', split: string, test?: () => Dataset) =>
    idxDataset({
      name,
      images: paths[`${part}-images-idx3-ubyte.gz`],
      labels: paths[`${part}-labels-idx1-ubyte.gz`],
      classNames: set.classNames,
      source: `${set.title}, ${split} part.`,
      test,
    });
  return load('train', 'train', () => load('t10k', 'test'));
}

async function openLocal(name: string, set: LocalSet, options: NamedSetOptions): Promise<Dataset> {
  return OPENERS[name]!(requireLayout(name, set, options.environment ?? process.env), options);
}

/** The same data under the name of the set, instead of that of the folder. */
function renamed(dataset: Dataset, name: string): Dataset {
  const { count, kind, shape, range, maximum, labels, classNames, source, test } = dataset;
  return storedDataset(
    {
      ...{ name, kind, shape, range, maximum, labels, classNames, source },
      test: test && (() => renamed(test(), name)),
    },
    {
      count,
      read: (indices, out) => dataset.read(indices, out),
      fingerprint: () => dataset.fingerprint,
    },
  );
}

/**
 * Downloads what is missing of the files behind a named set, and returns the paths of all.
 *
 * @throws MixturaError as {@link namedSet} does.
 */
export async function fetchSet(name: string, options: LocateOptions = {}): Promise<readonly string[]> {
  const base = publishedBase(name);
  const { downloaded, local } = published(base);
  if (downloaded) return Object.values(await requireFiles(base, downloaded, options));
  return requireLayout(base, local!, options.environment ?? process.env);
}

/** Which files of a published set are on this machine. */
export interface NamedSetPresence extends Presence {
  readonly name: string;
  readonly title: string;
}

/** Which files of a published set are on this machine; nothing is read or downloaded. */
export function namedSetPresence(name: string, environment: Environment = process.env): NamedSetPresence {
  const { downloaded, local } = published(name);
  const { title } = (downloaded ?? local)!;
  const presence = downloaded
    ? downloadedPresence(name, downloaded, environment)
    : localPresence(local!, environment);
  return { name, title, ...presence };
}

function published(name: string): { downloaded?: DownloadedSet; local?: LocalSet } {
  if (Object.hasOwn(DOWNLOADED_SETS, name)) return { downloaded: DOWNLOADED_SETS[name]! };
  if (Object.hasOwn(LOCAL_SETS, name)) return { local: LOCAL_SETS[name]! };
  throw usageError(
    `${name} is not a known set: the known ones are ${[...NAMED_SETS, ...CONSTRUCTED_SETS].join(', ')}.`,
  );
}
