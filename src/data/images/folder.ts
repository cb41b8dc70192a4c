/** @file A folder of images as a data set: decoded once into a cache file, from which batches are read. */

import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { cacheFolder, type Environment } from '../../cache-folder.js';
import { MixturaError, usageError } from '../../errors.js';
import type { Dataset } from '../dataset.js';
import type { Pixels } from '../formats/png.js';
import { type CachedDataset, CacheWriter, openCacheFile } from './cache-file.js';
import { decodeImage, type ImageFit, isGrey, planes, type SharpLoader, UndecodableImage } from './decode.js';
import { type ImageFile, type ImagePart, type ImageScan, scanImages } from './scan.js';

/** How images become samples, as it is written on the command line. */
export interface ImageOptions {
  /** Wanted size, `32` or `48x32` (width x height); default the size that all images have. */
  readonly size?: string | undefined;
  /** Before resizing: `center` (default) keeps the middle of the wanted proportions, `none` stretches all of it. */
  readonly crop?: 'center' | 'none' | undefined;
  /** `grey` or `color`; default grey where all images are. */
  readonly color?: 'grey' | 'color' | undefined;
}

/** How a folder of images is read, and where remarks and the cache go. */
export interface ImageFolderOptions extends ImageOptions {
  /** Where `MIXTURA_CACHE` is looked up (default `process.env`). */
  readonly environment?: Environment | undefined;
  /** Called with a sentence on each thing that is left out. */
  readonly notice?: ((sentence: string) => void) | undefined;
  /** Version of the rules by which sub-folders are parts: 1 for runs of version 0.1.0 (default 2). */
  readonly reading?: 1 | 2 | undefined;
  /** Used instead of `import('sharp')`. */
  readonly sharp?: SharpLoader | undefined;
}

/** Changes whenever the same files would give other samples. */
const VERSION = 2;
/** Largest share of undecodable images in a part that is skipped. */
export const SKIPPED_SHARE = 0.05;
/** Images that are decoded at the same time. */
const TOGETHER = 8;
/** From so many images on, a sentence says that they are being read. */
const MANY = 2000;
const MAX_SIDE = 4096;
const MAX_FILE = 2 ** 29;

/**
 * The PNG, JPEG and WebP images of a folder as samples [1 or 3, height, width], bytes / 255 in [0, 1]. Sub-folders are
 * classes, for evaluation only; sub-folders `train` and `test` (or `validation`, ...) with images in both are the two
 * parts. What was decoded is kept in the cache folder, under the paths, sizes and times of the files and the options, and values stay there.
 *
 * Images that do not decode are left out and reported, if they are no more than 5 % of a part.
 *
 * @throws MixturaError if there is no image, sizes differ without `size`, too many images do not decode, or the cache
 * cannot be written.
 */
export async function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const fit = { size: parseSize(options.size), crop: options.crop ?? 'center' } as const;
  const scan = scanImages(folder, options.reading === 1);
  const notice = options.notice ?? (() => {});
  for (const sentence of passedOver(folder, scan)) notice(sentence);
  const path = join(cacheFolder(options.environment), 'images', cacheName(folder, scan, options));
  const { dataset, notices, skipped } = reopened(path) ?? (await prepare(folder, scan, path, fit, options));
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

