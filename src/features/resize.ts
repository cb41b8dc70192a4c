/** @file Bilinear resizing of image planes, by the convention that a feature network was trained with. */
import type { Resize } from './input-convention.js';

/** The ways of resizing that take the four nearest pixels. */
export type Position = Extract<Resize, 'half-pixel' | 'asymmetric' | 'align-corners'>;

/** For each pixel of one resized axis: the two source pixels and the share of the second. */
interface Taps {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly share: Float64Array;
}

/**
 * A function that writes one plane [height, width] at `from` in `source` as [outHeight, outWidth] at `to` in `out`.
 *
 * y_ij = sum over the 2x2 nearest pixels of w x, at the source position of `mode`; positions outside are clamped to
 * the edge. As torch.nn.functional.interpolate(mode='bilinear') for `half-pixel` and `align-corners`.
 */
export function bilinear(
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  mode: Position,
): (source: Float32Array, from: number, out: Float32Array, to: number) => void {
  const rows = taps(height, outHeight, mode);
  const columns = taps(width, outWidth, mode);
  return (source, from, out, to) => {
    for (let y = 0; y < outHeight; y++) {
      const upper = from + rows.first[y]! * width;
      const lower = from + rows.second[y]! * width;
      const down = rows.share[y]!;
      for (let x = 0; x < outWidth; x++) {
        const [left, right, along] = [columns.first[x]!, columns.second[x]!, columns.share[x]!];
        const top = source[upper + left]! + along * (source[upper + right]! - source[upper + left]!);
        const bottom = source[lower + left]! + along * (source[lower + right]! - source[lower + left]!);
        out[to + y * outWidth + x] = top + down * (bottom - top);
      }
    }
  };
}

function taps(size: number, outSize: number, mode: Position): Taps {
  const first = new Uint32Array(outSize);
  const second = new Uint32Array(outSize);
  const share = new Float64Array(outSize);
  for (let i = 0; i < outSize; i++) {
    const at = Math.min(size - 1, Math.max(0, position(i, size, outSize, mode)));
    first[i] = Math.floor(at);
    second[i] = Math.min(size - 1, first[i]! + 1);
    share[i] = at - first[i]!;
  }
  return { first, second, share };
}

function position(i: number, size: number, outSize: number, mode: Position): number {
  switch (mode) {
    case 'half-pixel':
      return ((i + 0.5) * size) / outSize - 0.5;
    case 'asymmetric':
      return (i * size) / outSize;
    case 'align-corners':
      return outSize === 1 ? 0 : (i * (size - 1)) / (outSize - 1);
    default:
      throw new Error(`unknown resize ${mode satisfies never}`);
  }
}
