/** @file Views of images row by row: fewer pixels, and the same brightness and contrast for each image. */
import type { Matrix } from '../math/matrix.js';
import type { View } from './view.js';

/** What the rows are. */
export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** From the darkest to the brightest value: 1 for values in [0, 1], 2 for those in [-1, 1]. */
  readonly span: number;
}

/** What is added to the deviation of an image, in units of the span, so that an image without contrast stays flat. */
const FLAT = 0.01;
/** Pixels of the longer side at most; more of them only tell about details. */
const SIDE = 32;

/** (x - mean) / (deviation + 0.01 span) of each image, over all its pixels and channels. */
export function perImage({ channels, height, width, span }: ImageShape): View {
  const columns = channels * height * width;
  return {
    name: 'per-image',
    sentence:
      'Every image with mean 0 and deviation 1 over its pixels, so that brightness and contrast do not count.',
    columns,
    apply({ rows, values }) {
      const out = new Float32Array(rows * columns);
      for (let from = 0; from < out.length; from += columns) {
        let mean = 0;
        for (let j = from; j < from + columns; j++) mean += values[j]!;
        mean /= columns;
        let squares = 0;
        for (let j = from; j < from + columns; j++) squares += (values[j]! - mean) ** 2;
        const factor = 1 / (Math.sqrt(squares / columns) + FLAT * span);
        for (let j = from; j < from + columns; j++) out[j] = (values[j]! - mean) * factor;
      }
      return { rows, columns, values: out };
    },
  };
}

/** The pixels; where a side has more than 32, means of square blocks, so that none has more. */
export function pixels(shape: ImageShape): View {
  const { channels, height, width } = shape;
  const block = Math.ceil(Math.max(height, width) / SIDE);
  const small = shrunk(shape);
  const columns = channels * small.height * small.width;
  const fewer = block === 1 ? 'The pixels' : `The mean of every ${block} x ${block} pixels`;
  return {
    name: 'pixels',
    sentence: `${fewer} as they are.`,
    columns,
    apply: (x) => (block === 1 ? x : { rows: x.rows, columns, values: blockMeans(x, shape, block) }),
  };
}

/** The shape of what {@link pixels} makes. */
export function shrunk(shape: ImageShape): ImageShape {
  const block = Math.ceil(Math.max(shape.height, shape.width) / SIDE);
  const side = (length: number) => Math.max(1, Math.floor(length / block));
  return { ...shape, height: side(shape.height), width: side(shape.width) };
}

function blockMeans({ rows, values }: Matrix, shape: ImageShape, block: number): Float32Array {
  const { channels, height, width } = shape;
  const small = shrunk(shape);
  // A side shorter than a block is one block.
  const [tall, wide] = [Math.min(block, height), Math.min(block, width)];
  const out = new Float32Array(rows * channels * small.height * small.width);
  for (let plane = 0; plane < rows * channels; plane++) {
    for (let i = 0; i < small.height; i++) {
      for (let j = 0; j < small.width; j++) {
        let sum = 0;
        for (let y = i * tall; y < i * tall + tall; y++) {
          const from = (plane * height + y) * width + j * wide;
          for (let x = from; x < from + wide; x++) sum += values[x]!;
        }
        out[(plane * small.height + i) * small.width + j] = sum / (tall * wide);
      }
    }
  }
  return out;
}
