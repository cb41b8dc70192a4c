/** @file Elastic distortions: an image is drawn on a grid whose inner vertices are moved. */
import type { Stream } from '../math/random.js';

/** A grid over an image, and how far its inner vertices move. */
export interface Distortion {
  /** Tiles along the width and along the height. A grid of one tile has no inner vertex, so it distorts nothing. */
  readonly grid: readonly [columns: number, rows: number];
  /** Largest number of pixels by which a vertex moves along each side. */
  readonly magnitude: number;
}

/** A grid with the pixels by which its inner vertices are moved. */
export interface DrawnDistortion {
  readonly grid: readonly [columns: number, rows: number];
  /** Pixels to the right and down of every inner vertex, row by row. */
  readonly moves: readonly (readonly [right: number, down: number])[];
}

/** Moves of the inner vertices: whole numbers, uniform from -magnitude to magnitude. */
export function drawDistortion({ grid, magnitude }: Distortion, stream: Stream): DrawnDistortion {
  const [columns, rows] = grid;
  const move = () => stream.int(2 * magnitude + 1) - magnitude;
  const moves = Array.from({ length: (columns - 1) * (rows - 1) }, () => [move(), move()] as const);
  return { grid, moves };
}

/**
 * The distorted image: the result at p is the image at p + sum_v m_v t_v(p), with the moves m_v of the inner vertices and
 * t_v the product of two tents, 1 at the vertex and 0 from the next ones on. It is read by bilinear interpolation.
 *
 * Source: the operation that Elastic-InfoGAN's published code calls, which interpolates bicubically. That code uses a grid
 * of one tile, which leaves every image as it is.
 *
 * @param shape channels, height, width
 * @param outside `border`: outside of the image is the nearest pixel; or this value
 */
export function distorted(
  image: Float32Array,
  shape: readonly [number, number, number],
  { grid: [columns, rows], moves }: DrawnDistortion,
  outside: 'border' | number,
): Float32Array {
  if (moves.length === 0) return image;
  const [channels, height, width] = shape;
  const out = new Float32Array(image.length);
  const [across, along] = [edges(width, columns), edges(height, rows)];
  const moved = (i: number, j: number, axis: 0 | 1) =>
    i > 0 && i < columns && j > 0 && j < rows ? moves[(j - 1) * (columns - 1) + i - 1]![axis] : 0;
  for (let y = 0; y < height; y++) {
    const [j, v] = placeIn(along, y + 0.5);
    for (let x = 0; x < width; x++) {
      const [i, u] = placeIn(across, x + 0.5);
      const shift = (axis: 0 | 1) =>
        (1 - v) * ((1 - u) * moved(i, j, axis) + u * moved(i + 1, j, axis)) +
        v * ((1 - u) * moved(i, j + 1, axis) + u * moved(i + 1, j + 1, axis));
      const [column, row] = [x + shift(0), y + shift(1)];
      for (let c = 0; c < channels; c++) {
        const plane = image.subarray(c * height * width, (c + 1) * height * width);
        out[(c * height + y) * width + x] = readAt(plane, [height, width], row, column, outside);
      }
    }
  }
  return out;
}

/** Edges of tiles: tiles of floor(side / count) pixels, the last one with what is left. */
function edges(side: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? side : i * Math.floor(side / count)));
}

/** The tile that a place is in, and where in it: 0 at its first edge, 1 at its last. */
function placeIn(at: readonly number[], place: number): readonly [tile: number, part: number] {
  let tile = 0;
  while (tile < at.length - 2 && place >= at[tile + 1]!) tile++;
  return [tile, (place - at[tile]!) / (at[tile + 1]! - at[tile]!)];
}

/** The value between four pixels; row and column 0 are the middle of the first pixel. */
function readAt(
  plane: Float32Array,
  [height, width]: readonly [number, number],
  row: number,
  column: number,
  outside: 'border' | number,
): number {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const at = (r: number, q: number) => {
    const there = r >= 0 && r < height && q >= 0 && q < width;
    if (!there && outside !== 'border') return outside;
    return plane[Math.min(height - 1, Math.max(0, r)) * width + Math.min(width - 1, Math.max(0, q))]!;
  };
  const upper = (1 - right) * at(top, left) + right * at(top, left + 1);
  const lower = (1 - right) * at(top + 1, left) + right * at(top + 1, left + 1);
  return (1 - down) * upper + down * lower;
}
