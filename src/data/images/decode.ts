/** @file One image file to red, green, blue bytes of a wanted size: PNG without native code, the rest by sharp. */

import { MixturaError } from '../../errors.js';
import {
  decodePng,
  flattened,
  type LayeredPixels,
  type Pixels,
  readPng,
  type Values,
} from '../formats/png.js';
import { isPng, MAX_PIXELS, requireSize } from '../formats/png-file.js';
import { upright } from './orientation.js';
import type { PixelRule } from './pixel-rule.js';

/** How an image becomes one of the wanted size. */
export interface ImageFit {
  /** Wanted size; without it images stay as they are. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** `center`: the largest part of the wanted proportions from the middle; `none`: all of it, stretched. */
  readonly crop: 'center' | 'none';
  /** Side of the square from the middle that is kept first, of images that are as large. */
  readonly middle?: number | undefined;
}

/** The part of sharp that is used: its own declarations need those of Node, and sharp may be missing. */
export type Sharp = (
  input: Uint8Array | Uint16Array,
  options: {
    readonly limitInputPixels?: number;
    readonly failOn?: 'error';
    readonly raw?: { readonly width: number; readonly height: number; readonly channels: 3 };
  },
) => SharpImage;

/** An image that sharp works on: each method adds a step to its pipeline. */
interface SharpImage {
  metadata(): Promise<{ readonly width: number; readonly height: number; readonly hasAlpha?: boolean }>;
  autoOrient(): SharpImage;
  flatten(options: { readonly background: string }): SharpImage;
  toColourspace(name: 'srgb' | 'rgb16'): SharpImage;
  resize(options: {
    readonly width?: number;
    readonly height?: number;
    readonly fit: 'cover' | 'fill';
  }): SharpImage;
  raw(options: { readonly depth: 'uchar' | 'ushort' }): SharpImage;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<RawImage>;
}

/** Imports sharp. It rejects where sharp is not installed. */
export type SharpLoader = () => Promise<Sharp>;

/** An image that cannot be read, though others of its kind can; its message is the reason. */
export class UndecodableImage extends MixturaError {}

/**
 * Decodes a PNG, JPEG or WebP file (known by how it begins), turns it upright by its metadata, lays what is transparent
 * on the background of the rule, and crops and resizes it (sharp's Lanczos kernel) where it has another size than the
 * wanted one. The values are bytes, or of 16 bits where the rule says what of these is full.
 *
 * @returns nothing where the rule lacks what this image asks for: a background, or the value of 16 bits that is full.
 * @throws UndecodableImage with the reason; MixturaError if the image needs sharp and that is not installed.
 */
export async function decodeImage(
  bytes: Uint8Array,
  fit: ImageFit,
  rule: PixelRule = {},
  load: SharpLoader = importSharp,
): Promise<Pixels | undefined> {
  if (fit.middle !== undefined) {
    const whole = await decodeImage(bytes, { crop: 'none' }, rule, load);
    const kept = whole && middlePart(whole, fit.middle);
    if (!kept || isOfSize(kept, fit)) return kept;
    return resize(await sharpFor('Resizing images', load), kept, fit);
  }
  const { background = [0, 0, 0] as const, full } = rule;
  const settled = (image: LayeredPixels): Pixels | undefined => {
    const lacks = (image.alpha && !rule.background) || (image.data instanceof Uint16Array && !full);
    if (lacks) return undefined;
    return flattened(image, { background, full: full ?? 255, from: full }, full !== undefined);
  };
  if (isPng(bytes)) {
    const pixels = reasoned(() => (rule.first ? decodePng(bytes) : settled(upright(readPng(bytes)))));
    if (!pixels || isOfSize(pixels, fit)) return pixels;
    const resized = await resize(await sharpFor('Resizing images', load), pixels, fit);
    return full === undefined ? resized : atMost(resized, full);
  }
  const sharp = await sharpFor(`Reading ${requireKind(bytes)}`, load);
  const decoded = await decodeBySharp(sharp, bytes, fit, rule);
  return decoded && settled(decoded);
}

