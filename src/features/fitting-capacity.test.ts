import { describe, expect, it } from 'vitest';
import { digits } from '../data/sets/digits.js';
import { Stream } from '../math/random.js';
import { fittingCapacity, fittingNetwork, fittingRate } from './fitting-capacity.js';
import { subsetOf } from './sample-source.js';

const train = digits();
const test = train.test!();
const few = Uint32Array.from({ length: 400 }, (_, i) => i);
const real = { test: subsetOf(test, few), labels: test.labels!.slice(0, 400), classes: 10 };

/** Real training digits in place of generated ones; a component is a class. */
const asked: [n: number, epoch: number][] = [];
async function sampler(n: number, epoch: number) {
  asked.push([n, epoch]);
  const rows = Stream.root(epoch).choice(train.count, n);
  const samples = new Float32Array(n * 64);
  train.read(rows, samples);
  return { samples, components: Int32Array.from(rows, (row) => train.labels![row]!) };
}
const options = { ...real, sampler, epochs: 4, samplesPerEpoch: 1300, threads: 1 };
const same = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('fitting capacity', () => {
  it('is the test accuracy of a classifier of the samples, each epoch with fresh ones', async () => {
    asked.length = 0;
    const found = await fittingCapacity({ ...options, classOf: same });
    expect(found).toMatchObject({ network: 'lenet', epochs: 4, samplesPerEpoch: 1300 });
    expect(found.accuracy).toBeGreaterThan(0.9);
    expect(asked).toEqual([
      [1300, 1],
      [1300, 2],
      [1300, 3],
      [1300, 4],
    ]);
  });

  it('follows the map of components to classes; components without a class are left out', async () => {
    // The last two components stand for each other, and the first is left out: three classes are always missed.
    const found = await fittingCapacity({ ...options, classOf: [-1, 1, 2, 3, 4, 5, 6, 7, 9, 8] });
    expect([found.perClass[0], found.perClass[8]! < 0.2, found.perClass[9]! < 0.2]).toEqual([0, true, true]);
    expect(found.perClass.slice(1, 8).reduce((sum, share) => sum + share / 7, 0)).toBeGreaterThan(0.85);
  });

  it('needs a batch of samples that have a class', async () => {
    await expect(fittingCapacity({ ...options, classOf: same.map(() => -1) })).rejects.toThrow(
      /Of 1300 generated samples 0 belong to a component that has a class, but a batch needs 128/,
    );
  });
});

it("the rate is GOLD's 1e-3 x 0.1^floor(epoch / 20), epochs counted from 1", () => {
  expect([1, 19, 20, 39, 40].map(fittingRate).map((rate) => Number(rate.toPrecision(6)))).toEqual([
    1e-3, 1e-3, 1e-4, 1e-4, 1e-5,
  ]);
});

it('LeNet-5 judges 28x28 and 32x32 images', () => {
  const shapes = [[1, 28, 28], [3, 32, 32], [1, 8, 8], [3, 64, 64], [16]];
  expect(shapes.map(fittingNetwork)).toEqual(['lenet-5', 'lenet-5', 'lenet', 'lenet', 'mlp']);
});
