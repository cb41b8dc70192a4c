import { expect, it } from 'vitest';
import { augmented } from '../../data/augment.js';
import { arrayDataset } from '../../data/dataset.js';
import { TRANSFORMATIONS } from '../../data/transformations.js';
import { Stream } from '../../math/random.js';
import { transformedImages } from './transformed-images.js';

it('stand behind the images that they are made of, by the seed', () => {
  const values = Stream.root(1).uniforms(new Float32Array(9 * 16 * 16));
  const shape = [1, 16, 16] as const;
  const dataset = arrayDataset({ name: 'x', kind: 'image', shape, range: 'unit', values, source: 'a test' });
  const shown = transformedImages('digits', dataset, 3);
  expect([shown.columns, shown.values.length]).toEqual([8, 4 * 8 * 256]);
  const image = (at: number) => shown.values.subarray(256 * at, 256 * (at + 1));
  [0, 2, 4, 6].forEach((row, i) => {
    expect(image(8 * i)).toEqual(values.subarray(256 * row, 256 * (row + 1)));
  });
  const images = Float32Array.from(
    [0, 2, 4, 6].flatMap((row) => [...values.subarray(256 * row, 256 * (row + 1))]),
  );
  const second = augmented(images, shape, TRANSFORMATIONS.digits, Stream.root(3).fork('transformed', 2));
  expect(image(8 + 2)).toEqual(second.subarray(256, 512));
  expect(transformedImages('digits', dataset, 4).values).not.toEqual(shown.values);
});
