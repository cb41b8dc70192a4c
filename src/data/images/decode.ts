/** @file One image file to red, green, blue bytes of a wanted size: PNG without native code, the rest by sharp. */

import { MixturaError } from '../../errors.js';
import { decodePng, type Pixels } from '../formats/png.js';
import { isPng, MAX_PIXELS, requireSize } from '../formats/png-file.js';

/** How an image becomes one of the wanted size. */
export interface ImageFit {
  /** Wanted size; without it images stay as they are. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** `center`: the largest part of the wanted proportions from the middle; `none`: all of it, stretched. */
  readonly crop: 'center' | 'none';
}

/** The part of sharp that is used: its own declarations need those of Node, and sharp may be missing. */
export type Sharp = (
  input: Uint8Array,
  options: {
    readonly limitInputPixels?: number;
    readonly failOn?: 'error';
    readonly raw?: { readonly width: number; readonly height: number; readonly channels: 3 };
  },
) => SharpImage;

/** An image that sharp works on: each method adds a step to its pipeline. */
interface SharpImage {
  metadata(): Promise<{ readonly width: number; readonly height: number }>;
  autoOrient(): SharpImage;
  flatten(options: { readonly background: string }): SharpImage;
  toColourspace(name: 'srgb'): SharpImage;
  resize(options: {
    readonly width?: number;
    readonly height?: number;
    readonly fit: 'cover' | 'fill';
  }): SharpImage;
  raw(options: { readonly depth: 'uchar' }): SharpImage;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<RawImage>;
}

/** Imports sharp. It rejects where sharp is not installed. */
export type SharpLoader = () => Promise<Sharp>;

/** An image that cannot be read, though others of its kind can; its message is the reason. */
export class UndecodableImage extends MixturaError {}

/**
 * Decodes a PNG, JPEG or WebP file (known by how it begins), turns it upright by its metadata (JPEG, WebP), lays what is
 * transparent on black, and crops and resizes it (sharp's Lanczos kernel) where it has another size than the wanted one.
 *
 * @throws UndecodableImage with the reason; MixturaError if the image needs sharp and that is not installed.
 */
export async function decodeImage(
  bytes: Uint8Array,
  fit: ImageFit,
  load: SharpLoader = importSharp,
): Promise<Pixels> {
  if (isPng(bytes)) {
    const pixels = reasoned(() => decodePng(bytes));
    return isOfSize(pixels, fit) ? pixels : resize(await sharpFor('Resizing images', load), pixels, fit);
  }
  const kind = kindOf(bytes);
  if (kind === undefined) throw new UndecodableImage('it is neither PNG, JPEG nor WebP');
  return decodeBySharp(await sharpFor(`Reading ${kind}`, load), bytes, fit);
}

function reasoned(decode: () => Pixels): Pixels {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof MixturaError) throw new UndecodableImage(cause.message, { cause });
    throw cause;
  }
}

function isOfSize({ width, height }: Pixels, { size }: ImageFit): boolean {
  return size === undefined || (size.width === width && size.height === height);
}

/** Only what begins as JPEG or WebP is handed to sharp, which reads other formats too (and some refer to files). */
function kindOf(bytes: Uint8Array): 'JPEG' | 'WebP' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'JPEG';
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'WebP' : undefined;
}

async function importSharp(): Promise<Sharp> {
  const sharp = (await import('sharp')).default;
  sharp.cache(false); // No image is read twice, and keeping them takes half of the time.
  return sharp;
}

async function sharpFor(task: string, load: SharpLoader): Promise<Sharp> {
  try {
    return await load();
  } catch (cause) {
    throw new MixturaError(
      `${task} needs the package sharp, which is not installed here: add it with npm install sharp, or give PNG images of equal size.`,
      { cause },
    );
  }
}

async function decodeBySharp(sharp: Sharp, bytes: Uint8Array, { size, crop }: ImageFit): Promise<Pixels> {
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const { width, height } = await image.metadata();
    requireSize(width, height);
    const upright = image.autoOrient().flatten({ background: '#000000' }).toColourspace('srgb');
    const fitted = size ? upright.resize({ ...size, fit: crop === 'center' ? 'cover' : 'fill' }) : upright;
    return threeChannels(await fitted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }));
  } catch (cause) {
    throw new UndecodableImage(plain((cause as Error).message), { cause });
  }
}

async function resize(
  sharp: Sharp,
  { width, height, data }: Pixels,
  { size, crop }: ImageFit,
): Promise<Pixels> {
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const fitted = image.resize({ ...size, fit: crop === 'center' ? 'cover' : 'fill' });
  return threeChannels(await fitted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }));
}

interface RawImage {
  readonly data: Uint8Array;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

function threeChannels({ data, info: { width, height, channels } }: RawImage): Pixels {
  if (channels === 3) return { width, height, data };
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < rgb.length; i++)
    rgb[i] = data[Math.floor(i / 3) * channels + (channels > 3 ? i % 3 : 0)]!;
  return { width, height, data: rgb };
}

/** The first line of a library's message, as a reason that follows a colon. */
function plain(message: string): string {
  return message.split('\n')[0]!.replace(/[.]$/, '');
}

/** Whether red, green and blue are equal everywhere. */
export function isGrey({ data }: Pixels): boolean {
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  }
  return true;
}

/**
 * The planes that a data set stores, [channels, height, width]: red, green and blue, or one of the luma
 * 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded.
 */
export function planes({ width, height, data }: Pixels, channels: 1 | 3): Uint8Array {
  const area = width * height;
  const out = new Uint8Array(channels * area);
  for (let i = 0; i < area; i++) {
    const [red, green, blue] = [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
    if (channels === 1) {
      out[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    } else {
      out[i] = red;
      out[area + i] = green;
      out[2 * area + i] = blue;
    }
  }
  return out;
}
