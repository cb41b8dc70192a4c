import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lower } from '../graph/onnx/lower.js';
import { input } from '../graph/tensor.js';
import { networkOf, openFeatureNetwork } from './feature-network.js';
import type { FeatureProgress } from './feature-options.js';
import { parseConvention } from './input-convention.js';
import { sourceOf, subsetOf } from './sample-source.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-features-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Mean and square of the mean of each channel of 2x2 images; softmax of the means. */
function pooled(channels: number, batch: string | number, metadata: Record<string, string> = {}): Uint8Array {
  const mean = input('x', [batch, channels, 2, 2]).mean([2, 3]);
  return lower({ mean, square: mean.square(), chance: mean.softmax() }, { metadata }).bytes;
}

const grey = sourceOf(Float32Array.from([0, 0.25, 0.5, 0.25, 1, 1, 0, 0]), {
  shape: [1, 2, 2],
  range: 'unit',
});
const open = (bytes: Uint8Array, convention: string) =>
  networkOf(bytes, 'net', { convention: parseConvention(convention), threads: 1 });

describe('an ONNX file', () => {
  it('is opened with its declared convention, and gives features and probabilities', async () => {
    const path = join(folder, 'pooled-3.onnx');
    writeFileSync(path, pooled(3, 'N'));
    const network = await openFeatureNetwork(path, {
      convention: parseConvention('range=0..1,mean=0/0.25/0.5,output=square,probabilities=chance'),
    });
    expect(network).toMatchObject({ name: 'pooled-3', columns: 3, classes: 3 });
    const { rows, columns, values } = await network.features(grey);
    expect([rows, columns]).toEqual([2, 3]);
    [0.0625, 0, 0.0625, 0.25, 0.0625, 0].forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 6);
    });
    const chance = await network.probabilities!(grey);
    const e = Math.exp(0.25);
    [e * e, e, 1].forEach((value, i) => {
      expect(chance.values[i]).toBeCloseTo(value / (e * e + e + 1), 6);
    });
    await network.close();
  });

  it('may declare name and convention itself; what the caller declares wins, key by key', async () => {
    const bytes = pooled(1, 'N', { name: 'mean-of-four', input: 'range=0..255,output=mean' });
    const own = await networkOf(bytes, 'file');
    expect(own).toMatchObject({ name: 'mean-of-four', convention: 'range=0..255,output=mean', columns: 1 });
    expect(own.probabilities).toBeUndefined();
    expect([...(await own.features(grey)).values]).toEqual([63.75, 127.5]);
    const other = await open(bytes, 'range=-1..1');
    expect(other.convention).toBe('range=-1..1,output=mean');
    expect([...(await other.features(grey)).values]).toEqual([-0.5, 0]);
    const again = await networkOf(bytes, 'another name');
    expect(again.fingerprint).toBe(own.fingerprint);
    expect(new Set([own.fingerprint, other.fingerprint]).size).toBe(2);
    for (const network of [own, other, again]) await network.close();
  });

  it('with a fixed batch is given that one, padded', async () => {
    const network = await open(pooled(1, 5), 'range=0..1,output=mean');
    expect([...(await network.features(grey)).values]).toEqual([0.25, 0.5]);
    await network.close();
  });

  it('tells how far it is after every batch', async () => {
    const network = await open(pooled(1, 'N'), 'range=0..1,output=mean');
    const seven = subsetOf(grey, Uint32Array.of(0, 1, 0, 1, 0, 1, 0));
    const told: FeatureProgress[] = [];
    const { values } = await network.features(seven, { batch: 3, progress: (state) => told.push(state) });
    expect([...values]).toEqual([0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25]);
    expect(told.map(({ done, total }) => [done, total])).toEqual([
      [3, 7],
      [6, 7],
      [7, 7],
    ]);
    expect(told[0]!.secondsLeft).toBeGreaterThan(0);
    expect(told[2]!.secondsLeft).toBe(0);
    await network.close();
  });
});

describe('mistakes are told in one sentence', () => {
  it.each([
    ['range=0..1', /outputs mean, square, chance; declare the one with the features, such as output=mean/],
    ['range=0..1,output=pool3', /outputs mean, square, chance and no pool3/],
    ['range=0..1,output=mean,probabilities=p', /has no output p; declare one of mean,square,chance/],
  ])('opening with %s', async (convention, message) => {
    await expect(open(pooled(3, 'N'), convention)).rejects.toThrow(message);
  });

  it('an output that is no row of features', async () => {
    const bytes = lower({ y: input('x', ['N', 1, 4, 4]).mul(2) }).bytes;
    await expect(open(bytes, 'range=0..1')).rejects.toThrow(/output y of net has shape \[N, 1, 4, 4\]/);
  });

  it('probabilities that do not sum to 1', async () => {
    const network = await open(pooled(1, 'N'), 'range=0..1,output=mean,probabilities=square');
    await expect(network.probabilities!(grey)).rejects.toThrow(/row 0 sums to 0.0625, not 1/);
    await network.close();
  });

  it('two inputs', async () => {
    const bytes = lower({ y: input('a', ['N', 2]).add(input('b', ['N', 2])) }).bytes;
    await expect(open(bytes, 'range=as-is')).rejects.toThrow(/reads a \(float32\), b \(float32\)/);
  });

  it('no such name, no model, a batch of 0', async () => {
    await expect(openFeatureNetwork('lenet-minst')).rejects.toThrow(/did you mean lenet-mnist\?/);
    const path = join(folder, 'no.onnx');
    writeFileSync(path, 'no model');
    await expect(openFeatureNetwork(path)).rejects.toThrow(/no.onnx is not an ONNX file that can be run/);
    const network = await open(pooled(1, 'N'), 'range=0..1,output=mean');
    await expect(network.features(grey, { batch: 0 })).rejects.toThrow(/batch for features is 0/);
    await network.close();
  });
});
