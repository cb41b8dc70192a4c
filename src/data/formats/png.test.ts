import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  CHANNELS,
  encodePng,
  type PngSource,
  pngChunk,
  pngHeader,
  pngRows,
  SIGNATURE,
} from '../../../test/support/png.js';
import { MixturaError } from '../../errors.js';
import { Stream } from '../../math/random.js';
import { decodePng } from './png.js';

const stream = Stream.root(7);

function source(colour: number, depth: number, interlaced: boolean, width = 11, height = 13): PngSource {
  const draw = stream.fork(colour, depth, String(interlaced));
  const samples = Array.from({ length: width * height * CHANNELS[colour]! }, () => draw.int(2 ** depth));
  const palette = Uint8Array.from({ length: 3 * 2 ** depth }, () => draw.int(256));
  return { width, height, colour, depth, interlaced, samples, ...(colour === 3 && { palette }) };
}

/** What the standard says that the samples mean, on black. */
function meaning({ colour, depth, samples, palette, transparency }: PngSource): Uint8Array {
  const most = 2 ** depth - 1;
  const channels = CHANNELS[colour]!;
  const out: number[] = [];
  for (let i = 0; i < samples.length; i += channels) {
    if (colour === 3) {
      const opacity = (transparency?.[samples[i]!] ?? 255) / 255;
      for (let c = 0; c < 3; c++) out.push(Math.round(palette![3 * samples[i]! + c]! * opacity));
    } else {
      const opacity = colour >= 4 ? samples[i + channels - 1]! / most : 1;
      for (let c = 0; c < 3; c++) {
        out.push(Math.round(((samples[i + (channels > 2 ? c : 0)]! * opacity) / most) * 255));
      }
    }
  }
  return Uint8Array.from(out);
}

const KINDS = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].map((depth) => [2, depth] as const),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
  ...[4, 6].flatMap((colour) => [8, 16].map((depth) => [colour, depth] as const)),
].flatMap(([colour, depth]) => [false, true].map((interlaced) => ({ colour, depth, interlaced })));

describe('decodePng', () => {
  it.each(KINDS)(
    'colour type $colour, $depth bits, interlaced $interlaced',
    async ({ colour, depth, interlaced }) => {
      const from = source(colour, depth, interlaced);
      const file = encodePng(from);
      const { width, height, data } = decodePng(file);
      expect([width, height]).toEqual([11, 13]);
      const expected = meaning(from);
      // Halves may be rounded either way where the alpha of 8 bits meets them.
      const farthest = Array.from(data).reduce(
        (most, value, i) => Math.max(most, Math.abs(value - expected[i]!)),
        0,
      );
      expect(farthest).toBeLessThanOrEqual(colour >= 4 ? 1 : 0);
      if (colour >= 4 || depth === 16) return;
      const other = await sharp(file).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
      expect(other.info.channels).toBe(3);
      expect(Buffer.from(data as Uint8Array).equals(other.data)).toBe(true);
    },
  );

  it('decodes sides of 1 to 9, in which passes of an interlaced image are empty', () => {
    for (let side = 1; side <= 9; side++) {
      const from = source(0, 2, true, side, 10 - side);
      expect(decodePng(encodePng(from)).data).toEqual(meaning(from));
    }
  });

  it('lays transparent colours on black: of a palette, and one grey or colour', () => {
    const palette = { ...source(3, 2, false), transparency: Uint8Array.of(0, 128) };
    expect(decodePng(encodePng(palette)).data).toEqual(meaning(palette));
    const grey = { width: 3, height: 1, colour: 0, depth: 8, samples: [7, 8, 7] };
    const key = Uint8Array.of(0, 7);
    expect([...decodePng(encodePng({ ...grey, transparency: key })).data]).toEqual([
      0, 0, 0, 8, 8, 8, 0, 0, 0,
    ]);
    const colour = { width: 2, height: 1, colour: 2, depth: 8, samples: [1, 2, 3, 1, 2, 4] };
    const keys = Uint8Array.of(0, 1, 0, 2, 0, 3);
    expect([...decodePng(encodePng({ ...colour, transparency: keys })).data]).toEqual([0, 0, 0, 1, 2, 4]);
  });

  it('rounds 16 bits to 8, and lays half transparent values on black', () => {
    const deep = { width: 4, height: 1, colour: 0, depth: 16, samples: [0, 128, 129, 65535] };
    expect([...decodePng(encodePng(deep)).data].filter((_, i) => i % 3 === 0)).toEqual([0, 0, 1, 255]);
    const half = { width: 2, height: 1, colour: 4, depth: 8, samples: [200, 128, 255, 0] };
    expect([...decodePng(encodePng(half)).data]).toEqual([100, 100, 100, 0, 0, 0]);
  });

  it('passes over what is no part of the picture, even a bomb of a profile', () => {
    const from = source(2, 8, false);
    const bomb = Buffer.concat([Buffer.from('icc\0\0'), deflateSync(Buffer.alloc(2 ** 24))]);
    const file = encodePng(from);
    const with_ = Buffer.concat([file.subarray(0, 33), pngChunk('iCCP', bomb), file.subarray(33)]);
    expect(decodePng(with_).data).toEqual(meaning(from));
  });
});

