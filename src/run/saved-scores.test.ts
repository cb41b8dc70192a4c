import { describe, expect, it } from 'vitest';
import type { ResolvedRun } from '../config/schema.js';
import { arrayDataset } from '../data/dataset.js';
import type { Score } from '../metrics/metric.js';
import { savedScores, withPublished } from './saved-scores.js';

/** Data with the classes and sizes of MNIST-2: 70 of class 0 and 30 of class 4. */
const dataset = arrayDataset({
  name: 'mnist',
  kind: 'image',
  shape: [1],
  range: 'unit',
  values: new Float32Array(100),
  labels: Int32Array.from({ length: 100 }, (_, i) => (i < 70 ? 0 : 1)),
  classNames: ['0', '4'],
  source: '',
});
const run = { method: 'slogan', settings: {}, data: { name: 'mnist' } } as unknown as ResolvedRun;
const nmi = (split: 'train' | 'test', value: number): Score => ({
  metric: 'nmi',
  protocol: 'kmeans-encoder',
  split,
  value,
});

describe('the scores of a run', () => {
  it('stand beside the published ones: the held-out score where there is one, else that of the training data', () => {
    const [train] = withPublished(run, dataset, [nmi('train', 0.9)]);
    expect(train!.published).toMatchObject({ metric: 'NMI', method: 'SLOGAN', data: 'MNIST-2 (7:3)' });
    const both = withPublished(run, dataset, [nmi('train', 0.9), nmi('test', 0.8)]);
    expect(both.map(({ published }) => published?.metric)).toEqual([undefined, 'NMI']);
  });

  it('are saved by name, in one shape', () => {
    const scores = withPublished(run, dataset, [nmi('train', 0.9), nmi('test', 0.8)]);
    expect(savedScores(7, scores, ['a note'])).toEqual({
      step: 7,
      metrics: { 'nmi-kmeans-encoder-train': 0.9, 'nmi-kmeans-encoder-test': 0.8 },
      published: { 'nmi-kmeans-encoder-test': scores[1]!.published },
      notes: ['a note'],
    });
    expect(savedScores(7, [], [])).toEqual({ step: 7, metrics: {}, published: {}, notes: [] });
  });
});
