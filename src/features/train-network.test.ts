import { describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from '../data/dataset.js';
import { digits } from '../data/sets/digits.js';
import { Stream } from '../math/random.js';
import { accuracyOf } from './accuracy.js';
import { networkOf } from './feature-network.js';
import { onnxMetadata } from './onnx-metadata.js';
import { defaultShift, defaultSteps, networkName, trainFeatureNetwork } from './train-network.js';

/** Two well separated groups of points, 40 and 20. */
function blobs(
  labels = Int32Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : 1)),
  test?: () => Dataset,
): Dataset {
  const noise = Stream.root(3).normals(new Float32Array(120));
  return arrayDataset({
    name: 'Two Blobs.csv',
    kind: 'table',
    shape: [2],
    range: 'real',
    values: noise.map((x, i) => 0.3 * x + (i < 80 ? -1 : 1)),
    labels,
    source: 'Made for the test.',
    test,
  });
}

describe('a feature network of a table', () => {
  it('separates what is separable, and the file says how it was made', async () => {
    const test = blobs();
    const dataset = blobs(undefined, () => test);
    const result = await trainFeatureNetwork({
      dataset,
      steps: 60,
      seed: 2,
      threads: 1,
      words: "'Two Blobs.csv' --label y",
    });
    expect(result).toMatchObject({
      name: 'mlp-two-blobs',
      steps: 60,
      seed: 2,
      columns: 128,
      classes: 2,
      validationAccuracy: 1,
      validationCount: 5,
      testAccuracy: 1,
      testCount: 60,
    });
    const metadata = Object.fromEntries(onnxMetadata(result.bytes));
    expect(metadata).toEqual(result.metadata);
    expect(metadata).toMatchObject({
      name: 'mlp-two-blobs',
      command: "mixtura features 'Two Blobs.csv' --label y --steps 60 --seed 2 --threads 1",
      fingerprint: dataset.fingerprint,
      input: 'range=as-is,output=features,probabilities=probabilities',
      testAccuracy: '1 of 60',
      validationAccuracy: '1 of 5',
    });
    expect(metadata.protocol).toContain('on 55 of 60 training samples');
    const network = await networkOf(result.bytes, 'again');
    expect((await accuracyOf(network, test, test.labels!)).accuracy).toBe(1);
    await network.close();
  });

  it('without a held-out split is not tested', async () => {
    const { testAccuracy, metadata } = await trainFeatureNetwork({ dataset: blobs(), steps: 2, threads: 1 });
    expect([testAccuracy, metadata.testAccuracy]).toEqual([undefined, undefined]);
  });

  it('cannot be trained without labels, or with one class', async () => {
    const { labels: _, ...unlabelled } = blobs();
    await expect(trainFeatureNetwork({ dataset: unlabelled })).rejects.toThrow(/has no labels/);
    await expect(trainFeatureNetwork({ dataset: blobs(new Int32Array(60)) })).rejects.toThrow(
      /60 samples of 1 classes; a classifier needs at least 24 samples and 2 classes/,
    );
  });
});

it('defaults: twelve passes over eleven twelfths in batches of 128; a pixel per 28 of the side', () => {
  expect(defaultSteps(60_000)).toBe(Math.ceil((12 * 55_000) / 128));
  expect(defaultSteps(100)).toBe(1000);
  expect([[1, 28, 28], [3, 64, 56], [1, 8, 8], [5]].map(defaultShift)).toEqual([1, 2, 0, 0]);
  expect(networkName(digits())).toBe('lenet-digits');
});
