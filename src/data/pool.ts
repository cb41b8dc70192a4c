/** @file The two parts of a data set as one. */

import { createHash } from 'node:crypto';
import { checkIndex, checkRead, type Dataset, type Numbers, sampleSize, storedDataset } from './dataset.js';

/**
 * The training part followed by the held-out part, as some publications draw their subsets; nothing is held out then.
 *
 * @throws RangeError if the data set has no held-out part, or a read is out of range (a programming error).
 */
export function pooled(train: Dataset, name: string): Dataset {
  const test = train.test?.();
  if (!test) throw new RangeError(`${train.name} has no held-out part`);
  const { kind, shape, range, maximum, scaling, classNames } = train;
  const size = sampleSize(shape);
  const count = train.count + test.count;
  const source = `${train.source.replace(/(, train(ing)? (part|sample))?\.?$/, '')}, training and test part together.`;
  const labels = train.labels && test.labels && Int32Array.from([...train.labels, ...test.labels]);
  return storedDataset(
    { name, kind, shape, range, maximum, scaling, classNames, labels, source },
    {
      count,
      read(indices, out) {
        checkRead(indices, out, size);
        for (let i = 0; i < indices.length; i++) checkIndex(indices[i]!, count);
        readPart(train, indices, out, (index) => index < train.count, 0);
        readPart(test, indices, out, (index) => index >= train.count, train.count);
      },
      fingerprint: () =>
        createHash('sha256').update(`${train.fingerprint}\n${test.fingerprint}\n`).digest('hex'),
    },
  );
}

/** Reads those of the indices that lie in one part, each to its own place. */
function readPart(
  part: Dataset,
  indices: ArrayLike<number>,
  out: Numbers,
  isHere: (index: number) => boolean,
  first: number,
): void {
  const places = Array.from(indices, (_, place) => place).filter((place) => isHere(indices[place]!));
  if (places.length === 0) return;
  const size = out.length / indices.length;
  const values = new (out instanceof Float64Array ? Float64Array : Float32Array)(places.length * size);
  part.read(
    places.map((place) => indices[place]! - first),
    values,
  );
  places.forEach((place, i) => {
    out.set(values.subarray(i * size, (i + 1) * size), place * size);
  });
}
