/** @file From an image of any size to the one that a network reads: resizing, then the cut from the middle. */
import { usageError } from '../errors.js';
import { filtered } from './filtered-resize.js';
import type { InputConvention } from './input-convention.js';
import { bilinear } from './resize.js';
import type { SampleSource } from './sample-source.js';

type Size = readonly [height: number, width: number];

/** How planes of one size become planes of another. */
export interface ImageFitting {
  /** Height and width of the result. */
  readonly sides: Size;
  /** Writes the plane [height, width] at `from` in `source` into `out`, [sides]. */
  apply(source: Float32Array, from: number, out: Float32Array): void;
}

/**
 * Plans resizing (`size`, or `shortest`: the longer side is long * shortest / short, rounded down) and the crop from the
 * middle, (side - crop) / 2 rounded down from the upper left corner, as transformers does them.
 * @throws a usage error where the crop is larger than the resized image.
 */
export function imageFitting(
  own: Size,
  range: SampleSource['range'],
  network: string,
  { size, shortest, crop, resize = 'half-pixel' }: InputConvention,
): ImageFitting {
  const resized = size ?? (shortest === undefined ? own : withShortest(own, shortest));
  const sides = crop ?? resized;
  if (sides[0] > resized[0] || sides[1] > resized[1]) {
    throw usageError(
      `The images are ${resized.join('x')} when ${network} cuts ${sides.join('x')} from their middle; declare shortest=${Math.max(...sides)} or more.`,
    );
  }
  const scale =
    resize === 'bilinear' || resize === 'bicubic' || resize === 'lanczos'
      ? filtered(own, resized, resize, range)
      : bilinear(own, resized, resize);
  if (sides[0] === resized[0] && sides[1] === resized[1]) {
    return { sides, apply: (source, from, out) => scale(source, from, out, 0) };
  }
  const whole = new Float32Array(resized[0] * resized[1]);
  const [top, left] = [0, 1].map((axis) => Math.floor((resized[axis]! - sides[axis]!) / 2)) as [
    number,
    number,
  ];
  return {
    sides,
    apply(source, from, out) {
      scale(source, from, whole, 0);
      for (let y = 0; y < sides[0]; y++) {
        const start = (top + y) * resized[1] + left;
        out.set(whole.subarray(start, start + sides[1]), y * sides[1]);
      }
    },
  };
}

function withShortest([height, width]: Size, shortest: number): Size {
  const long = Math.floor((Math.max(height, width) * shortest) / Math.min(height, width));
  return height <= width ? [shortest, long] : [long, shortest];
}
