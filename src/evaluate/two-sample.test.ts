import { describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import type { Inference } from '../train/inference.js';
import { twoSampleScore } from './two-sample.js';

const COUNT = 400;
const normals = (name: string) => Stream.root(2).fork(name).normals(new Float64Array(COUNT));

/** A standardised number with its mark of missing values, and a category of two levels. */
function mixed(name: string): Dataset {
  const [draws, marks, words] = [normals(name), normals(`${name} marks`), normals(`${name} words`)];
  const values = Float32Array.from({ length: 4 * COUNT }, (_, at) => {
    const i = Math.floor(at / 4);
    const missing = marks[i]! > 1;
    return [missing ? 0 : draws[i]!, missing ? 1 : 0, words[i]! > 0 ? 1 : 0, words[i]! > 0 ? 0 : 1][at % 4]!;
  });
  const data = arrayDataset({ name, kind: 'table', shape: [4], range: 'real', values, source: '' });
  return {
    ...data,
    scaling: { shift: [10, 0, 0, 0], scale: [2, 1, 1, 1] },
    coding: [
      { kind: 'number', name: 'x', fill: 10, indicator: true },
      { kind: 'category', name: 'word', levels: ['a', 'b'] },
    ],
  };
}

/** A model whose samples are rows of a data set, changed. */
function model(data: Dataset, change: (x: number, column: number) => number): Inference {
  const sampleMixture = async (n: number) => {
    const samples = new Float32Array(4 * n);
    data.read(
      Uint32Array.from({ length: n }, (_, i) => i),
      samples,
    );
    return { samples: samples.map((x, at) => change(x, at % 4)), components: new Int32Array(n) };
  };
  return { sampleMixture } as unknown as Inference;
}

describe('the score of a classifier of new and real rows', () => {
  const dataset = mixed('real');
  const scoreOf = (change: (x: number, column: number) => number) =>
    twoSampleScore({ inference: model(mixed('other'), change), dataset, split: 'test', samples: 1000 });

  it('is about 1/2 where words and marks are near 0 and 1 only, and says its protocol', async () => {
    const score = await scoreOf((x, column) => (column === 0 ? x : 0.9 * x + 0.03));
    expect(score).toMatchObject({ metric: 'two-sample-auc', count: COUNT, protocol: 'raw', split: 'test' });
    expect(Math.abs(score!.value - 0.5)).toBeLessThan(0.06);
  });

  it('is high where numbers are others', async () => {
    expect((await scoreOf((x, column) => (column === 0 ? x + 4 : x)))!.value).toBeGreaterThan(0.95);
  });

  it('is not there for images and for few rows', async () => {
    const inference = model(dataset, (x) => x);
    const none = [
      { ...dataset, kind: 'image' as const },
      { ...dataset, count: 99 },
    ];
    for (const data of none) {
      expect(
        await twoSampleScore({ inference, dataset: data, split: 'train', samples: 1000 }),
      ).toBeUndefined();
    }
  });
});
