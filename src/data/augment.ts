/** @file Small random changes of images that leave what they show: turned, sheared, scaled, shifted, mirrored, brighter. */
import type { Stream } from '../math/random.js';
import { type Distortion, distorted, drawDistortion } from './distortion.js';

/** How far images are changed; every change is drawn anew for each image, uniformly from its interval. */
export interface AugmentOptions {
  /** Largest angle of a rotation, in radians. */
  readonly rotation: number;
  /** Largest shear. */
  readonly shear: number;
  /** Factors by which the image's grid is stretched, along each side by itself. */
  readonly scale: readonly [number, number];
  /** Factors by which the image grows, the same along both sides (default: none). */
  readonly zoom?: readonly [number, number] | undefined;
  /** Largest shift, in halves of a side. */
  readonly shift: number;
  /** Whether half of the images are mirrored (left and right). */
  readonly mirror?: boolean | undefined;
  /** Factors and summands of the values (default: neither). */
  readonly gain?: readonly [number, number] | undefined;
  readonly offset?: readonly [number, number] | undefined;
  /** What lies outside of an image: `border` the nearest pixel, or this value (default 0). */
  readonly outside?: 'border' | number | undefined;
  /** An elastic distortion before all else (default: none). */
  readonly distortion?: Distortion | undefined;
}

/** The 2 x 3 matrix that maps the coordinates of the result to those of the image, both from -1 to 1 along each side. */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/**
 * A view of every image. Values are not cut off at the ends of their range.
 *
 * @param images n images of `shape`, one after another
 * @param shape channels, height, width
 */
export function augmented(
  images: Float32Array,
  shape: readonly [number, number, number],
  options: AugmentOptions,
  stream: Stream,
): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  const out = new Float32Array(images.length);
  const between = ([low, high]: readonly [number, number]) => low + (high - low) * stream.uniform();
  for (let from = 0; from < images.length; from += size) {
    const to = out.subarray(from, from + size);
    const own = images.subarray(from, from + size);
    const image = options.distortion
      ? distorted(own, shape, drawDistortion(options.distortion, stream), options.outside ?? 0)
      : own;
    const matrix = drawAffine(options, stream);
    resampled(image, shape, matrix, options.outside ?? 0, to);
    const gain = options.gain === undefined ? 1 : between(options.gain);
    const offset = options.offset === undefined ? 0 : between(options.offset);
    if (gain !== 1 || offset !== 0) for (let at = 0; at < size; at++) to[at] = gain * to[at]! + offset;
  }
  return out;
}

/** A random {@link AffineMatrix}: mirror, rotation by t with a shear h, stretching by (a, b), zoom, shift. */
export function drawAffine(options: AugmentOptions, stream: Stream): AffineMatrix {
  const within = (limit: number) => limit * (2 * stream.uniform() - 1);
  const [angle, shear] = [within(options.rotation), within(options.shear)];
  const [low, high] = options.scale;
  const [a, b] = [low + (high - low) * stream.uniform(), low + (high - low) * stream.uniform()];
  const [x, y] = [within(options.shift), within(options.shift)];
  const mirror = options.mirror && stream.uniform() < 0.5 ? -1 : 1;
  const zoom = options.zoom ? options.zoom[0] + (options.zoom[1] - options.zoom[0]) * stream.uniform() : 1;
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  return [mirror * cos * a, (shear / zoom - sin) * b, x, mirror * sin * a, cos * b, y];
}

/**
 * Reads an image at the places that the matrix gives, between pixels by bilinear interpolation; coordinate -1 is the
 * outer edge of the first pixel of a side and 1 that of the last.
 */
export function resampled(
  image: Float32Array,
  [channels, height, width]: readonly [number, number, number],
  [a, b, x, c, d, y]: AffineMatrix,
  outside: 'border' | number,
  out: Float32Array,
): void {
  const plane = height * width;
  const border = outside === 'border';
  for (let i = 0; i < height; i++) {
    const v = (2 * i + 1) / height - 1;
    for (let j = 0; j < width; j++) {
      const u = (2 * j + 1) / width - 1;
      const column = ((a * u + b * v + x + 1) * width - 1) / 2;
      const row = ((c * u + d * v + y + 1) * height - 1) / 2;
      const [left, top] = [Math.floor(column), Math.floor(row)];
      const [right, down] = [column - left, row - top];
      const to = i * width + j;
      if (left >= 0 && top >= 0 && left < width - 1 && top < height - 1) {
        for (
          let at = top * width + left, end = at + channels * plane, o = to;
          at < end;
          at += plane, o += plane
        ) {
          const upper = (1 - right) * image[at]! + right * image[at + 1]!;
          const lower = (1 - right) * image[at + width]! + right * image[at + width + 1]!;
          out[o] = (1 - down) * upper + down * lower;
        }
        continue;
      }
      for (let start = 0; start < channels * plane; start += plane) {
        const at = (r: number, q: number) => {
          const there = r >= 0 && r < height && q >= 0 && q < width;
          if (!there && !border) return outside as number;
          return image[start + within(r, height) * width + within(q, width)]!;
        };
        const upper = (1 - right) * at(top, left) + right * at(top, left + 1);
        const lower = (1 - right) * at(top + 1, left) + right * at(top + 1, left + 1);
        out[start + to] = (1 - down) * upper + down * lower;
      }
    }
  }
}

/** The nearest place in 0..side - 1. */
function within(at: number, side: number): number {
  return Math.min(side - 1, Math.max(0, at));
}
