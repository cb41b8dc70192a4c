/** @file Batches of labelled data for a classifier: an order per epoch, and images moved by a few pixels. */
import { batchSchedule } from '../data/batches.js';
import { type Dataset, sampleSize } from '../data/dataset.js';
import type { Stream } from '../math/random.js';
import type { LabelledBatch } from './classifier.js';

/** How batches are made of labelled data. */
export interface LabelledBatchOptions {
  /** The samples to draw from. */
  readonly rows: Uint32Array;
  readonly batch: number;
  /** Images are moved by up to this many pixels along each axis, edges repeated (default 0). */
  readonly shift?: number;
  readonly stream: Stream;
}

/**
 * Batches of a step: every row once an epoch, in an order of its own; a pure function of the stream and the step.
 * @throws a MixturaError if the batch is larger than the rows; a RangeError if the data have no labels.
 */
export function labelledBatches(
  data: Pick<Dataset, 'shape' | 'read' | 'labels'>,
  { rows, batch, shift = 0, stream }: LabelledBatchOptions,
): (step: number) => LabelledBatch {
  const { labels, shape } = data;
  if (!labels) throw new RangeError('labelled batches of data without labels');
  const schedule = batchSchedule(stream.fork('order'), { count: rows.length, batchSize: batch });
  const buffer = new Float32Array(batch * sampleSize(shape));
  return (step) => {
    const indices = schedule(step).map((place) => rows[place]!);
    data.read(indices, buffer);
    const moved = shift > 0 && shape.length === 3;
    const samples = moved ? shifted(buffer, shape, shift, stream.fork('shift', step)) : buffer.slice();
    return { samples, labels: Int32Array.from(indices, (i) => labels[i]!) };
  };
}

/** Images [n, c, h, w], each moved by a draw of -most..most pixels along each axis; edge pixels are repeated. */
export function shifted(
  images: Float32Array,
  [channels, height, width]: readonly number[],
  most: number,
  stream: Stream,
): Float32Array {
  const out = new Float32Array(images.length);
  const plane = height! * width!;
  const clamp = (at: number, size: number) => Math.min(size - 1, Math.max(0, at));
  for (let start = 0; start < images.length; start += channels! * plane) {
    const [down, right] = [stream.int(2 * most + 1) - most, stream.int(2 * most + 1) - most];
    for (let c = 0; c < channels!; c++) {
      for (let y = 0; y < height!; y++) {
        const to = start + c * plane + y * width!;
        const from = start + c * plane + clamp(y - down, height!) * width!;
        for (let x = 0; x < width!; x++) out[to + x] = images[from + clamp(x - right, width!)]!;
      }
    }
  }
  return out;
}
