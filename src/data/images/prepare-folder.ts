/** @file The images of a folder decoded into a cache file: how they are read is settled by all of them, then all are written. */

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { MixturaError, usageError } from '../../errors.js';
import type { Pixels } from '../formats/png.js';
import { type CachedDataset, CacheWriter, openCacheFile } from './cache-file.js';
import { decodeImage, type ImageFit, isGrey, planes, UndecodableImage } from './decode.js';
import type { ImageFile, ImagePart, ImageScan } from './scan.js';
import { firstSettled, MAX_FILE, type PrepareOptions, type Settled, settle, UsedValues } from './settle.js';

const NO_PERMISSION = 'there is no permission to read it';
/** Largest share of undecodable images in a part that is skipped, unless any share is. */
export const SKIPPED_SHARE = 0.05;
/** Images that are decoded at the same time. */
const TOGETHER = 8;
/** From so many images on, a sentence says that they are being read. */
const MANY = 2000;

/**
 * Decodes all images into the cache file: as grey ones until the first that is not, and then again as colour; as bytes
 * until the first that has 16 bits or transparent parts, and then again by what a look at all of them says.
 */
export async function prepareFolder(
  folder: string,
  scan: ImageScan,
  path: string,
  fit: ImageFit,
  options: PrepareOptions,
): Promise<CachedDataset> {
  const total = scan.parts.reduce((sum, { files }) => sum + files.length, 0);
  if (total >= MANY)
    options.notice?.(`Reading ${total} images of ${folder}; the next time they are at hand.`);
  const tries: (1 | 3)[] = { grey: [1 as const], color: [3 as const], any: [1 as const, 3 as const] }[
    options.color ?? 'any'
  ];
  let settled = firstSettled(options);
  while (tries.length > 0) {
    const writer = new CacheWriter(path);
    try {
      const job = new Preparation(folder, scan, writer, tries[0]!, fit, options, settled);
      const end = await job.run();
      if (end === 'written') return openCacheFile(path);
      if (end === 'coloured') tries.shift();
      else settled = await settle(folder, scan, options);
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
  readonly #used = new UsedValues();

  constructor(
    readonly folder: string,
    readonly scan: ImageScan,
    readonly writer: CacheWriter,
    readonly channels: 1 | 3,
    readonly fit: ImageFit,
    readonly options: PrepareOptions,
    readonly settled: Settled,
  ) {}

  /** Writes the cache file, unless an image has colours that were to be kept, or asks for what is not settled. */
  async run(): Promise<'written' | 'coloured' | 'unsettled'> {
    const labels: Int32Array[] = [];
    for (const part of this.scan.parts) {
      const kept = await this.#part(part);
      if (typeof kept === 'string') return kept;
      labels.push(Int32Array.from(kept, ({ label }) => label));
      this.writer.endSplit();
    }
    const { folder, channels, scan, settled } = this;
    const { width, height } = this.#first!;
    const path = resolve(folder);
    const { full } = settled.rule;
    this.writer.finish(
      {
        name: basename(path),
        source: `${channels === 1 ? 'Grey' : 'Colour'} images of the folder ${path}, ${width}x${height} pixels.`,
        kind: 'image',
        shape: [channels, height, width],
        range: 'unit',
        type: full === undefined ? 'uint8' : 'uint16',
        maximum: full ?? 255,
        background: settled.background,
        ...(scan.classNames && { classNames: [...scan.classNames] }),
        notices: [...this.#notices(), ...settled.notices, ...this.#used.notices(folder, full)],
        skipped: this.#skipped,
      },
      scan.classNames && labels,
    );
    return 'written';
  }

  /** Writes the images of a part and gives those that decoded. */
  async #part({ files }: ImagePart): Promise<ImageFile[] | 'coloured' | 'unsettled'> {
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
          const most = this.options.unreadable === 'any' ? files.length - 1 : SKIPPED_SHARE * files.length;
          if (failed > most) throw tooMany(this.folder, failed, start + i + 1, files.length, reason);
          continue;
        }
        if (!image) return 'unsettled';
        this.#checkSize(file, image);
        if (this.channels === 1 && this.options.color === undefined && !isGrey(image)) return 'coloured';
        const values = planes(image, this.channels);
        this.#used.add(values);
        this.writer.append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 1);
        kept.push(file);
      }
    }
    return kept;
  }

  async #decode({ path, bytes }: ImageFile): Promise<Pixels | UndecodableImage | undefined> {
    try {
      if (bytes > MAX_FILE) throw new UndecodableImage('it is larger than 512 MiB');
      return await decodeImage(await this.#read(path), this.fit, this.settled.rule, this.options.sharp);
    } catch (cause) {
      if (cause instanceof UndecodableImage) return cause;
      throw cause;
    }
  }

  async #read(path: string): Promise<Uint8Array> {
    try {
      return await readFile(join(this.folder, path));
    } catch (cause) {
      throw new UndecodableImage(unreadable(cause as NodeJS.ErrnoException), { cause });
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
    const shown = skipped.slice(0, 3).map(({ path, reason }) => `${path} (${reason})`);
    const names = shown.join(', ') + (skipped.length > 3 ? ', ...' : '');
    return [`${skipped.length} image(s) of ${this.folder} do not decode and are left out: ${names}.`];
  }
}

function unreadable(cause: NodeJS.ErrnoException): string {
  if (cause.code === 'EACCES' || cause.code === 'EPERM') return NO_PERMISSION;
  return cause.code === 'ENOENT' ? 'it is gone' : `it cannot be read: ${cause.message}`;
}

function tooMany(folder: string, failed: number, read: number, total: number, reason: string): MixturaError {
  const cure = reason.endsWith(NO_PERMISSION)
    ? 'give yourself the permission, such as by chmod -R u+r'
    : 'replace or remove such files';
  if (failed === total)
    return new MixturaError(`None of the ${total} images of ${folder} decodes (${reason}): ${cure}.`);
  return new MixturaError(
    `${failed} of the first ${read} images of ${folder} do not decode (${reason}), and more than ${100 * SKIPPED_SHARE} % of them are not left out: ${cure}.`,
  );
}
