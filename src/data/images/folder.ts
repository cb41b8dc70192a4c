/** @file A folder of images as a data set: decoded once into a cache file, from which batches are read. */

import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { cacheFolder, type Environment } from '../../cache-folder.js';
import { usageError } from '../../errors.js';
import type { Dataset } from '../dataset.js';
import { type CachedDataset, openCacheFile } from './cache-file.js';
import type { ImageFit, SharpLoader } from './decode.js';
import { filesBeside } from './no-images.js';
import { parseBackground } from './pixel-rule.js';
import { prepareFolder } from './prepare-folder.js';
import { type ImagePart, type ImageScan, scanImages } from './scan.js';

/** How images become samples, as it is written on the command line. */
export interface ImageOptions {
  /** Wanted size, `32` or `48x32` (width x height); default the size that all images have. */
  readonly size?: string | undefined;
  /** Before resizing: `center` (default) keeps the middle of the wanted proportions, `none` stretches all of it. */
  readonly crop?: 'center' | 'none' | undefined;
  /** `grey` or `color`; default grey where all images are. */
  readonly color?: 'grey' | 'color' | undefined;
  /**
   * What transparent parts are laid on: `white`, `black` or `#rrggbb`; by default white where what is visible in such
   * images is dark on the whole, else black.
   */
  readonly background?: string | undefined;
}

/** How a folder of images is read, and where remarks and the cache go. */
export interface ImageFolderOptions extends ImageOptions {
  /** Where `MIXTURA_CACHE` is looked up (default `process.env`). */
  readonly environment?: Environment | undefined;
  /** Called with a sentence on each thing that is left out. */
  readonly notice?: ((sentence: string) => void) | undefined;
  /** Version of the rules by which sub-folders are parts and pixels are read: 1 for runs of version 0.1.0 (default 2). */
  readonly reading?: 1 | 2 | undefined;
  /**
   * How many images that do not decode are left out: `few` (default), at most 5 % of a part, so that no model is trained
   * on the rest of a damaged folder; or `any`, as long as one of each part decodes.
   */
  readonly unreadable?: 'few' | 'any' | undefined;
  /** The value of 16 bits that a run reads as 1, for new images like its own. */
  readonly maximum?: number | undefined;
  /** Side of the square from the middle that is kept of each image, before anything else. */
  readonly middle?: number | undefined;
  /** Used instead of `import('sharp')`. */
  readonly sharp?: SharpLoader | undefined;
}

/** Changes whenever the same files would give other samples. */
const VERSION = 4;
const MAX_SIDE = 4096;

/**
 * The PNG, JPEG and WebP images of a folder as samples [1 or 3, height, width] in [0, 1]: bytes / 255, or, where
 * images have 16 bits, values over the smallest 2^n - 1 that none of them exceeds. Images are turned upright by their
 * metadata. Sub-folders are classes, for evaluation only; sub-folders `train` and `test` (or `validation`, ...) with images in both are the two
 * parts. What was decoded is kept in the cache folder, under the paths, sizes and times of the files and the options, and values stay there.
 *
 * Images that do not decode are left out and reported, if they are no more than 5 % of a part, or `unreadable` is `any`.
 *
 * @throws MixturaError if there is no image, sizes differ without `size`, too many images do not decode, or the cache
 * cannot be written.
 */
export async function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  if (options.background !== undefined) parseBackground(options.background);
  const { size, crop = 'center', middle } = options;
  const fit = { size: parseSize(size), crop, middle } as const;
  const scan = scanImages(folder, options.reading === 1);
  const notice = options.notice ?? (() => {});
  for (const sentence of passedOver(folder, scan)) notice(sentence);
  const place = (how: ImageFolderOptions) =>
    join(cacheFolder(options.environment), 'images', cacheName(folder, scan, how));
  const path = place(options);
  // What was prepared with few images left out is the same where any may be.
  const { dataset, notices, skipped } =
    reopened(place({ ...options, unreadable: 'few' })) ??
    reopened(path) ??
    (await prepareFolder(folder, scan, path, fit, options));
  for (const sentence of notices) notice(sentence);
  return withFiles(dataset, scan.parts, new Map(skipped.map(({ path: file, reason }) => [file, reason])));
}

/** The data set with the path of the file of every row, and the files that are no samples. */
function withFiles(
  dataset: Dataset,
  parts: readonly ImagePart[],
  skipped: ReadonlyMap<string, string>,
): Dataset {
  const [{ files }, ...others] = parts as [ImagePart, ...ImagePart[]];
  const values = files.map(({ path }) => path).filter((path) => !skipped.has(path));
  const leftOut = files.flatMap(({ path: id }, index) =>
    skipped.has(id) ? [{ index, id, reason: skipped.get(id)! }] : [],
  );
  const { test } = dataset;
  return {
    ...dataset,
    rows: { id: { name: 'file', values }, leftOut },
    ...(test && { test: () => withFiles(test(), others, skipped) }),
  };
}

/** Reads `32` or `48x32` (width x height). @throws a usage error for anything else. */
export function parseSize(text: string | undefined): ImageFit['size'] {
  if (text === undefined) return undefined;
  const found = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text);
  const [width, height] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? found?.[1] ?? 0)];
  if (Math.min(width, height) >= 1 && Math.max(width, height) <= MAX_SIDE) return { width, height };
  throw usageError(
    `--size is '${text}': give the side of the images in pixels, such as 32, or width and height, such as 48x32 (at most ${MAX_SIDE}).`,
  );
}

function cacheName(folder: string, scan: ImageScan, options: ImageFolderOptions): string {
  const { size, crop = 'center', color, background, reading = 2, maximum, unreadable, middle } = options;
  const how = {
    VERSION,
    folder: realpathSync(folder),
    size,
    crop,
    color,
    background,
    reading,
    maximum,
    middle,
  };
  // The few that are left out by default are the same with and without the word.
  const skipping = unreadable === 'any' && { unreadable };
  const hash = createHash('sha256').update(JSON.stringify({ ...how, ...skipping }));
  for (const { name, files } of scan.parts) {
    hash.update(`\n${name}`);
    for (const { path, bytes, changed } of files) hash.update(`\n${JSON.stringify([path, bytes, changed])}`);
  }
  const stem = basename(resolve(folder)).replace(/[^\w-]+/g, '-');
  return `${stem}-${hash.digest('hex').slice(0, 24)}.cache`;
}

/** What is in the cache; a damaged file counts as none and is replaced. */
function reopened(path: string): CachedDataset | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return openCacheFile(path);
  } catch {
    return undefined;
  }
}

function passedOver(folder: string, { others, links, parts, classNames, notices }: ImageScan): string[] {
  const sentences = [...notices, ...filesBeside(folder, others)];
  if (links.length > 0) {
    sentences.push(
      `${links.length} symbolic link(s) of ${folder} lead out of it, to a folder or to nothing, and are left out: ${firstNames(links)}.`,
    );
  }
  const nested = parts.some(({ files }) => files.some(({ path }) => path.includes('/')));
  if (!classNames && nested && parts.length === 1) {
    sentences.push(
      `The images of ${folder} have no classes: these need two sub-folders or more, and no image beside them.`,
    );
  }
  return sentences;
}

function firstNames(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown}, ...` : shown;
}