function cacheName(folder: string, scan: ImageScan, { size, crop, color }: ImageOptions): string {
  const hash = createHash('sha256').update(
    JSON.stringify({ VERSION, folder: realpathSync(folder), size, crop: crop ?? 'center', color }),
  );
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

/** Decodes all images into the cache file: as grey ones until the first that is not, and then again as colour. */
async function prepare(
  folder: string,
  scan: ImageScan,
  path: string,
  fit: ImageFit,
  options: ImageFolderOptions,
): Promise<CachedDataset> {
  const total = scan.parts.reduce((sum, { files }) => sum + files.length, 0);
  if (total >= MANY)
    options.notice?.(`Reading ${total} images of ${folder}; the next time they are at hand.`);
  const tries = { grey: [1], color: [3], any: [1, 3] } as const;
  for (const channels of tries[options.color ?? 'any']) {
    const writer = new CacheWriter(path);
    try {
      const job = new Preparation(folder, scan, writer, channels, fit, options);
      if (await job.run()) return openCacheFile(path);
    } finally {
      writer.discard();
    }
  }
  throw new RangeError('images can always be read as colour');
}

class Preparation {
  readonly #skipped: { readonly path: string; readonly reason: string }[] = [];
  /** The first image that decoded: the others must have its size. */
  #first: { readonly path: string; readonly width: number; readonly height: number } | undefined;

  constructor(
    readonly folder: string,
    readonly scan: ImageScan,
    readonly writer: CacheWriter,
    readonly channels: 1 | 3,
    readonly fit: ImageFit,
    readonly options: ImageFolderOptions,
  ) {}

  /** Writes the cache file. @returns false if an image has colours that were to be kept. */
  async run(): Promise<boolean> {
    const labels: Int32Array[] = [];
    for (const part of this.scan.parts) {
      const kept = await this.#part(part);
      if (!kept) return false;
      labels.push(Int32Array.from(kept, ({ label }) => label));
      this.writer.endSplit();
    }
    const { folder, channels, scan } = this;
    const { width, height } = this.#first!;
    const path = resolve(folder);
    this.writer.finish(
      {
        name: basename(path),
        source: `${channels === 1 ? 'Grey' : 'Colour'} images of the folder ${path}, ${width}x${height} pixels.`,
        kind: 'image',
        shape: [channels, height, width],
        range: 'unit',
        type: 'uint8',
        maximum: 255,
        ...(scan.classNames && { classNames: [...scan.classNames] }),
        notices: this.#notices(),
        skipped: this.#skipped,
      },
      scan.classNames && labels,
    );
    return true;
  }

  /** Writes the images of a part and gives those that decoded. */
  async #part({ files }: ImagePart): Promise<ImageFile[] | undefined> {
    const kept: ImageFile[] = [];
    let failed = 0;
    let reason = '';
    for (let start = 0; start < files.length; start += TOGETHER) {
      const together = files.slice(start, start + TOGETHER);
      const decoded = together.map((file) => this.#decode(file));
      // Awaited in order: of several that fail, the first file is reported, not the one that failed first.
      for (const image of decoded) image.catch(() => {});
      for (const [i, file] of together.entries()) {
        const image = await decoded[i]!;
        if (image instanceof UndecodableImage) {
          this.#skipped.push({ path: file.path, reason: image.message });
          reason ||= `${file.path}: ${image.message}`;
          failed++;
          if (failed > SKIPPED_SHARE * files.length)
            throw tooMany(this.folder, failed, start + i + 1, reason);
          continue;
        }
        this.#checkSize(file, image);
        if (this.channels === 1 && this.options.color === undefined && !isGrey(image)) return undefined;
        this.writer.append(planes(image, this.channels), 1);
        kept.push(file);
      }
    }
    return kept;
  }

  async #decode({ path, bytes }: ImageFile): Promise<Pixels | UndecodableImage> {
    try {
      if (bytes > MAX_FILE) throw new UndecodableImage('it is larger than 512 MiB');
      return await decodeImage(await this.#read(path), this.fit, this.options.sharp);
    } catch (cause) {
      if (cause instanceof UndecodableImage) return cause;
      throw cause;
    }
  }

  async #read(path: string): Promise<Uint8Array> {
    try {
      return await readFile(join(this.folder, path));
    } catch (cause) {
      throw new UndecodableImage(`it cannot be read (${(cause as Error).message})`, { cause });
    }
  }

  #checkSize({ path }: ImageFile, { width, height }: Pixels): void {
    this.#first ??= { path, width, height };
    const first = this.#first;
    if (width === first.width && height === first.height) return;
    throw usageError(
      `The images of ${this.folder} have several sizes (${first.path} is ${first.width}x${first.height}, ${path} is ${width}x${height}): give the size that all are to have, such as --size 32.`,
    );
  }

  #notices(): string[] {
    const skipped = this.#skipped;
    if (skipped.length === 0) return [];
    return [
      `${skipped.length} image(s) of ${this.folder} do not decode and are left out: ${firstNames(skipped.map(({ path }) => path))} (${skipped[0]!.reason}).`,
    ];
  }
}

function tooMany(folder: string, failed: number, read: number, reason: string): MixturaError {
  return new MixturaError(
    `${failed} of the first ${read} images of ${folder} do not decode (${reason}), and more than ${100 * SKIPPED_SHARE} % of them are not left out: replace or remove such files.`,
  );
}

function passedOver(folder: string, { others, links, parts, classNames, notices }: ImageScan): string[] {
  const sentences = [...notices];
  if (others.length > 0)
    sentences.push(`${others.length} other file(s) of ${folder} are no images: ${firstNames(others)}.`);
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
