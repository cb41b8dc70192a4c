import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { encodePng, pngChunk } from '../../../test/support/png.js';
import type { Dataset } from '../dataset.js';
import { type ImageFolderOptions, imageFolder } from './folder.js';
import { exifOrientation } from './orientation.js';
import { parseBackground } from './pixel-rule.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-pixels-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
let made = 0;
let told: string[] = [];
beforeEach(() => {
  folder = join(root, String(made++));
  told = [];
});

const open = (options: ImageFolderOptions = {}) =>
  imageFolder(folder, {
    environment: { MIXTURA_CACHE: join(root, 'cache') },
    notice: (sentence) => told.push(sentence.replaceAll(folder, 'F')),
    ...options,
  });

function put(path: string, content: Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** A row of pixels of a colour type (0 grey, 2 colour, 4 and 6 with opacity). */
const row = (
  colour: number,
  depth: number,
  samples: readonly number[],
  chunks: Uint8Array = Buffer.alloc(0),
) => {
  const width = samples.length / { 0: 1, 2: 3, 4: 2, 6: 4 }[colour]!;
  const file = encodePng({ width, height: 1, colour, depth, samples: [...samples] });
  return Buffer.concat([file.subarray(0, 33), chunks, file.subarray(33)]);
};

function valuesOf(data: Dataset): number[] {
  const out = new Float32Array(data.count * data.shape.reduce((product, n) => product * n, 1));
  data.read(
    Uint32Array.from({ length: data.count }, (_, i) => i),
    out,
  );
  return [...out];
}
const float = (values: readonly number[]) => [...Float32Array.from(values)];

describe('images of 16 bits', () => {
  it.each([
    [[0, 100, 255], 255],
    [[0, 1, 1], 1],
    [[0, 9, 15], 15],
    [[5, 2048, 4000], 4095],
    [[1, 300, 65535], 65535],
    [[0, 256, 511], 511],
  ])('of values %j keep them all, over %i', async (samples, full) => {
    put('a.png', row(0, 16, samples));
    const data = await open();
    expect(valuesOf(data)).toEqual(float(samples.map((value) => value / full)));
    expect(data).toMatchObject({ maximum: full, range: 'unit', kind: 'image' });
    const levels = new Set(samples).size;
    expect(told).toEqual([
      `The images of F have 16 bits and values up to ${samples[2]} (${levels} levels): ${full} is read as 1.`,
    ]);
    await open();
    expect(told).toHaveLength(2);
  });

  it('are read as the run read its own, and beside images of 8 bits over 255 at least', async () => {
    put('a.png', row(0, 16, [0, 100, 120]));
    const like = await open({ maximum: 4095 });
    expect([like.maximum, valuesOf(like)]).toEqual([4095, float([0, 100 / 4095, 120 / 4095])]);
    put('a.png', row(0, 16, [0, 100, 8190]));
    told = [];
    expect(valuesOf(await open({ maximum: 4095 }))).toEqual(float([0, 100 / 4095, 1]));
    expect(told[0]).toContain("4095 is read as 1; larger values are cut off, as in the run's data.");
    put('a.png', row(0, 16, [0, 100, 60_000]));
    told = [];
    expect((await open({ maximum: 4095 })).maximum).toBe(65535);
    expect(told[0]).toContain("65535 is read as 1, where the run's data have 4095.");
    put('a.png', row(0, 16, [0, 100, 8190]));
    // A run of bytes, or of another kind of data, says nothing about 16 bits.
    for (const maximum of [255, 16, 1]) expect((await open({ maximum })).maximum).toBe(8191);
    put('a.png', row(0, 16, [0, 7, 15]));
    put('b.png', row(0, 8, [0, 51, 255]));
    const mixed = await open();
    expect([mixed.maximum, valuesOf(mixed)]).toEqual([255, float([0, 7 / 255, 15 / 255, 0, 0.2, 1])]);
    expect(told.at(-1)).toContain('1 of the 2 images of F have 16 bits');
  });

  it('keep their values in colour and when they are resized', async () => {
    put('a.png', row(2, 16, [0, 100, 4000, 1, 2, 3]));
    expect(valuesOf(await open())).toEqual(float([0, 1, 100, 2, 4000, 3].map((value) => value / 4095)));
    put('a.png', encodePng({ width: 4, height: 4, colour: 0, depth: 16, samples: new Array(16).fill(1001) }));
    const small = await open({ size: '2' });
    expect([small.maximum, valuesOf(small)]).toEqual([1023, float(new Array(4).fill(1001 / 1023))]);
  });

  it('stay within their scale at edges, where resizing overshoots', async () => {
    const samples = Array.from({ length: 256 }, (_, i) => (i % 16 < 5 ? 4000 : 4095 * Number(i % 16 > 7)));
    put('a.png', encodePng({ width: 16, height: 16, colour: 0, depth: 16, samples }));
    expect(Math.max(...valuesOf(await open({ size: '12' })))).toBe(1);
  });

  it('are rounded to bytes for runs of version 0.1.0', async () => {
    put('a.png', row(0, 16, [0, 255, 65535]));
    expect(valuesOf(await open({ reading: 1 }))).toEqual(float([0, 1 / 255, 1]));
    expect(told).toEqual([]);
  });
});

describe('transparent parts', () => {
  // Grey and opacity: a stroke on nothing.
  const ink = (value: number) => row(4, 8, [value, 255, 0, 0, value, 255]);

  it.each([
    [0, 'white', [0, 1, 0], 'dark'],
    [90, 'white', [90 / 255, 1, 90 / 255], 'dark'],
    [255, 'black', [1, 0, 1], 'light'],
  ] as const)('under ink of %i are %s', async (value, background, values, what) => {
    put('a.png', ink(value));
    put('b.png', row(0, 8, [10, 20, 255]));
    const data = await open();
    expect(valuesOf(data)).toEqual(float([...values, 10 / 255, 20 / 255, 1]));
    expect(data.background).toBe(background);
    expect(told).toEqual([
      `1 of the 2 images of F have transparent parts, which are laid on ${background} because what is visible is ${what}; --background says otherwise.`,
    ]);
  });

  it('are what the option says, in any colour and depth', async () => {
    put('a.png', ink(0));
    const black = await open({ background: 'black' });
    expect([valuesOf(black), black.background]).toEqual([[0, 0, 0], 'black']);
    expect(told).toEqual([
      'Every image of F is one colour; check the files.',
      'The images of F have values of at most 0 of 255 (1 level), so they are read as 0 to 0; brighten them if that is not meant.',
    ]);
    const red = await open({ background: '#ff0000' });
    expect([red.shape, valuesOf(red)]).toEqual([
      [3, 1, 3],
      [0, 1, 0, 0, 0, 0, 0, 0, 0],
    ]);
    put('a.png', row(4, 16, [1000, 65535, 0, 0, 4095, 65535]));
    expect(valuesOf(await open())).toEqual(float([1000 / 4095, 1, 1]));
    await expect(open({ background: 'green' })).rejects.toThrow("--background is 'green'; give white, black");
    expect(parseBackground('#fF8000')).toEqual([255, 128, 0]);
  });

  it('of WebP and of a palette follow the same rule; opaque ones ask for nothing', async () => {
    const stroke = Buffer.from([0, 0, 0, 255, 9, 9, 9, 0]);
    const webp = sharp(stroke, { raw: { width: 2, height: 1, channels: 4 } }).webp({ lossless: true });
    put('a.webp', await webp.toBuffer());
    expect(valuesOf(await open())).toEqual([0, 1]);
    put('a.webp', row(6, 8, [0, 0, 0, 255, 255, 255, 255, 255]));
    told = [];
    expect((await open()).background).toBeUndefined();
    expect(told).toEqual([]);
    const palette = Uint8Array.of(0, 0, 0, 70, 70, 70);
    const transparency = Uint8Array.of(0);
    put(
      'a.webp',
      encodePng({ width: 2, height: 1, colour: 3, depth: 8, samples: [0, 1], palette, transparency }),
    );
    expect(valuesOf(await open())).toEqual(float([1, 70 / 255]));
  });

  it('are black for runs of version 0.1.0', async () => {
    put('a.png', row(4, 8, [0, 255, 9, 0, 90, 255]));
    expect(valuesOf(await open({ reading: 1 }))).toEqual(float([0, 0, 90 / 255]));
  });
});

describe('what is left to tell images apart', () => {
  it('is told where bytes use little of their range', async () => {
    put('a.png', row(0, 8, [0, 15, 3]));
    await open();
    expect(told).toEqual([
      'The images of F have values of at most 15 of 255 (3 levels), so they are read as 0 to 0.059; brighten them if that is not meant.',
    ]);
  });

  it('is told where every image is one colour', async () => {
    for (const value of [10, 200]) put(`${value}.png`, row(0, 8, [value, value]));
    await open();
    expect(told).toEqual(['Every image of F is one colour; check the files.']);
    put('c.png', row(0, 8, [1, 2]));
    told = [];
    await open();
    expect(told).toEqual([]);
  });
});

/** A TIFF structure with an orientation, in either order of bytes. */
function exif(orientation: number, little = false): Buffer {
  const bytes = Buffer.alloc(26);
  const put16 = (value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const put32 = (value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(little ? 'II' : 'MM', 0, 'latin1');
  put16(42, 2);
  put32(8, 4);
  put16(1, 8);
  put16(0x0112, 10);
  put16(3, 12);
  put32(1, 14);
  put16(orientation, 18);
  return bytes;
}

describe('the orientation of EXIF', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i turns a PNG as sharp turns the JPEG', async (orientation) => {
    const samples = [10, 80, 160, 30, 120, 250];
    const plain = encodePng({ width: 3, height: 2, colour: 0, depth: 8, samples });
    const chunk = pngChunk('eXIf', exif(orientation, orientation % 2 === 0));
    put('a.png', Buffer.concat([plain.subarray(0, 33), chunk, plain.subarray(33)]));
    const jpeg = await sharp(plain).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();
    const turned = await sharp(jpeg)
      .autoOrient()
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const data = await open();
    expect(data.shape).toEqual([1, turned.info.height, turned.info.width]);
    valuesOf(data).forEach((value, i) => {
      expect(Math.abs(255 * value - turned.data[i]!)).toBeLessThan(6);
    });
    const first = await open({ reading: 1 });
    expect([first.shape, valuesOf(first)]).toEqual([[1, 2, 3], float(samples.map((x) => x / 255))]);
  });

  it.each([3, 6, 8])('%i turns a WebP, too', async (orientation) => {
    const stored = Buffer.from([10, 80, 160, 30, 120, 250].flatMap((value) => [value, value, value]));
    const image = sharp(stored, { raw: { width: 3, height: 2, channels: 3 } });
    put('a.webp', await image.withMetadata({ orientation }).webp({ lossless: true }).toBuffer());
    const data = await open();
    expect([data.shape, valuesOf(data).map((value) => Math.round(255 * value))]).toEqual(
      {
        3: [
          [1, 2, 3],
          [250, 120, 30, 160, 80, 10],
        ],
        6: [
          [1, 3, 2],
          [30, 10, 120, 80, 250, 160],
        ],
        8: [
          [1, 3, 2],
          [160, 250, 80, 120, 10, 30],
        ],
      }[orientation],
    );
  });

  it('turns what is transparent with it, and is passed over where it is damaged', async () => {
    put('a.png', row(4, 8, [0, 255, 70, 0], pngChunk('eXIf', exif(3))));
    expect(valuesOf(await open())).toEqual([1, 0]);
    expect([
      exifOrientation(undefined),
      exifOrientation(exif(9)),
      exifOrientation(exif(6).subarray(0, 12)),
    ]).toEqual([1, 1, 1]);
    expect([exifOrientation(exif(6)), exifOrientation(exif(8, true))]).toEqual([6, 8]);
    expect(exifOrientation(Buffer.from('MM\0*\xff\xff\xff\xff', 'latin1'))).toBe(1);
  });
});
