import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { encodePng, pngChunk, pngHeader, SIGNATURE } from '../../../test/support/png.js';
import { ExitCode, MixturaError } from '../../errors.js';
import { Stream } from '../../math/random.js';
import { classCounts, type Dataset } from '../dataset.js';
import { openDataset } from '../sets/open.js';
import { decodeImage } from './decode.js';
import { type ImageFolderOptions, imageFolder, parseSize } from './folder.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
let made = 0;
let told: string[] = [];
beforeEach(() => {
  folder = join(root, String(made++));
  mkdirSync(folder);
  told = [];
});

const environment = { MIXTURA_CACHE: join(root, 'cache') };
const noSharp = () => Promise.reject(new Error('Cannot find package sharp'));
const open = (options: ImageFolderOptions = {}) =>
  imageFolder(folder, {
    environment,
    notice: (sentence) => told.push(sentence.replaceAll(folder, 'F')),
    ...options,
  });

function put(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** A PNG of one grey, but for a white pixel at its end. */
const grey = (value: number, width = 4, height = 4) =>
  encodePng({
    width,
    height,
    colour: 0,
    depth: 8,
    samples: [...new Array(width * height - 1).fill(value), 255],
  });
/** A PNG of one colour. */
const colour = (rgb: readonly number[], width = 4, height = 4) =>
  encodePng({
    width,
    height,
    colour: 2,
    depth: 8,
    samples: Array.from({ length: width * height }, () => rgb).flat(),
  });

/** First value of each channel of every sample, as bytes. */
function firsts(data: Dataset): number[][] {
  const [channels, height, width] = data.shape as [number, number, number];
  const size = channels * height * width;
  const out = new Float32Array(data.count * size);
  data.read(
    Uint32Array.from({ length: data.count }, (_, i) => i),
    out,
  );
  return Array.from({ length: data.count }, (_, i) =>
    Array.from({ length: channels }, (_, c) => Math.round(255 * out[i * size + c * height * width]!)),
  );
}

const refusal = async (options: ImageFolderOptions = {}): Promise<MixturaError> => {
  const error: unknown = await open(options).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(MixturaError);
  return error as MixturaError;
};
const sentence = async (options?: ImageFolderOptions) =>
  (await refusal(options)).message.replaceAll(folder, 'F');

describe('imageFolder', () => {
  it('reads grey PNGs as one channel, sub-folders as classes, without sharp', async () => {
    put('two/b.png', grey(30));
    put('two/a.PNG', grey(20));
    put('one/deep/er/x.png', grey(10));
    const data = await open({ sharp: noSharp });
    expect(data).toMatchObject({ kind: 'image', shape: [1, 4, 4], range: 'unit', maximum: 255, count: 3 });
    expect(data.classNames).toEqual(['one', 'two']);
    expect([...data.labels!]).toEqual([0, 1, 1]);
    expect(firsts(data)).toEqual([[10], [20], [30]]);
    expect(data.test).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('reads all as colour where one is, in planes, or as asked', async () => {
    put('a.png', grey(100));
    put('b.png', colour([255, 0, 51]));
    const data = await open();
    expect([data.shape, data.labels]).toEqual([[3, 4, 4], undefined]);
    expect(firsts(data)).toEqual([
      [100, 100, 100],
      [255, 0, 51],
    ]);
    const luma = Math.round(0.299 * 255 + 0.114 * 51);
    expect(firsts(await open({ color: 'grey' }))).toEqual([[100], [luma]]);
    rmSync(join(folder, 'b.png'));
    expect((await open({ color: 'color' })).shape).toEqual([3, 4, 4]);
  });

  it('takes train and test as parts; classes that only the test has come last', async () => {
    put('train/b/1.png', grey(1));
    put('train/c/2.png', grey(2));
    put('test/a/3.png', grey(3));
    put('test/c/4.png', grey(4));
    const data = await open();
    const test = data.test!();
    expect([data.classNames, [...data.labels!]]).toEqual([
      ['b', 'c', 'a'],
      [0, 1],
    ]);
    expect([...test.labels!]).toEqual([2, 1]);
    expect([firsts(data), firsts(test)]).toEqual([
      [[1], [2]],
      [[3], [4]],
    ]);
    expect(test.fingerprint).not.toBe(data.fingerprint);
    put('5.png', grey(5));
    expect(await sentence()).toBe(
      'F has the parts train and test, and 1 image(s) beside them (5.png): move those into a part, or give another folder.',
    );
  });

  it('takes train and test as classes where only one of them holds images', async () => {
    put('train/1.png', grey(1));
    put('other/2.png', grey(2));
    mkdirSync(join(folder, 'test'));
    const data = await open();
    expect([data.classNames, data.test]).toEqual([['other', 'train'], undefined]);
  });

  it('takes numbers in their order, and no classes from one sub-folder or beside loose images', async () => {
    for (const k of [10, 9, 1]) put(`${k}/x.png`, grey(k));
    expect((await open()).classNames).toEqual(['1', '9', '10']);
    put('loose.png', grey(0));
    expect((await open()).labels).toBeUndefined();
    expect(told.at(-1)).toContain('have no classes');
    for (const name of ['10', '9', 'loose.png']) rmSync(join(folder, name), { recursive: true });
    expect((await open()).labels).toBeUndefined();
  });

  it('reports other files and links that lead out, and passes over hidden ones', async () => {
    put('a.png', grey(1));
    put('b.txt', 'text');
    put('sub/c.gif', 'GIF89a');
    put('.DS_Store', 'x');
    put('.hidden/d.png', 'no image');
    writeFileSync(join(root, 'outside.png'), grey(9));
    symlinkSync(join(root, 'outside.png'), join(folder, 'out.png'));
    symlinkSync(root, join(folder, 'up'));
    symlinkSync('nothing', join(folder, 'broken.png'));
    symlinkSync('a.png', join(folder, 'inside.png'));
    const data = await open();
    expect(firsts(data)).toEqual([[1], [1]]);
    expect(told).toEqual([
      '1 image(s) of F are left out, because their formats are not read (.gif): save them as PNG, JPEG or WebP.',
      '1 other file(s) of F are no images: b.txt.',
      '3 symbolic link(s) of F lead out of it, to a folder or to nothing, and are left out: broken.png, out.png, up.',
    ]);
  });
});

describe('the cache', () => {
  const cached = () =>
    readdirSync(join(environment.MIXTURA_CACHE, 'images')).filter((name) => name.startsWith(`${made - 1}-`));

  it('is one file, which answers the second time, until a file or an option changes', async () => {
    put('a.png', grey(1));
    put('b.png', grey(2));
    const first = await open();
    expect(cached()).toHaveLength(1);
    const path = join(environment.MIXTURA_CACHE, 'images', cached()[0]!);
    utimesSync(path, 1, 1);
    expect((await open()).fingerprint).toBe(first.fingerprint);
    expect(statSync(path).mtimeMs).toBe(1000);
    put('b.png', grey(3));
    utimesSync(join(folder, 'b.png'), 5, 5);
    expect(firsts(await open())).toEqual([[1], [3]]);
    expect((await open({ color: 'color' })).shape).toEqual([3, 4, 4]);
    expect(cached()).toHaveLength(3);
  });

  it('that is damaged is made again, and what was left out is reported again', async () => {
    for (let i = 0; i < 20; i++) put(`${String(i).padStart(2, '0')}.png`, grey(i));
    put('07.png', 'no image');
    const first = await open();
    const left = '1 image(s) of F do not decode and are left out: 07.png (it is neither PNG, JPEG nor WebP).';
    expect([first.count, told]).toEqual([19, [left]]);
    await open();
    expect(told).toEqual([left, left]);
    truncateSync(join(environment.MIXTURA_CACHE, 'images', cached()[0]!), 100);
    expect((await open()).fingerprint).toBe(first.fingerprint);
  });

  it('has the same fingerprint wherever the same images lie', async () => {
    put('x/a.png', grey(1));
    put('y/b.png', grey(2));
    const here = (await open()).fingerprint;
    folder = join(root, String(made++));
    put('x/a.png', grey(1));
    put('y/b.png', grey(2));
    expect((await open()).fingerprint).toBe(here);
    put('y/b.png', grey(3));
    expect((await open()).fingerprint).not.toBe(here);
  });
});

describe('sizes', () => {
  it('that differ name two images and --size', async () => {
    put('a.png', grey(1));
    put('b.png', grey(1, 6, 4));
    const error = await refusal();
    expect(error.message.replaceAll(folder, 'F')).toBe(
      'The images of F have several sizes (a.png is 4x4, b.png is 6x4): give the size that all are to have, such as --size 32.',
    );
    expect(error.exitCode).toBe(ExitCode.usage);
  });

  it('need sharp only where an image has another size than the wanted one', async () => {
    put('a.png', grey(1));
    expect((await open({ size: '4', sharp: noSharp })).count).toBe(1);
    expect(await sentence({ size: '2', sharp: noSharp })).toBe(
      'Resizing images needs the package sharp, which is not installed here: add it with npm install sharp, or give PNG images of equal size.',
    );
  });

  it('crop keeps the middle, none keeps all', async () => {
    // Four columns of black, four of white, four of black: the middle of 12x4 is white.
    const samples = Array.from({ length: 48 }, (_, i) => (i % 12 >= 4 && i % 12 < 8 ? 255 : 0));
    put('a.png', encodePng({ width: 12, height: 4, colour: 0, depth: 8, samples }));
    const sums = async (options: ImageFolderOptions) => {
      const data = await open(options);
      const out = new Float32Array(data.shape[1]! * data.shape[2]!);
      data.read([0], out);
      return { shape: data.shape, mean: out.reduce((sum, x) => sum + x, 0) / out.length };
    };
    expect(await sums({})).toMatchObject({ shape: [1, 4, 12] });
    expect(await sums({ size: '4' })).toEqual({ shape: [1, 4, 4], mean: 1 });
    const whole = await sums({ size: '4', crop: 'none' });
    expect(whole.mean).toBeCloseTo(1 / 3, 1);
    expect((await sums({ size: '6x2' })).shape).toEqual([1, 2, 6]);
  });

  it('are written as one side or as width and height', () => {
    expect([parseSize('32'), parseSize('48x16'), parseSize(undefined)]).toEqual([
      { width: 32, height: 32 },
      { width: 48, height: 16 },
      undefined,
    ]);
    for (const wrong of ['0', '32x', 'x', '-4', '5000', '4x4x4', '3.5', '32 ']) {
      expect(() => parseSize(wrong)).toThrow(`--size is '${wrong}'`);
    }
  });
});

describe('JPEG and WebP', () => {
  const flat = (value: { r: number; g: number; b: number }) =>
    sharp({ create: { width: 8, height: 8, channels: 3, background: value } });

  it('are read by sharp, whatever their name says', async () => {
    put('a.jpg', await flat({ r: 200, g: 200, b: 200 }).jpeg({ quality: 100 }).toBuffer());
    put('b.webp', await flat({ r: 100, g: 100, b: 100 }).webp({ lossless: true }).toBuffer());
    put('c.jpeg', grey(7, 8, 8));
    const data = await open();
    expect(data.shape).toEqual([1, 8, 8]);
    expect(firsts(data)).toEqual([[200], [100], [7]]);
    put('d.png', await flat({ r: 255, g: 0, b: 0 }).webp({ lossless: true }).toBuffer());
    expect(firsts(await open())[3]).toEqual([255, 0, 0]);
    expect(await sentence({ color: 'color', sharp: noSharp })).toContain(
      'Reading JPEG needs the package sharp',
    );
  });

  it('are turned as the camera says, and laid on the background where transparent', async () => {
    const wide = Buffer.from([255, 0, 0, 0].flatMap((v) => [v, v, v]));
    const turned = sharp(wide, { raw: { width: 4, height: 1, channels: 3 } }).withMetadata({
      orientation: 6,
    });
    const upright = await decodeImage(await turned.jpeg().toBuffer(), { crop: 'center' });
    expect([upright?.width, upright?.height]).toEqual([1, 4]);
    const clear = sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0 } },
    });
    const webp = await clear.webp({ lossless: true }).toBuffer();
    const laid = await decodeImage(webp, { crop: 'center' }, { background: [0, 0, 0] });
    expect([...laid!.data]).toEqual(new Array(12).fill(0));
    const red = await decodeImage(webp, { crop: 'center' }, { background: [255, 0, 0] });
    expect([...red!.data]).toEqual([255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0]);
    expect(await decodeImage(webp, { crop: 'center' })).toBeUndefined();
  });

  it('that are cut short do not decode; formats that sharp knows besides are not handed to it', async () => {
    const jpeg = await flat({ r: 1, g: 2, b: 3 }).resize(64, 64).jpeg().toBuffer();
    for (const bytes of [
      jpeg.subarray(0, jpeg.length / 2),
      Buffer.from('<svg xmlns="x"/>'),
      Buffer.from('GIF89a'),
    ]) {
      await expect(decodeImage(bytes, { crop: 'center' })).rejects.toThrow(MixturaError);
    }
    await expect(decodeImage(Buffer.from('<svg/>'), { crop: 'center' })).rejects.toThrow(
      'it is neither PNG, JPEG nor WebP',
    );
  });

  it('mutated and random ones decode or give a reason', async () => {
    const image = flat({ r: 10, g: 200, b: 30 });
    const files = [await image.jpeg().toBuffer(), await image.webp().toBuffer()];
    const draw = Stream.root(4);
    let refused = 0;
    for (let trial = 0; trial < 200; trial++) {
      const bytes = Buffer.from(files[draw.int(2)]!);
      for (let n = 0; n < 4; n++) bytes[draw.int(bytes.length)] = draw.int(256);
      const size = draw.int(2) === 0 ? { width: 4, height: 4 } : undefined;
      try {
        const image = await decodeImage(bytes, { crop: 'center', size }, { background: [0, 0, 0] });
        expect(image!.data.length).toBe(3 * image!.width * image!.height);
      } catch (error) {
        expect(error).toBeInstanceOf(MixturaError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });
});

describe('what cannot be read is said', () => {
  it('no image, no folder', async () => {
    put('a.txt', 'x');
    expect(await sentence()).toBe(
      'F holds no PNG, JPEG or WebP image: give a folder of images, with a sub-folder for each class if classes are known.',
    );
    await expect(imageFolder(join(folder, 'none'))).rejects.toThrow(/none cannot be read .*permissions/);
  });

  it('too many images that do not decode, with the first and why', async () => {
    for (let i = 0; i < 18; i++) put(`${i}.png`, grey(i));
    const bomb = [SIGNATURE, pngHeader(60_000, 60_000, 8, 2), pngChunk('IEND', new Uint8Array(0))];
    put('a.png', Buffer.concat(bomb));
    put('b.png', '');
    const message = await sentence();
    expect(message).toContain(
      '2 of the first 20 images of F do not decode (a.png: its header promises 60000 x 60000',
    );
    expect(message).toContain('and more than 5 % of them are not left out');
    rmSync(join(folder, 'b.png'));
    put('18.png', grey(18));
    expect((await open()).count).toBe(19);
  });

  it('any number of images that do not decode, where nothing is trained, unless none of a part decodes', async () => {
    for (let i = 0; i < 4; i++) put(`${i}.png`, i % 2 === 0 ? 'none' : grey(i));
    await expect(open()).rejects.toThrow('more than 5 % of them are not left out');
    const data = await open({ unreadable: 'any' });
    const reason = 'it is neither PNG, JPEG nor WebP';
    expect(firsts(data)).toEqual([[1], [3]]);
    expect(data.rows).toEqual({
      id: { name: 'file', values: ['1.png', '3.png'] },
      leftOut: [
        { index: 0, id: '0.png', reason },
        { index: 2, id: '2.png', reason },
      ],
    });
    expect(told).toEqual([
      `2 image(s) of F do not decode and are left out: 0.png (${reason}), 2.png (${reason}).`,
    ]);
    // What is in the cache now does not count where only a few may be left out.
    await expect(open()).rejects.toThrow('more than 5 % of them are not left out');
    for (const i of [1, 3]) put(`${i}.png`, 'none');
    expect(await sentence({ unreadable: 'any' })).toBe(
      `None of the 4 images of F decodes (0.png: ${reason}): replace or remove such files.`,
    );
  });

  it('options of a folder for what is none', async () => {
    put('a.png', grey(1));
    await expect(openDataset('digits', { size: '8' })).rejects.toThrow('--size say how a folder of images');
    await expect(openDataset(join(folder, 'a.png'), { crop: 'none' })).rejects.toThrow('--crop say how');
    await expect(openDataset(folder, { label: 'x', environment })).rejects.toThrow('--label names a column');
    put('u/b.png', grey(1));
    rmSync(join(folder, 'a.png'));
    put('v/c.png', grey(2));
    const data = await openDataset(folder, { classes: 'v', environment });
    expect([...classCounts(data)!]).toEqual([1]);
  });
});