const small = source(2, 8, false, 4, 4);
const rows = pngRows(small);
const withRows = (packed: Uint8Array, header = pngHeader(4, 4, 8, 2)) =>
  Buffer.concat([SIGNATURE, header, pngChunk('IDAT', packed), pngChunk('IEND', new Uint8Array(0))]);
const file = encodePng(small);
const flipped = (at: number) => {
  const bytes = Buffer.from(file);
  bytes[at]! ^= 1;
  return bytes;
};

describe('what is no sound PNG is refused', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'it does not begin as a PNG'],
    ['the signature alone', SIGNATURE, 'it is truncated'],
    ['half a file', file.subarray(0, 60), 'it is truncated within its IDAT chunk'],
    ['no end', file.subarray(0, -12), 'it is truncated'],
    ['a damaged header', flipped(20), 'its IHDR chunk is damaged'],
    ['damaged rows', flipped(50), 'its IDAT chunk is damaged'],
    ['rows cut short', withRows(deflateSync(rows).subarray(0, 20)), 'it is truncated'],
    ['too few rows', withRows(deflateSync(rows.subarray(13))), 'it holds less than its header promises'],
    ['rows that are not packed', withRows(rows), 'its packed rows are damaged'],
    ['a bomb', withRows(deflateSync(Buffer.alloc(2 ** 26))), 'it holds more than its header promises'],
    ['an unknown filter', withRows(deflateSync(Buffer.alloc(52, 9))), 'its rows are damaged'],
    ['no pixels', withRows(rows, pngHeader(0, 4, 8, 2)), 'its header promises 0 x 4 pixels'],
    [
      'an absurd size',
      withRows(rows, pngHeader(2 ** 31 - 1, 2 ** 31 - 1, 8, 2)),
      'its header promises 2147483647 x 2147483647 pixels, more than 67108864 are not read',
    ],
    [
      'an absurd number of bytes',
      withRows(rows, pngHeader(8192, 8192, 16, 6)),
      'it would unpack to 536879104 bytes, more than 268435456',
    ],
    ['3 bits', withRows(rows, pngHeader(4, 4, 3, 2)), 'its header is not valid (colour type 2, 3 bits)'],
    [
      'colour type 5',
      withRows(rows, pngHeader(4, 4, 8, 5)),
      'its header is not valid (colour type 5, 8 bits)',
    ],
    ['no palette', withRows(deflateSync(rows), pngHeader(12, 4, 8, 3)), 'its palette is missing or damaged'],
    [
      'two headers',
      Buffer.concat([file.subarray(0, 33), pngHeader(1, 1, 8, 2), file.subarray(33)]),
      'it does not begin with its one header',
    ],
    [
      'a colour beyond the palette',
      encodePng({ ...source(3, 8, false), palette: Uint8Array.of(1, 2, 3) }),
      'of a palette of 1',
    ],
    [
      'an unknown critical chunk',
      Buffer.concat([file.subarray(0, 33), pngChunk('ABCD', SIGNATURE), file.subarray(33)]),
      'it has a chunk ABCD that is not known',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodePng(bytes)).toThrow(MixturaError);
    expect(() => decodePng(bytes)).toThrow(message);
  });

  it('random and mutated bytes give an image of the promised size or a sentence, and nothing else', () => {
    const draw = Stream.root(11);
    const files = KINDS.map(({ colour, depth, interlaced }) => source(colour, depth, interlaced, 5, 6)).map(
      (from) => ({
        whole: encodePng(from),
        rows: pngRows(from),
        header: pngHeader(from.width, from.height, from.depth, from.colour, from.interlaced),
        ...(from.palette && { palette: from.palette }),
      }),
    );
    const mutated = (bytes: Uint8Array): Buffer => {
      const copy = Buffer.from(bytes);
      for (let n = 1 + draw.int(2); n > 0; n--) copy[draw.int(copy.length)] = draw.int(256);
      return copy.subarray(0, draw.int(4) === 0 ? draw.int(copy.length) : copy.length);
    };
    const trial = (): Uint8Array => {
      const { whole, rows, header, palette } = files[draw.int(files.length)]!;
      const noise = Uint8Array.from({ length: 200 }, () => draw.int(256));
      const kind = draw.int(4);
      if (kind === 0) return Buffer.concat([SIGNATURE, noise]);
      if (kind === 1) return mutated(whole);
      // Wrong bytes behind right checksums reach the inner decoders.
      const packed = kind === 2 ? mutated(deflateSync(rows)) : deflateSync(mutated(rows));
      return withRows(packed, palette ? Buffer.concat([header, pngChunk('PLTE', palette)]) : header);
    };
    let [refused, decoded] = [0, 0];
    for (let n = 0; n < 3000; n++) {
      try {
        const { width, height, data } = decodePng(trial());
        expect(data.length).toBe(3 * width * height);
        decoded++;
      } catch (error) {
        expect(error).toBeInstanceOf(MixturaError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1500);
    expect(decoded).toBeGreaterThan(10);
  });
});
