/** @file What all images of a folder together say: how their pixels are read, and what is to be told of their values. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Values } from '../formats/png.js';
import { layersOf, type SharpLoader, UndecodableImage } from './decode.js';
import { type PixelRule, parseBackground, Survey } from './pixel-rule.js';
import type { ImageScan } from './scan.js';

/** Larger files are not read. */
export const MAX_FILE = 2 ** 29;
/** Bytes that use less of their range than this are told. */
const LEAST_USED = 64;

/** What the reading of a folder depends on besides the images. */
export interface PrepareOptions {
  readonly color?: 'grey' | 'color' | undefined;
  readonly background?: string | undefined;
  /** The value that a run reads as 1. */
  readonly maximum?: number | undefined;
  readonly reading?: 1 | 2 | undefined;
  readonly unreadable?: 'few' | 'any' | undefined;
  readonly notice?: ((sentence: string) => void) | undefined;
  readonly sharp?: SharpLoader | undefined;
}

/** How pixels are read, and what is to be told of it. */
export interface Settled {
  readonly rule: PixelRule;
  readonly notices: readonly string[];
  /** The background that the images themselves decided on, or that was told, if any of them needs one. */
  readonly background?: string;
}

/** What is settled before an image has been looked at. */
export function firstSettled({ reading, background }: PrepareOptions): Settled {
  if (reading === 1) return { rule: { first: true }, notices: [] };
  if (background === undefined) return { rule: {}, notices: [] };
  return { rule: { background: parseBackground(background) }, notices: [], background };
}

/** Settles it by a look at all images; what does not decode is reported when it is to be written. */
export async function settle(folder: string, scan: ImageScan, options: PrepareOptions): Promise<Settled> {
  const survey = new Survey();
  for (const { files } of scan.parts) {
    for (const { path, bytes } of files) {
      if (bytes > MAX_FILE) continue;
      try {
        survey.add(await layersOf(await readFile(join(folder, path)), options.sharp));
      } catch (cause) {
        if (!(cause instanceof UndecodableImage) && (cause as NodeJS.ErrnoException).code === undefined)
          throw cause;
      }
    }
  }
  const background = options.background ?? (survey.dark ? 'white' : 'black');
  const full = survey.deep > 0 ? survey.fullScale(options.maximum) : undefined;
  return {
    rule: { background: parseBackground(background), full },
    notices: [
      ...deepNotices(folder, survey, full, options.maximum),
      ...clearNotices(folder, survey, background, options),
    ],
    ...((survey.clear > 0 || options.background) && { background }),
  };
}

function deepNotices(
  folder: string,
  { deep, images, largest, levels }: Survey,
  full: number | undefined,
  maximum = 0,
): string[] {
  if (full === undefined) return [];
  const other = maximum > 255 && full > maximum ? `, where the run's data have ${maximum}` : '';
  const cut = largest > full ? `; larger values are cut off, as in the run's data` : '';
  return [
    `${share(deep, images, folder)} have 16 bits and values up to ${largest} (${counted(levels)}): ${full} is read as 1${cut}${other}.`,
  ];
}

function clearNotices(
  folder: string,
  { clear, images, dark }: Survey,
  background: string,
  options: PrepareOptions,
): string[] {
  if (clear === 0 || options.background !== undefined) return [];
  return [
    `${share(clear, images, folder)} have transparent parts, which are laid on ${background} because what is visible is ${dark ? 'dark' : 'light'}; --background says otherwise.`,
  ];
}

function share(some: number, all: number, folder: string): string {
  return some === all ? `The images of ${folder}` : `${some} of the ${all} images of ${folder}`;
}

function counted(levels: number): string {
  return levels === 1 ? '1 level' : `${levels} levels`;
}

/** What of their range the values use. */
export class UsedValues {
  #images = 0;
  #flat = 0;
  readonly #seen = new Uint8Array(2 ** 16);

  add(values: Values): void {
    this.#images++;
    const seen = this.#seen;
    let flat = true;
    for (let i = 0; i < values.length; i++) {
      seen[values[i]!] = 1;
      if (values[i] !== values[0]) flat = false;
    }
    if (flat && values.length > 1) this.#flat++;
  }

  /** Sentences on what is left to tell images apart by. */
  notices(folder: string, full: number | undefined): string[] {
    const told: string[] = [];
    const largest = this.#seen.lastIndexOf(1);
    const levels = this.#seen.reduce((sum, there) => sum + there, 0);
    if (this.#flat === this.#images) told.push(`Every image of ${folder} is one colour; check the files.`);
    if (full === undefined && largest < LEAST_USED) {
      told.push(
        `The images of ${folder} have values of at most ${largest} of 255 (${counted(levels)}), so they are read as 0 to ${Number((largest / 255).toPrecision(2))}; brighten them if that is not meant.`,
      );
    }
    return told;
  }
}
