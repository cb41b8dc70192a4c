import { describe, expect, it } from 'vitest';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { Network } from '../nn/network.js';
import { initialValue, parameterCount } from '../nn/parameter.js';
import { backbone } from './index.js';

const build = (shape: readonly number[], channels = 128) =>
  backbone({ shape, range: 'signed' }, { network: 'resnet', units: 128, channels });
const count = (network: Network) => parameterCount(network.parameters);

/** Sides after every layer that changes them. */
function sides(network: Network, shape: readonly number[]): number[] {
  const found: number[] = [];
  let value = input('x', [2, ...shape]);
  for (const layer of network.layers) {
    value = layer.apply(value, { mode: 'train', updates: new Map() });
    const side = value.shape.length === 4 ? (value.shape[2] as number) : 0;
    if (side !== found.at(-1)) found.push(side);
  }
  return found;
}

const CONV = 128 * 128 * 9 + 128;
const ONE = 128 * 128 + 128;
const UP = 2 * 256 + 2 * CONV + ONE;
const DOWN = 2 * CONV + ONE;
const FIRST = 3 * 128 * 9 + 128 + CONV + (3 * 128 + 128);

describe('SLOGAN Table 14, 32x32', () => {
  const nets = build([3, 32, 32]);

  it('has the parameters of the table', () => {
    expect(count(nets.generator(128))).toBe(128 * 2048 + 2048 + 3 * UP + 256 + 128 * 3 * 9 + 3);
    expect(count(nets.critic())).toBe(FIRST + DOWN + 4 * CONV + 128 + 1);
    expect(count(nets.encoder(128))).toBe(FIRST + DOWN + 4 * CONV + 128 * 128 + 128);
  });

  it('goes 4, 8, 16, 32 and 16, 8, and ends in the means of the maps', () => {
    expect(sides(nets.generator(128), [128])).toEqual([0, 4, 8, 16, 32]);
    expect(sides(nets.critic(), [3, 32, 32])).toEqual([16, 8, 0]);
    expect(nets.critic().features(input('x', [5, 3, 32, 32])).shape).toEqual([5, 128]);
    expect(nets.encoder(7).train(input('x', [5, 3, 32, 32])).shape).toEqual([5, 7]);
  });

  it('starts main-path convolutions U(-a, a) with a = sqrt(6 / (9 inputs)), shortcuts and colours as Glorot', () => {
    const limit = (network: Network, name: string) => {
      const found = network.parameters.find((one) => one.name === name)!;
      return initialValue(found, Stream.root(0)).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    };
    const [generator, critic] = [nets.generator(128), nets.critic()];
    expect(limit(critic, 'critic/0-down/0-conv/weight')).toBeCloseTo(Math.sqrt(6 / 27), 2);
    for (const name of ['0-down/1-conv', '1-down/0-conv', '3-block/1-conv']) {
      expect(limit(critic, `critic/${name}/weight`)).toBeCloseTo(Math.sqrt(6 / (9 * 128)), 3);
    }
    for (const name of ['1-up/0-conv', '3-up/1-conv']) {
      expect(limit(generator, `generator/${name}/weight`)).toBeCloseTo(Math.sqrt(6 / (9 * 128)), 3);
    }
    expect(limit(critic, 'critic/1-down/shortcut/weight')).toBeCloseTo(Math.sqrt(6 / 256), 3);
    expect(limit(generator, 'generator/4-conv/weight')).toBeCloseTo(Math.sqrt(6 / (9 * 131)), 3);
  });

  it('projects nothing, and normalises the generator alone', () => {
    const [generator, critic, encoder] = [nets.generator(128), nets.critic(), nets.encoder(128)];
    expect([generator, critic, encoder].flatMap(({ projected }) => projected)).toEqual([]);
    expect([...critic.buffers, ...encoder.buffers]).toEqual([]);
    expect(generator.buffers.length).toBe(3 * 7);
  });
});

describe('SLOGAN Table 15, 64x64', () => {
  it('goes 8, 16, 32, 64 and 32, 16, 8, with one block that keeps the size', () => {
    const nets = build([3, 64, 64]);
    expect(sides(nets.generator(128), [128])).toEqual([0, 8, 16, 32, 64]);
    expect(sides(nets.critic(), [3, 64, 64])).toEqual([32, 16, 8, 0]);
    expect(count(nets.generator(128))).toBe(128 * 8192 + 8192 + 3 * UP + 256 + 128 * 3 * 9 + 3);
    expect(count(nets.critic())).toBe(FIRST + 2 * DOWN + 2 * CONV + 128 + 1);
  });
});

describe('other sides', () => {
  it.each([
    [16, [2, 4, 8, 16], [8, 4]],
    [48, [6, 12, 24, 48], [24, 12, 6]],
    [96, [12, 24, 48, 96], [48, 24, 12]],
    [112, [7, 14, 28, 56, 112], [56, 28, 14, 7]],
    [128, [8, 16, 32, 64, 128], [64, 32, 16, 8]],
  ])('%d has blocks of its own', (side, up, down) => {
    const nets = build([1, side, side], 4);
    expect(sides(nets.generator(3), [3])).toEqual([0, ...up]);
    expect(sides(nets.critic(), [1, side, side])).toEqual([...down, 0]);
  });

  it('may differ', () => {
    const nets = build([3, 16, 40], 4);
    expect(nets.generator(3).train(input('z', [2, 3])).shape).toEqual([2, 3, 16, 40]);
    expect(nets.critic().train(input('x', [2, 3, 16, 40])).shape).toEqual([2, 1]);
  });

  it.each([
    [[3, 30, 30], '3x30x30; read a folder of images with --size 32, or use --set network=mlp.'],
    [[3, 50, 20], '3x50x20; read a folder of images with --size 24x48, or use --set network=mlp.'],
    [[3, 136, 136], '3x136x136; read a folder of images with --size 128, or use --set network=mlp.'],
    [[1, 28, 28], '1x28x28; read a folder of images with --size 32, or use --set network=dcgan.'],
    [[7], '7; they are for images; use --set network=mlp.'],
  ])('%j are refused with those that would fit', (shape, end) => {
    expect(() => build(shape)).toThrow(
      `The resnet networks are made for images whose sides are multiples of 8 from 16 to 128, but this data has shape ${end}`,
    );
  });
});
