/** @file The convolutional backbone of small images: SLOGAN Table 12, which is for 28x28 grey ones. */
import { usageError } from '../errors.js';
import { batchNorm } from '../nn/batch-norm.js';
import { conv, convTranspose, dense, flatten, type Layer, leakyRelu, relu, unflatten } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import type { Backbone, DataShape } from './backbone.js';
import { outputActivation } from './mlp.js';

/** A 4x4 convolution of stride 2: "same" padding is one pixel on each side. */
const HALVING = { kernel: 4, stride: 2, pad: 1 };

/** Least and greatest side of an image. */
const SIDES = [16, 64] as const;

/**
 * For images of height and width s (multiples of 4, 16 to 64; s = 28 in the table) with any number of channels:
 * generator 1 -> 1 -> s/4 -> s/2 -> s with 1024, 128 and 64 channels; critic and encoder s -> s/2 -> s/4 -> 1 with 64,
 * 64 and 1024. A 1x1 convolution of a 1x1 image is a dense layer, and is written so.
 * @throws a usage error for data of another shape.
 */
export function dcgan(data: DataShape): Backbone {
  const [channels, height, width] = requireSides(data.shape);
  const quarter = [height / 4, width / 4] as const;
  const trunk = (name: string): Layer[] => [
    conv(`${name}/0-conv`, channels, 64, HALVING),
    leakyRelu,
    conv(`${name}/1-conv`, 64, 64, HALVING),
    leakyRelu,
    conv(`${name}/2-conv`, 64, 1024, { kernel: quarter }),
    flatten,
    leakyRelu,
  ];
  return {
    generator: (latent) =>
      new Network('generator', [
        dense('generator/0-dense', latent, 1024),
        batchNorm('generator/0-norm', 1024),
        relu,
        unflatten([1024, 1, 1]),
        convTranspose('generator/1-conv', 1024, 128, { kernel: quarter, size: quarter }),
        batchNorm('generator/1-norm', 128),
        relu,
        convTranspose('generator/2-conv', 128, 64, { ...HALVING, size: [height / 2, width / 2] }),
        batchNorm('generator/2-norm', 64),
        relu,
        convTranspose('generator/3-conv', 64, channels, { ...HALVING, size: [height, width] }),
        ...outputActivation(data.range),
      ]),
    critic: ({ outputs = 1, name = 'critic' } = {}) =>
      new Network(name, [...trunk(name), dense(`${name}/3-dense`, 1024, outputs)]),
    encoder: (outputs, { name = 'encoder' } = {}) =>
      new Network(name, [...trunk(name), dense(`${name}/3-dense`, 1024, outputs)]),
  };
}

function requireSides(shape: readonly number[]): readonly [channels: number, height: number, width: number] {
  const [least, most] = SIDES;
  const fits = (side: number) => side % 4 === 0 && side >= least && side <= most;
  const [channels, height, width] = shape as [number, number, number];
  if (shape.length === 3 && fits(height) && fits(width)) return [channels, height, width];
  const advice = shape.length === 3 ? 'read a folder of images with --size 32, or use' : 'use';
  throw usageError(
    `The dcgan networks are made for images whose sides are multiples of 4 from ${least} to ${most}, but this data has shape ${shape.join('x')}; ${advice} --set network=mlp.`,
  );
}
