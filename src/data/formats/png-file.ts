/** @file The header and the unpacked rows of a PNG file; what the header claims is checked first. */

import { crc32, inflateSync } from 'node:zlib';
import { MixturaError } from '../../errors.js';

/** Most pixels of an image (8192 x 8192); a header that promises more is refused before anything is allocated. */
export const MAX_PIXELS = 2 ** 26;
/** Most bytes that a PNG may unpack to. */
const MAX_UNPACKED = 2 ** 28;

/** The first eight bytes of every PNG. */
export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** The colour types by their numbers in the format. */
export const [GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA] = [0, 2, 3, 4, 6];

/** Samples of a pixel, and the bit depths that the standard allows, by colour type. */
const COLOUR_TYPES: Readonly<
  Record<number, { readonly channels: number; readonly depths: readonly number[] }>
> = {
  [GREY]: { channels: 1, depths: [1, 2, 4, 8, 16] },
  [RGB]: { channels: 3, depths: [8, 16] },
  [PALETTE]: { channels: 1, depths: [1, 2, 4, 8] },
  [GREY_ALPHA]: { channels: 2, depths: [8, 16] },
  [RGB_ALPHA]: { channels: 4, depths: [8, 16] },
};

/** Origin and steps of the seven passes of an interlaced image (Adam7): x, y, step in x, step in y. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The header of a PNG. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly channels: number;
  readonly interlaced: boolean;
}

/** A PNG whose rows are still packed. */
export interface Png extends PngHeader {
  readonly palette: Uint8Array;
  readonly transparency: Uint8Array;
  readonly packed: Uint8Array;
  /** The chunk `eXIf`, if there is one: a TIFF structure. */
  readonly exif?: Uint8Array | undefined;
}

/** Whether the bytes begin as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** The chunks that make up the picture; and what says which side is up; all others (profiles, texts, animations) are passed over unread. */
export function readChunks(bytes: Uint8Array): Png {
  if (!isPng(bytes)) throw bad('it does not begin as a PNG');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: PngHeader | undefined;
  let [palette, transparency] = [new Uint8Array(0), new Uint8Array(0)];
  let exif: Uint8Array | undefined;
  const packed: Uint8Array[] = [];
  for (let at = PNG_SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length) throw bad('it is truncated');
    const length = view.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    if (at + 12 + length > bytes.length) throw bad(`it is truncated within its ${printable(type)} chunk`);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const critical = type === 'tRNS' || /^[A-Z]/.test(type);
    if (critical && crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw bad(`its ${printable(type)} chunk is damaged`);
    }
    if (type === 'IEND') break;
    if ((header === undefined) !== (type === 'IHDR')) throw bad('it does not begin with its one header');
    if (type === 'IHDR') header = readHeader(data);
    else if (type === 'PLTE') palette = new Uint8Array(data);
    else if (type === 'tRNS') transparency = new Uint8Array(data);
    else if (type === 'IDAT') packed.push(data);
    else if (type === 'eXIf') exif = data;
    else if (critical) throw bad(`it has a chunk ${printable(type)} that is not known`);
    at += 12 + length;
  }
  if (!header) throw bad('it has no header');
  return { ...header, palette, transparency, exif, packed: Buffer.concat(packed) };
}

function readHeader(data: Uint8Array): PngHeader {
  if (data.length !== 13) throw bad('its header has another length than 13 bytes');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, compression, filter, interlacing] = data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const type = COLOUR_TYPES[colour];
  if (!type?.depths.includes(depth) || compression !== 0 || filter !== 0 || interlacing > 1) {
    throw bad(`its header is not valid (colour type ${colour}, ${depth} bits)`);
  }
  requireSize(width, height);
  return { width, height, depth, colour, channels: type.channels, interlaced: interlacing === 1 };
}

/** Checks a size. @throws MixturaError for an image without pixels, or with more than {@link MAX_PIXELS}. */
export function requireSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw bad(`its header promises ${width} x ${height} pixels`);
  if (width * height > MAX_PIXELS) {
    throw bad(`its header promises ${width} x ${height} pixels, more than ${MAX_PIXELS} are not read`);
  }
}

/** Unpacks the rows with their filters, at most as many bytes as the header promises. */
export function unpack(png: Png): Uint8Array {
  const expected = passesOf(png).reduce(
    (sum, { width, height }) => sum + height * (1 + rowBytes(png, width)),
    0,
  );
  if (expected > MAX_UNPACKED) throw bad(`it would unpack to ${expected} bytes, more than ${MAX_UNPACKED}`);
  let rows: Uint8Array;
  try {
    rows = inflateSync(png.packed, { maxOutputLength: expected });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw bad('it holds more than its header promises');
    throw bad(code === 'Z_BUF_ERROR' ? 'it is truncated' : 'its packed rows are damaged');
  }
  if (rows.length < expected) throw bad('it holds less than its header promises');
  return rows;
}

/** The pictures that the rows are made of: one, or the passes of an interlaced image that have pixels. */
export function passesOf({ width, height, interlaced }: PngHeader) {
  if (!interlaced) return [{ x: 0, y: 0, stepX: 1, stepY: 1, width, height }];
  return PASSES.map(([x, y, stepX, stepY]) => ({
    ...{ x, y, stepX, stepY },
    width: Math.ceil((width - x) / stepX),
    height: Math.ceil((height - y) / stepY),
  })).filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Bytes of a row without its filter byte. */
export function rowBytes({ channels, depth }: PngHeader, width: number): number {
  return Math.ceil((width * channels * depth) / 8);
}

function printable(type: string): string {
  return /^[A-Za-z]{4}$/.test(type) ? type : 'unknown';
}

/** A reason, to follow the name of the file: "a.png does not decode: it is truncated". */
export function bad(reason: string): MixturaError {
  return new MixturaError(reason);
}
