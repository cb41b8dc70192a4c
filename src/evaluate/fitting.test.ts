import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { namedScores } from '../metrics/metric.js';
import type { Inference } from '../train/inference.js';
import { fittingScore } from './fitting.js';

const labels = Int32Array.from({ length: 60 }, (_, i) => i % 2);
const dataset = arrayDataset({
  name: 'points',
  kind: 'points',
  shape: [2],
  range: 'real',
  values: Float32Array.from({ length: 120 }, (_, i) => ((i >> 1) % 2 === 0 ? -1 : 1) + 0.01 * (i % 7)),
  labels,
  source: '',
});

/** A model whose component 1 makes class 0 and whose component 0 makes class 1. */
const inference = {
  sampleMixture: async (n: number) => {
    const components = Int32Array.from({ length: n }, (_, i) => i % 2);
    const samples = Float32Array.from({ length: 2 * n }, (_, i) => ((i >> 1) % 2 === 0 ? 1 : -1));
    return { samples, components };
  },
} as unknown as Inference;

const options = {
  inference,
  dataset,
  split: 'test',
  threads: 1,
  onFraction: () => undefined,
  epochs: 2,
  samplesPerEpoch: 1280,
} as const;

describe('fitting capacity', () => {
  it('is the accuracy of what was learned of generated samples alone, labelled by the classes of components', async () => {
    const right = await fittingScore({ ...options, classOf: Int32Array.of(1, 0) });
    expect(namedScores([right])).toEqual({ 'fitting-capacity1280-mlp-test': 1 });
    const wrong = await fittingScore({ ...options, classOf: Int32Array.of(0, 1) });
    expect(namedScores([wrong])).toEqual({ 'fitting-capacity1280-mlp-test': 0 });
  });

  it('needs labels and a method that assigns data', async () => {
    await expect(fittingScore({ ...options, classOf: undefined })).rejects.toThrow(
      'Fitting capacity needs labelled data and a method that assigns data to groups; leave out --fitting-capacity.',
    );
  });
});
