/** @file PNG to red, green, blue and opacity, without native code. */

import { deflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import {
  bad,
  GREY_ALPHA,
  PALETTE,
  PNG_SIGNATURE,
  type Png,
  type PngHeader,
  passesOf,
  RGB_ALPHA,
  readChunks,
  rowBytes,
  unpack,
} from './png-file.js';

/** Values of 8 bits, or of 16. */
export type Values = Uint8Array | Uint16Array;

/** An image as rows of red, green, blue, from the top left. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `3 * width * height` values. */
  readonly data: Values;
}

/** An image before it is laid on a background. */
export interface LayeredPixels extends Pixels {
  /** Opacity of every pixel, 0 to 255 or 65535 as the values are; absent where all are opaque. */
  readonly alpha?: Values;
  /** The part of the file that may say which side is up. */
  readonly exif?: Uint8Array;
}

/**
 * Decodes a PNG of any colour type, depth and interlacing. Depths below 8 bits are spread over 0..255; 16 bits stay.
 *
 * @throws MixturaError for anything that is no whole, sound PNG of at most {@link MAX_PIXELS} pixels.
 */
export function readPng(bytes: Uint8Array): LayeredPixels {
  const png = readChunks(bytes);
  const { width, height, exif } = png;
  const samples = readSamples(png, unpack(png));
  const { data, alpha } = png.colour === PALETTE ? fromPalette(png, samples) : toRgb(png, samples);
  const opaque = alpha?.every((value) => value === mostOf(alpha)) ?? true;
  return { width, height, data, ...(!opaque && { alpha: alpha! }), ...(exif && { exif }) };
}

/** The value that is full: 255 or 65535. */
export function mostOf(values: Values): number {
  return values instanceof Uint8Array ? 255 : 65535;
}

/**
 * Decodes a PNG as runs of version 0.1.0 did: 16 bits are rounded to 8 (v / 257), what is transparent is laid on black,
 * and no side is turned up.
 *
 * @throws MixturaError as {@link readPng} does.
 */
export function decodePng(bytes: Uint8Array): Pixels {
  return flattened(readPng(bytes), { background: [0, 0, 0], full: 255 });
}

/** What an image is laid on, in red, green and blue of 0..255, and the value of 16 bits that is full. */
export interface Ground {
  readonly background: readonly [number, number, number];
  readonly full: number;
  /** What becomes full: the largest value of the type by default; more is cut off. */
  readonly from?: number | undefined;
}

/** Lays an image on a background, with its values brought to 0..full: bytes where that is 255 and nothing else is asked. */
export function flattened(
  { width, height, data, alpha }: LayeredPixels,
  { background, full, from }: Ground,
  wide = false,
): Pixels {
  const most = mostOf(data);
  if (!alpha && most === full && !wide) return { width, height, data };
  const top = most === 255 ? 255 : (from ?? most);
  const out = wide ? new Uint16Array(data.length) : new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const opacity = alpha ? alpha[Math.floor(i / 3)]! / most : 1;
    const value = Math.min(top, data[i]!) * opacity + (background[i % 3]! / 255) * top * (1 - opacity);
    out[i] = Math.round((value * full) / top);
  }
  return { width, height, data: out };
}

/** Samples of all pixels, each 0..2^depth - 1. */
function readSamples(png: Png, rows: Uint8Array): Uint8Array | Uint16Array {
  const { width, channels, depth } = png;
  const passes = passesOf(png);
  if (!png.interlaced) return unfilter(png, passes[0]!, rows);
  const all = new (depth === 16 ? Uint16Array : Uint8Array)(width * png.height * channels);
  let at = 0;
  for (const pass of passes) {
    const length = pass.height * (1 + rowBytes(png, pass.width));
    const samples = unfilter(png, pass, rows.subarray(at, at + length));
    at += length;
    for (let row = 0; row < pass.height; row++) {
      for (let column = 0; column < pass.width; column++) {
        const from = (row * pass.width + column) * channels;
        const to = ((pass.y + row * pass.stepY) * width + pass.x + column * pass.stepX) * channels;
        for (let c = 0; c < channels; c++) all[to + c] = samples[from + c]!;
      }
    }
  }
  return all;
}