/** The image as it is stored, upright, with its opacity: what decides how a folder is read. @throws as decodeImage does. */
export async function layersOf(bytes: Uint8Array, load: SharpLoader = importSharp): Promise<LayeredPixels> {
  if (isPng(bytes)) return reasoned(() => readPng(bytes));
  const sharp = await sharpFor(`Reading ${requireKind(bytes)}`, load);
  const { data, info } = await reasonedLater(async () => {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const { width, height } = await image.metadata();
    requireSize(width, height);
    return image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  });
  const pixels = threeChannels({ data, info });
  if (info.channels !== 4) return pixels;
  const alpha = Uint8Array.from({ length: info.width * info.height }, (_, i) => data[4 * i + 3]!);
  return alpha.every((value) => value === 255) ? pixels : { ...pixels, alpha };
}

function reasoned<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof MixturaError) throw new UndecodableImage(cause.message, { cause });
    throw cause;
  }
}

/** The square of this side from the middle, or as much as there is of it. */
function middlePart({ width, height, data }: Pixels, side: number): Pixels {
  const [w, h] = [Math.min(side, width), Math.min(side, height)];
  const [left, top] = [Math.floor((width - w) / 2), Math.floor((height - h) / 2)];
  const out = data instanceof Uint8Array ? new Uint8Array(3 * w * h) : new Uint16Array(3 * w * h);
  for (let row = 0; row < h; row++) {
    const from = 3 * ((top + row) * width + left);
    out.set(data.subarray(from, from + 3 * w), 3 * row * w);
  }
  return { width: w, height: h, data: out };
}

function isOfSize({ width, height }: Pixels, { size }: ImageFit): boolean {
  return size === undefined || (size.width === width && size.height === height);
}

function requireKind(bytes: Uint8Array): string {
  const kind = kindOf(bytes);
  if (kind === undefined) throw new UndecodableImage('it is neither PNG, JPEG nor WebP');
  return kind;
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

/** An image of which sharp also lays what is transparent on the background; nothing where the rule has none. */
function decodeBySharp(
  sharp: Sharp,
  bytes: Uint8Array,
  { size, crop }: ImageFit,
  { first, background }: PixelRule,
): Promise<Pixels | undefined> {
  return reasonedLater(async () => {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const { width, height, hasAlpha } = await image.metadata();
    requireSize(width, height);
    if (hasAlpha && !background && !first) return undefined;
    const ground = hexOf(background ?? [0, 0, 0]);
    const flat = image.autoOrient().flatten({ background: ground }).toColourspace('srgb');
    const fitted = size ? flat.resize({ ...size, fit: crop === 'center' ? 'cover' : 'fill' }) : flat;
    return threeChannels(await fitted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }));
  });
}

function hexOf(rgb: readonly number[]): string {
  return `#${Buffer.from(rgb).toString('hex')}`;
}

async function reasonedLater<T>(decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
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
  const deep = data instanceof Uint16Array;
  const raw = (deep ? fitted.toColourspace('rgb16') : fitted).raw({ depth: deep ? 'ushort' : 'uchar' });
  const { data: out, info } = await raw.toBuffer({ resolveWithObject: true });
  const values = deep ? new Uint16Array(new Uint8Array(out).buffer) : out;
  return threeChannels({ data: values, info });
}

/** Lanczos overshoots at edges: what bytes are cut off to by themselves, values of 16 bits are cut off to here. */
function atMost(pixels: Pixels, full: number): Pixels {
  return { ...pixels, data: pixels.data.map((value) => Math.min(value, full)) };
}

interface RawImage<T extends Values = Uint8Array> {
  readonly data: T;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

function threeChannels({ data, info: { width, height, channels } }: RawImage<Values>): Pixels {
  if (channels === 3) return { width, height, data };
  const rgb =
    data instanceof Uint8Array ? new Uint8Array(3 * width * height) : new Uint16Array(3 * width * height);
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
export function planes({ width, height, data }: Pixels, channels: 1 | 3): Values {
  const area = width * height;
  const out = data instanceof Uint8Array ? new Uint8Array(channels * area) : new Uint16Array(channels * area);
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
