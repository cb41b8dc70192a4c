/** @file PNG files of any kind, written from their samples: what the decoder must give is known in closed form. */
import { crc32, deflateSync } from 'node:zlib';

export interface PngSource {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha. */
  readonly colour: number;
  readonly depth: number;
  readonly interlaced?: boolean;
  /** Samples of all pixels, 0..2^depth - 1, row by row. */
  readonly samples: ArrayLike<number>;
  readonly palette?: Uint8Array;
  readonly transparency?: Uint8Array;
  /** Filter of every row (default: 0 to 4 in turn). */
  readonly filter?: (row: number) => number;
}

export const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A chunk with its length and checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A header chunk. */
export function pngHeader(
  width: number,
  height: number,
  depth: number,
  colour: number,
  interlaced = false,
): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  return pngChunk('IHDR', data);
}

/** The file as PNG's standard has it. */
export function encodePng(source: PngSource): Buffer {
  const { width, height, depth, colour, interlaced, palette, transparency } = source;
  return Buffer.concat([
    SIGNATURE,
    pngHeader(width, height, depth, colour, interlaced),
    ...(palette ? [pngChunk('PLTE', palette)] : []),
    ...(transparency ? [pngChunk('tRNS', transparency)] : []),
    pngChunk('IDAT', deflateSync(pngRows(source))),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

/** Filtered rows, pass after pass, before they are packed. */
export function pngRows(source: PngSource): Buffer {
  const passes = source.interlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  return Buffer.concat(passes.map((pass) => passRows(source, pass)));
}

function passRows(
  source: PngSource,
  [x0, y0, stepX, stepY]: readonly [number, number, number, number],
): Uint8Array {
  const { width, height, colour, depth, samples, filter = (row: number) => row % 5 } = source;
  const channels = CHANNELS[colour]!;
  const unit = Math.max(1, (channels * depth) / 8);
  const out: number[] = [];
  let above: number[] = [];
  for (let y = y0, row = 0; y < height && x0 < width; y += stepY, row++) {
    const bits: number[] = [];
    for (let x = x0; x < width; x += stepX) {
      for (let c = 0; c < channels; c++) {
        const value = samples[(y * width + x) * channels + c]!;
        for (let bit = depth - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
      }
    }
    const line: number[] = [];
    for (let i = 0; i < bits.length; i += 8) {
      line.push(
        Array.from({ length: 8 }, (_, k) => bits[i + k] ?? 0).reduce((byte, bit) => byte * 2 + bit, 0),
      );
    }
    out.push(
      filter(row),
      ...line.map((value, i) => (value - predicted(filter(row), line, above, i, unit)) & 255),
    );
    above = line;
  }
  return Uint8Array.from(out);
}

function predicted(
  filter: number,
  line: readonly number[],
  above: readonly number[],
  i: number,
  unit: number,
): number {
  const [a, b, c] = [line[i - unit] ?? 0, above[i] ?? 0, above[i - unit] ?? 0];
  if (filter < 4) return [0, a, b, (a + b) >> 1][filter]!;
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
