/** @file How the pixels of a folder become values: what transparent parts are laid on, and which value of 16 bits is 1. */

import { usageError } from '../../errors.js';
import { type LayeredPixels, mostOf } from '../formats/png.js';

/** Red, green and blue, 0..255. */
export type Rgb = readonly [number, number, number];

/** How pixels become values. */
export interface PixelRule {
  /** As runs of version 0.1.0 did: 16 bits to 8, what is transparent on black, PNG files as they are stored. */
  readonly first?: boolean;
  /** What transparent parts are laid on; absent as long as that is not decided. */
  readonly background?: Rgb | undefined;
  /** The value of 16 bits that is read as 1; absent as long as all images have 8. */
  readonly full?: number | undefined;
}

/** Images of 16 bits that are brighter than those of a run by more than this have another scale, not more light. */
const BRIGHTER = 2;

const NAMED: Readonly<Record<string, Rgb>> = { white: [255, 255, 255], black: [0, 0, 0] };

/** Reads `white`, `black` or `#rrggbb`. @throws a usage error for anything else. */
export function parseBackground(text: string): Rgb {
  const named = Object.hasOwn(NAMED, text) ? NAMED[text] : undefined;
  if (named) return named;
  const [, hex] = /^#([0-9a-f]{6})$/i.exec(text) ?? [];
  if (hex !== undefined) return [...Buffer.from(hex, 'hex')] as unknown as Rgb;
  throw usageError(`--background is '${text}'; give white, black, or a colour such as '#ffcc00'.`);
}

/** What of a folder decides how its pixels are read, added up over its images. */
export class Survey {
  images = 0;
  /** Images of 16 bits, their largest value, and how many different values they have. */
  deep = 0;
  largest = 0;
  /** Images with transparent parts. */
  clear = 0;
  #light = 0;
  #opacity = 0;
  readonly #seen = new Uint8Array(2 ** 16);

  add({ data, alpha }: LayeredPixels): void {
    this.images++;
    if (data instanceof Uint16Array) {
      this.deep++;
      for (const value of data) {
        this.#seen[value] = 1;
        if (value > this.largest) this.largest = value;
      }
    }
    if (!alpha) return;
    this.clear++;
    const most = mostOf(data);
    for (let i = 0; i < alpha.length; i++) {
      const luma = 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
      this.#light += (luma / most) * (alpha[i]! / most);
      this.#opacity += alpha[i]! / most;
    }
  }

  /** How many different values the images of 16 bits have. */
  get levels(): number {
    return this.#seen.reduce((sum, there) => sum + there, 0);
  }

  /** Whether what is visible in images with transparent parts is dark on the whole. */
  get dark(): boolean {
    return this.#light < this.#opacity / 2;
  }

  /**
   * The value of 16 bits that is read as 1: that of the run, where it has one for such images and these are no more
   * than twice as bright; else the smallest 2^n - 1 that no value exceeds, 255 at least where other images have 8 bits.
   */
  fullScale(maximum?: number): number {
    const least = this.deep < this.images ? 8 : 1;
    let full = 2 ** least - 1;
    while (full < this.largest) full = 2 * full + 1;
    if (maximum === undefined || !Number.isInteger(Math.log2(maximum + 1))) return full;
    // A run of bytes has 255 too, and says nothing about brighter images.
    const most = maximum > 255 ? BRIGHTER * maximum : maximum;
    return this.largest <= most ? maximum : full;
  }
}
