import { describe, expect, it } from 'vitest';
import { input } from '../graph/tensor.js';
import { parameterCount } from '../nn/parameter.js';
import { acganNets } from './acgan.js';
import type { DataShape } from './backbone.js';

const mlp = { network: 'mlp', units: 512, layers: 3 } as const;
const named = (network: 'auto' | 'grey' | 'colour') => ({ ...mlp, network });
const image = (...shape: number[]): DataShape => ({ shape, range: 'signed' });
/** Shapes of a generated sample, of the trunk's features of one, and of two classes. */
function shapes(data: DataShape, options: Parameters<typeof acganNets>[1]) {
  const nets = acganNets(data, options);
  const sample = nets.generator(7).eval(input('z', [5, 7]));
  const seen = nets.trunk().eval(input('x', [5, ...data.shape]));
  return [sample.shape, seen.shape, nets.head('classifier', 2).eval(seen).shape];
}

describe('the networks of AC-GAN', () => {
  it('have the sizes of the paper at 32x32', () => {
    expect(shapes(image(1, 32, 32), named('grey'))).toEqual([
      [5, 1, 32, 32],
      [5, 1024],
      [5, 2],
    ]);
    expect(shapes(image(3, 32, 32), named('colour'))).toEqual([
      [5, 3, 32, 32],
      [5, 8192],
      [5, 2],
    ]);
    const { generator, trunk, head } = acganNets(image(3, 32, 32), named('colour'));
    // dense 384; 4x4 filters without a bias; two numbers a channel of the three normalisations.
    const filters = 16 * (384 * 192 + 192 * 96 + 96 * 48 + 48 * 3);
    expect(parameterCount(generator(110).parameters)).toBe(111 * 384 + filters + 2 * (192 + 96 + 48));
    const channels = [3, 16, 32, 64, 128, 256, 512];
    const convolutions = channels
      .slice(1)
      .reduce((sum, outputs, i) => sum + outputs * (9 * channels[i]! + 1), 0);
    expect(parameterCount(trunk().parameters)).toBe(convolutions + 2 * (32 + 64 + 128 + 256 + 512));
    expect(parameterCount(head('critic', 1).parameters)).toBe(8193);
  });

  it('fit images of other sides, and MNIST at 28x28', () => {
    expect(shapes(image(1, 28, 28), named('grey'))[1]).toEqual([5, 1024]);
    expect(shapes(image(3, 24, 16), named('colour'))).toEqual([
      [5, 3, 24, 16],
      [5, 3072],
      [5, 2],
    ]);
  });

  it('are fully connected for the toy: three layers of 512', () => {
    const { generator, trunk } = acganNets({ shape: [2], range: 'signed' }, mlp);
    expect(parameterCount(generator(4).parameters)).toBe(5 * 512 + 2 * 513 * 512 + 513 * 2);
    expect(parameterCount(trunk().parameters)).toBe(3 * 512 + 2 * 513 * 512);
    expect(trunk().buffers).toEqual([]);
  });

  it('are chosen by the data', () => {
    const layers = (data: DataShape) => acganNets(data, named('auto')).trunk().parameters[0]!.shape;
    expect(layers(image(1, 28, 28))).toEqual([64, 1, 4, 4]);
    expect(layers(image(3, 32, 32))).toEqual([16, 3, 3, 3]);
    expect(layers(image(1, 8, 8))).toEqual([64, 512]);
    expect(layers(image(3, 28, 28))).toEqual([3 * 28 * 28, 512]);
    expect(layers({ shape: [9], range: 'real' })).toEqual([9, 512]);
  });

  it('say in one sentence what they are made for', () => {
    expect(() => acganNets(image(3, 28, 28), named('colour'))).toThrow(
      'The colour networks of AC-GAN are made for images whose sides are multiples of 8 from 16 to 64, but this data has shape 3x28x28; read a folder of images with --size 32, or use --set network=mlp.',
    );
    expect(() => acganNets({ shape: [9], range: 'real' }, named('grey'))).toThrow(
      'The grey networks of AC-GAN are made for images whose sides are multiples of 4 from 16 to 64, but this data has shape 9; use --set network=mlp.',
    );
  });
});
