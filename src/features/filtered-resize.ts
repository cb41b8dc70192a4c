/** @file Resizing of image planes with a filter against aliasing, as Pillow does it (Image.resize). */
import type { Resize } from './input-convention.js';
import type { SampleSource } from './sample-source.js';

/** The ways of resizing that have a filter. */
export type Filter = Extract<Resize, 'bilinear' | 'bicubic' | 'lanczos'>;

type Size = readonly [height: number, width: number];

/** Half the width of each filter, and its weight at a distance x. */
const FILTERS: Readonly<Record<Filter, { support: number; weight(x: number): number }>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic with a = -1/2, as Pillow has it. */
function cubic(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** For each pixel of one resized axis: the first source pixel, and the weights from there on. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * A function that writes one plane [height, width] at `from` in `source` as [outHeight, outWidth] at `to` in `out`.
 *
 * y_i = sum_j w((j + 0.5 - c_i) / s) x_j / sum_j w(...), c_i = (i + 0.5) in/out, s = max(1, in/out), along rows and then
 * along columns. After either, values are limited to the interval of the data, as bytes are. Pillow, Resample.c.
 */
export function filtered(
  [height, width]: Size,
  [outHeight, outWidth]: Size,
  filter: Filter,
  range: SampleSource['range'],
): (source: Float32Array, from: number, out: Float32Array, to: number) => void {
  const columns = taps(width, outWidth, filter);
  const rows = taps(height, outHeight, filter);
  const between = new Float64Array(height * outWidth);
  const [low, high] =
    range === 'real'
      ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      : [range === 'signed' ? -1 : 0, 1];
  return (source, from, out, to) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < outWidth; x++) {
        const { first, weights } = columns[x]!;
        const start = from + y * width + first;
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * source[start + k]!;
        between[y * outWidth + x] = Math.min(high, Math.max(low, sum));
      }
    }
    for (let y = 0; y < outHeight; y++) {
      const { first, weights } = rows[y]!;
      for (let x = 0; x < outWidth; x++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * between[(first + k) * outWidth + x]!;
        out[to + y * outWidth + x] = Math.min(high, Math.max(low, sum));
      }
    }
  };
}

function taps(size: number, outSize: number, filter: Filter): Taps[] {
  const { support, weight } = FILTERS[filter];
  const step = size / outSize;
  const scale = Math.max(1, step);
  return Array.from({ length: outSize }, (_, i) => {
    const centre = (i + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - support * scale + 0.5));
    const end = Math.min(size, Math.floor(centre + support * scale + 0.5));
    const raw = Float64Array.from({ length: end - first }, (_, k) =>
      weight((first + k + 0.5 - centre) / scale),
    );
    const sum = raw.reduce((total, w) => total + w, 0);
    return { first, weights: raw.map((w) => w / sum) };
  });
}
