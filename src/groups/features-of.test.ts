import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import { findGroups } from './find.js';

const ROWS = 300;
const SIDE = 8;
const stream = Stream.root(3);
const isSmall = (row: number) => row % 3 === 0;
const features = arrayDataset({
  ...{ name: 'features', kind: 'table', shape: [3], range: 'real', source: 'Made.' },
  values: Float64Array.from(
    { length: 3 * ROWS },
    (_, at) => stream.normal() + (isSmall(Math.floor(at / 3)) ? 9 : 0),
  ),
});

/** Images of noise in many colours; those of the smaller group are darker by so much. */
function photographs(darker: number) {
  const size = 3 * SIDE * SIDE;
  return arrayDataset({
    ...{ name: 'photographs', kind: 'image', shape: [3, SIDE, SIDE], range: 'unit', source: 'Made.' },
    values: Float32Array.from(
      { length: size * ROWS },
      (_, at) => 0.5 + 0.5 * stream.uniform() - (isSmall(Math.floor(at / size)) ? darker : 0),
    ),
  });
}
const found = (darker: number, pretrained: boolean) =>
  findGroups(features, {
    ...{ views: ['standardised'], teachers: ['graph'] },
    featuresOf: { images: photographs(darker), pretrained },
  });

describe('groups in features of photographs', () => {
  it('are doubted, however well they come back, unless a pretrained encoder made them', async () => {
    const { verdict, stability, headline } = await found(0, false);
    expect([verdict, stability > 0.95]).toEqual(['partly', true]);
    expect(headline.join(' ')).toMatch(/They are photographs, made into groups without an encoder/);
    expect((await found(0, true)).verdict).toBe('good');
  });

  it('are told to follow brightness, by any features', async () => {
    const [own, pretrained] = [await found(0.4, false), await found(0.4, true)];
    expect([own.verdict, pretrained.verdict]).toEqual(['none', 'good']);
    expect(own.headline[0]).toMatch(/^These groups follow brightness .*do not use them as kinds of things/);
    expect(pretrained.headline[0]).toMatch(/^These groups follow brightness .*see by the exemplars/);
  });

  it('are refused where rows and images are not as many', async () => {
    const images = { ...photographs(0), count: 7 };
    await expect(findGroups(features, { featuresOf: { images, pretrained: true } })).rejects.toThrow(
      'There are features of 300 rows, and 7 images: give the features of all images.',
    );
  });
});
