/** @file PNG to 8-bit red, green, blue, without native code. */

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

/** An image as rows of red, green, blue bytes, from the top left. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `3 * width * height` bytes. */
  readonly data: Uint8Array;
}

/**
 * Decodes a PNG of any colour type, depth and interlacing: 16 bits are rounded to 8 (v / 257), smaller depths spread
 * over 0..255, and what is transparent is laid on black.
 *
 * @throws MixturaError for anything that is no whole, sound PNG of at most {@link MAX_PIXELS} pixels.
 */
export function decodePng(bytes: Uint8Array): Pixels {
  const png = readChunks(bytes);
  const samples = readSamples(png, unpack(png));
  return { width: png.width, height: png.height, data: toRgb(png, samples) };
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

function toRgb(png: Png, samples: Uint8Array | Uint16Array): Uint8Array {
  const rgb = new Uint8Array(3 * png.width * png.height);
  if (png.colour === PALETTE) return fromPalette(png, samples, rgb);
  const { channels, depth, colour } = png;
  const most = 2 ** depth - 1;
  const byte = (value: number) => Math.round((value * 255) / most);
  const colours = channels > 2 ? 3 : 1;
  const alpha = colour === GREY_ALPHA || colour === RGB_ALPHA;
  const key = alpha ? undefined : transparentColour(png, colours);
  for (let i = 0, from = 0; from < samples.length; i += 3, from += channels) {
    const opacity = alpha ? samples[from + channels - 1]! / most : 1;
    if (key?.every((value, c) => samples[from + c] === value)) continue;
    for (let c = 0; c < 3; c++) {
      const value = samples[from + (colours === 3 ? c : 0)]!;
      rgb[i + c] = alpha ? byte(value * opacity) : depth === 8 ? value : byte(value);
    }
  }
  return rgb;
}

/** The one colour that is transparent, if the image has one. */
function transparentColour({ transparency }: Png, colours: number): number[] | undefined {
  if (transparency.length === 0) return undefined;
  if (transparency.length !== 2 * colours)
    throw bad('its transparent colour has another length than its pixels');
  return Array.from({ length: colours }, (_, c) => transparency[2 * c]! * 256 + transparency[2 * c + 1]!);
}

function fromPalette(
  { palette, transparency }: Png,
  samples: ArrayLike<number>,
  rgb: Uint8Array,
): Uint8Array {
  const colours = palette.length / 3;
  if (!Number.isInteger(colours) || colours === 0 || colours > 256)
    throw bad('its palette is missing or damaged');
  const laid = palette.map((value, i) =>
    Math.round((value * (transparency[Math.floor(i / 3)] ?? 255)) / 255),
  );
  for (let i = 0; i < samples.length; i++) {
    const index = samples[i]!;
    if (index >= colours) throw bad(`it has colour ${index} of a palette of ${colours}`);
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = laid[3 * index + c]!;
  }
  return rgb;
}