/**
 * Undoes the filters of one picture. fast-png reads whole files, so the rows are given to it as a PNG of their own,
 * stored without compression. So it never unpacks anything, and never reads interlaced rows of less than 8 bits, which it misreads.
 */
function unfilter(
  header: PngHeader,
  { width, height }: { readonly width: number; readonly height: number },
  rows: Uint8Array,
): Uint8Array | Uint16Array {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([header.depth, header.colour, 0, 0, 0], 8);
  const idat = deflateSync(rows, { level: 0 });
  const file = Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', ihdr),
    chunk('IDAT', idat),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  let data: Uint8Array | Uint16Array;
  try {
    data = decode(file).data as Uint8Array | Uint16Array;
  } catch (cause) {
    throw bad(`its rows are damaged (${(cause as Error).message})`);
  }
  return header.depth < 8 ? spread(data as Uint8Array, header, width, height) : data;
}

/** A chunk without its checksum, which is not read. */
function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  return bytes;
}

/** One byte a sample, from several samples a byte; rows begin at whole bytes. */
function spread(packed: Uint8Array, header: PngHeader, width: number, height: number): Uint8Array {
  const { depth } = header;
  const stride = rowBytes(header, width);
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = packed[y * stride + (bit >> 3)]!;
      samples[y * width + x] = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  }
  return samples;
}

/** Colours of every pixel, and their opacity where the file has one. */
interface Layers {
  readonly data: Values;
  readonly alpha?: Values;
}

function toRgb(png: Png, samples: Values): Layers {
  const { channels, depth, colour } = png;
  const pixels = png.width * png.height;
  const make = (length: number): Values => (depth === 16 ? new Uint16Array(length) : new Uint8Array(length));
  const factor = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const colours = channels > 2 ? 3 : 1;
  const translucent = colour === GREY_ALPHA || colour === RGB_ALPHA;
  const key = translucent ? undefined : transparentColour(png, colours);
  const data = make(3 * pixels);
  const alpha = translucent || key ? make(pixels) : undefined;
  for (let i = 0, from = 0; i < pixels; i++, from += channels) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = samples[from + (colours === 3 ? c : 0)]! * factor;
    if (translucent) alpha![i] = samples[from + channels - 1]!;
    else if (key) alpha![i] = key.every((value, c) => samples[from + c] === value) ? 0 : mostOf(data);
  }
  return { data, ...(alpha && { alpha }) };
}

/** The one colour that is transparent, if the image has one. */
function transparentColour({ transparency }: Png, colours: number): number[] | undefined {
  if (transparency.length === 0) return undefined;
  if (transparency.length !== 2 * colours)
    throw bad('its transparent colour has another length than its pixels');
  return Array.from({ length: colours }, (_, c) => transparency[2 * c]! * 256 + transparency[2 * c + 1]!);
}

function fromPalette({ palette, transparency, width, height }: Png, samples: Values): Layers {
  const colours = palette.length / 3;
  if (!Number.isInteger(colours) || colours === 0 || colours > 256)
    throw bad('its palette is missing or damaged');
  const data = new Uint8Array(3 * width * height);
  const alpha = transparency.length > 0 ? new Uint8Array(width * height).fill(255) : undefined;
  for (let i = 0; i < samples.length; i++) {
    const index = samples[i]!;
    if (index >= colours) throw bad(`it has colour ${index} of a palette of ${colours}`);
    for (let c = 0; c < 3; c++) data[3 * i + c] = palette[3 * index + c]!;
    if (alpha && index < transparency.length) alpha[i] = transparency[index]!;
  }
  return { data, ...(alpha && { alpha }) };
}
