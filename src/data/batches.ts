/** @file Which samples make the batch of a step: a pure function of (stream, step), so resuming needs no cursor. */

import { usageError } from '../errors.js';
import type { Stream } from '../math/random.js';

/** The indices of the samples in the batch of a step (0, 1, ...). */
export type BatchSchedule = (step: number) => Uint32Array;

/**
 * Batches that go through the data epoch by epoch, each epoch in an order of its own.
 *
 * The permutations of the epochs follow each other in one endless sequence, of which step `s` takes the places from
 * `s * batchSize` on. So the last, partial batch of an epoch is filled from the next epoch, and every sample is read once
 * an epoch. Permutation `e` is `stream.fork('epoch', e).permutation(count)`: the result depends on the arguments only.
 * The last two permutations are kept for the next steps.
 *
 * @throws MixturaError (usage) if the batch is not a positive integer or larger than the data.
 */
export function batchSchedule(
  stream: Stream,
  shape: { readonly count: number; readonly batchSize: number },
): BatchSchedule {
  const { count, batchSize } = shape;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw usageError(`The batch size is ${batchSize}: give a whole number of at least 1.`);
  }
  if (batchSize > count) {
    throw usageError(
      `A batch of ${batchSize} is larger than the data (${count} samples): give --batch ${count} or less.`,
    );
  }
  const remembered = new Map<number, Uint32Array>();
  const permutation = (epoch: number): Uint32Array => {
    let order = remembered.get(epoch);
    if (!order) {
      order = stream.fork('epoch', epoch).permutation(count);
      if (remembered.size >= 2) remembered.delete(Math.min(...remembered.keys()));
      remembered.set(epoch, order);
    }
    return order;
  };
  return (step) => {
    const start = step * batchSize;
    const out = new Uint32Array(batchSize);
    const offset = start % count;
    const epoch = Math.floor(start / count);
    const first = permutation(epoch).subarray(offset, offset + batchSize);
    out.set(first);
    if (first.length < batchSize)
      out.set(permutation(epoch + 1).subarray(0, batchSize - first.length), first.length);
    return out;
  };
}
