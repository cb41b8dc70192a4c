/** @file What a stage's transformations make of some images of the data, for people to look at. */
import { augmented } from '../../data/augment.js';
import { type Samples, sampleSize } from '../../data/dataset.js';
import { TRANSFORMATIONS, type TransformationsName } from '../../data/transformations.js';
import { Stream } from '../../math/random.js';

/** Images of the data, and transformed ones of each. */
const IMAGES = 4;
const VERSIONS = 7;

/** Some images, each followed by transformed ones of it. */
export interface TransformedImages {
  readonly name: TransformationsName;
  /** Rows of 1 + 7 images, [rows x 8, ...shape]. */
  readonly values: Float32Array;
  readonly columns: number;
}

/** Four images from all over the data, each with seven transformed ones; the seed chooses these. */
export function transformedImages(
  name: TransformationsName,
  dataset: Pick<Samples, 'count' | 'shape' | 'read'>,
  seed: number,
): TransformedImages {
  const shape = dataset.shape as readonly [number, number, number];
  const size = sampleSize(shape);
  const count = Math.min(IMAGES, dataset.count);
  const rows = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * dataset.count) / count));
  const images = new Float32Array(count * size);
  dataset.read(rows, images);
  const columns = 1 + VERSIONS;
  const values = new Float32Array(count * columns * size);
  for (let version = 0; version < columns; version++) {
    const stream = Stream.root(seed).fork('transformed', version);
    const made = version === 0 ? images : augmented(images, shape, TRANSFORMATIONS[name], stream);
    for (let i = 0; i < count; i++) {
      values.set(made.subarray(i * size, (i + 1) * size), (i * columns + version) * size);
    }
  }
  return { name, values, columns };
}
