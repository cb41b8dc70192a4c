/**
 * @file Images read at other places, sample by sample, in the graph: crops, mirrored images, shifts.
 *
 * Each is separable: rows and columns of the result are weighted sums of two rows and of two columns of the image. Which,
 * and with what weights, is drawn outside of the graph; the result is linear in the image, with its exact gradient.
 */
import type { Tensor } from '../graph/tensor.js';

/** Two places that each place of the result reads along one axis, and their weights: n x size each, row-major. */
export interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Float32Array;
  readonly secondWeight: Float32Array;
}

/** {@link Taps} of one axis as inputs of a graph. */
export interface TapInputs {
  /** Rows of [n c size, other] that the places of the result read first, [n c size]: see {@link tapIndex}. */
  readonly first: Tensor;
  readonly second: Tensor;
  /** Weights, [n, size]. */
  readonly firstWeight: Tensor;
  readonly secondWeight: Tensor;
}

/** Images [n, c, h, w] read at the taps of the rows and of the columns. */
export function resampled(x: Tensor, rows: TapInputs, columns: TapInputs): Tensor {
  const swap = [0, 1, 3, 2];
  return alongRows(alongRows(x, rows).transpose(swap), columns).transpose(swap);
}

function alongRows(x: Tensor, { first, second, firstWeight, secondWeight }: TapInputs): Tensor {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const lines = x.reshape([n * c * height, width]);
  const read = (index: Tensor, weight: Tensor) =>
    lines
      .gather(index)
      .reshape([n, c, height, width])
      .mul(weight.reshape([n, 1, height, 1]));
  return read(first, firstWeight).add(read(second, secondWeight));
}

/** Places of an axis of n images with c channels as rows of all lines of that axis, n c size. */
export function tapIndex(places: Int32Array, channels: number, size: number): Float32Array {
  const images = places.length / size;
  const out = new Float32Array(images * channels * size);
  for (let line = 0; line < images * channels; line++) {
    const own = Math.floor(line / channels) * size;
    for (let o = 0; o < size; o++) out[line * size + o] = line * size + places[own + o]!;
  }
  return out;
}

/** A part of an axis, of each image: `length` places from `start` on, read from the end if `mirrored`. */
export interface Part {
  readonly start: number;
  readonly length: number;
  readonly mirrored?: boolean;
}

/**
 * A part of an axis of `size` places, stretched to all of it by bilinear interpolation: place o reads
 * (o + 1/2) length / size - 1/2 of the part, held at its ends, as PyTorch's `interpolate` without aligned corners.
 */
export function cropTaps(parts: readonly Part[], size: number): Taps {
  const taps = emptyTaps(parts.length * size);
  parts.forEach(({ start, length, mirrored }, image) => {
    for (let o = 0; o < size; o++) {
      const at = image * size + (mirrored ? size - 1 - o : o);
      const place = Math.max(0, ((o + 0.5) * length) / size - 0.5);
      const low = Math.floor(place);
      taps.first[at] = start + low;
      taps.second[at] = start + Math.min(low + 1, length - 1);
      taps.firstWeight[at] = 1 - (place - low);
      taps.secondWeight[at] = place - low;
    }
  });
  return taps;
}

/** An axis of `size` places shifted by whole places, of each image: place o reads o - shift, or 0 outside. */
export function shiftTaps(shifts: readonly number[], size: number): Taps {
  const taps = emptyTaps(shifts.length * size);
  shifts.forEach((shift, image) => {
    for (let o = 0; o < size; o++) {
      const place = o - shift;
      const inside = place >= 0 && place < size;
      taps.first[image * size + o] = inside ? place : 0;
      taps.firstWeight[image * size + o] = inside ? 1 : 0;
    }
  });
  return taps;
}

function emptyTaps(size: number): Taps {
  return {
    first: new Int32Array(size),
    second: new Int32Array(size),
    firstWeight: new Float32Array(size),
    secondWeight: new Float32Array(size),
  };
}
