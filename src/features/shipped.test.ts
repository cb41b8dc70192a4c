/** @file The feature networks that come with the package. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digits } from '../data/sets/digits.js';
import { openDataset } from '../data/sets/open.js';
import { accuracyOf } from './accuracy.js';
import { FEATURE_NETWORKS, openFeatureNetwork } from './feature-network.js';
import { onnxMetadata } from './onnx-metadata.js';
import { sourceOf, subsetOf } from './sample-source.js';

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/lenet_features.json', import.meta.url), 'utf8'),
) as Record<string, { features: number[]; probabilities: number[] }>;

/** A ramp and a pattern: the images of test/golden/lenet_features.py. */
const images = sourceOf(
  Float32Array.from({ length: 2 * 784 }, (_, i) => {
    const at = i % 784;
    return i < 784 ? at / 783 : ((7 * at * at + 13 * at) % 256) / 255;
  }),
  { shape: [1, 28, 28], range: 'unit' },
);

/** Test accuracies that the project promises. */
const targets: Record<string, number> = { 'lenet-mnist': 0.99, 'lenet-fashion-mnist': 0.9 };

const metadataOf = (name: string) =>
  onnxMetadata(readFileSync(new URL(`../../assets/features/${name}.onnx`, import.meta.url)));

it('are these two', () => {
  expect([...FEATURE_NETWORKS]).toEqual(Object.keys(targets));
});

describe.each(Object.entries(targets))('%s', (name, target) => {
  const open = () => openFeatureNetwork(name, { threads: 1 });

  it('says how it was made, and that it reaches its target', () => {
    const metadata = metadataOf(name);
    const data = name.replace('lenet-', '');
    expect(metadata.get('command')).toMatch(new RegExp(`^mixtura features ${data} --steps \\d+ --seed \\d+`));
    expect(metadata.get('data')).toBe(data);
    expect(metadata.get('fingerprint')).toMatch(/^[0-9a-f]{64}$/);
    expect(metadata.get('testAccuracy')).toMatch(/ of 10000$/);
    expect(Number.parseFloat(metadata.get('testAccuracy')!)).toBeGreaterThanOrEqual(target);
  });

  it("computes what the ONNX standard's reference evaluator does", async () => {
    const network = await open();
    expect(network).toMatchObject({ name, columns: 128, classes: 10 });
    const { features, probabilities } = golden[name]!;
    const scale = Math.max(...features);
    const found = (await network.features(images)).values;
    const chances = (await network.probabilities!(images)).values;
    await network.close();
    const worst = features.map((value, i) => Math.abs(value - found[i]!) / scale);
    expect(Math.max(...worst)).toBeLessThan(2e-5);
    probabilities.forEach((value, i) => {
      expect(Math.abs(value - chances[i]!)).toBeLessThan(2e-5);
    });
  });

  it('gives the same features for every batch size', async () => {
    const network = await openFeatureNetwork(name, { convention: { size: [28, 28] }, threads: 1 });
    const samples = subsetOf(
      digits(),
      Uint32Array.from({ length: 70 }, (_, i) => i),
    );
    const found: (Float32Array | Float64Array)[] = [];
    for (const batch of [1, 7, 64, 256]) found.push((await network.features(samples, { batch })).values);
    await network.close();
    const largest = Math.max(...found[0]!);
    expect(largest).toBeGreaterThan(0.1);
    for (const other of found.slice(1)) {
      const worst = Math.max(...other.map((value, i) => Math.abs(value - found[0]![i]!)));
      expect(worst).toBeLessThanOrEqual(1e-6 * largest);
    }
  });

  it('refuses images of another size, and says how to have them resized', async () => {
    const network = await open();
    await expect(network.features(digits())).rejects.toThrow(
      /reads 28x28 images, but these are 8x8; declare size=28x28/,
    );
    await network.close();
  });

  it.skipIf(!process.env.MIXTURA_DATA)(
    'has the test accuracy that it states, on the data of its metadata',
    async () => {
      const metadata = metadataOf(name);
      const train = await openDataset(metadata.get('data')!);
      expect(train.fingerprint).toBe(metadata.get('fingerprint'));
      const test = train.test!();
      const network = await open();
      const { accuracy } = await accuracyOf(network, test, test.labels!);
      await network.close();
      expect(accuracy).toBe(Number.parseFloat(metadata.get('testAccuracy')!));
    },
  );
});
