/** @file Large images made small by whole factors, so that a page with many of them stays small. */

/** Longest side of a thumbnail, about. */
const SIDE = 64;

/**
 * Images as means of square blocks, where a side is longer than about 64 pixels; smaller ones as they are.
 *
 * @param samples `[n, channels, height, width]`
 */
export function thumbnail(
  samples: ArrayLike<number>,
  shape: readonly number[],
): { readonly samples: ArrayLike<number>; readonly shape: readonly number[] } {
  const [channels = 0, height = 0, width = 0] = shape;
  const factor = Math.ceil(Math.max(height, width) / SIDE);
  if (factor < 2) return { samples, shape };
  const [rows, columns] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const planes = samples.length / (height * width);
  const out = new Float32Array(planes * rows * columns);
  const counts = new Float32Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = Math.floor(y / factor) * columns + Math.floor(x / factor);
      counts[to]! += 1;
      for (let p = 0; p < planes; p++) {
        out[p * rows * columns + to]! += samples[(p * height + y) * width + x]!;
      }
    }
  }
  return {
    samples: out.map((sum, i) => sum / counts[i % counts.length]!),
    shape: [channels, rows, columns],
  };
}
