/** @file A small picture in memory: rectangles, soft dots, tiny text, and PNG bytes at the end. */
import { encode } from 'fast-png';
import { parseColor, type Rgb } from './palette.js';

/** Pixels of 3 x 5, a row after another from the top: enough for "12", "53%" and "0.07". */
const GLYPHS: Readonly<Record<string, string>> = {
  '0': '111101101101111',
  '1': '010110010010111',
  '2': '111001111100111',
  '3': '111001111001111',
  '4': '101101111001001',
  '5': '111100111001111',
  '6': '111100111101111',
  '7': '111001010010010',
  '8': '111101111101111',
  '9': '111101111001111',
  '%': '101001010100101',
  '.': '000000000000010',
  '-': '000000111000000',
  '<': '001010100010001',
  ' ': '000000000000000',
};
const GLYPH = { width: 3, height: 5, advance: 4 } as const;

/** Width in pixels of {@link Raster.text} at a scale. */
export function textWidth(text: string, scale = 1): number {
  return Math.max(0, text.length * GLYPH.advance - 1) * scale;
}

/** An RGBA picture of 8 bits a channel, rows from the top. */
export class Raster {
  readonly data: Uint8Array;

  /** @param background `#rrggbb`, or `undefined` for transparent */
  constructor(
    readonly width: number,
    readonly height: number,
    background?: string,
  ) {
    this.data = new Uint8Array(width * height * 4);
    if (background !== undefined) this.rectangle(0, 0, width, height, background);
  }

  /** Fills a rectangle; what lies outside the picture is cut off. */
  rectangle(left: number, top: number, width: number, height: number, color: string): void {
    const [red, green, blue] = parseColor(color);
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      for (let x = Math.max(0, left); x < Math.min(this.width, left + width); x++) {
        this.data.set([red, green, blue, 255], (y * this.width + x) * 4);
      }
    }
  }

  /** Draws a disc with a soft rim of one pixel, mixed with what is there by `opacity`. */
  dot(x: number, y: number, radius: number, color: Rgb, opacity = 1): void {
    const [top, bottom] = [Math.floor(y - radius - 1), Math.ceil(y + radius + 1)];
    const [left, right] = [Math.floor(x - radius - 1), Math.ceil(x + radius + 1)];
    for (let py = Math.max(0, top); py <= Math.min(this.height - 1, bottom); py++) {
      for (let px = Math.max(0, left); px <= Math.min(this.width - 1, right); px++) {
        const cover = Math.min(1, radius + 0.5 - Math.hypot(px + 0.5 - x, py + 0.5 - y));
        if (cover > 0) this.#blend((py * this.width + px) * 4, color, cover * opacity);
      }
    }
  }

  /** Writes text of the few characters there are (digits, `%`, `.`, `-`, `<`); others are left blank. */
  text(text: string, left: number, top: number, color: string, scale = 1): void {
    [...text].forEach((character, index) => {
      const bits = GLYPHS[character] ?? GLYPHS[' ']!;
      for (let i = 0; i < bits.length; i++) {
        if (bits[i] !== '1') continue;
        const x = left + (index * GLYPH.advance + (i % GLYPH.width)) * scale;
        const y = top + Math.floor(i / GLYPH.width) * scale;
        this.rectangle(x, y, scale, scale, color);
      }
    });
  }

  /** The picture as the bytes of a PNG file. */
  png(): Uint8Array {
    return encode({ width: this.width, height: this.height, channels: 4, data: this.data });
  }

  #blend(at: number, color: Rgb, opacity: number): void {
    const below = this.data[at + 3]! / 255;
    const alpha = opacity + below * (1 - opacity);
    for (let c = 0; c < 3; c++) {
      const mixed = color[c]! * opacity + this.data[at + c]! * below * (1 - opacity);
      this.data[at + c] = Math.round(mixed / alpha);
    }
    this.data[at + 3] = Math.round(alpha * 255);
  }
}
