/** @file The convolutional backbone of 28x28 grey images: SLOGAN Table 12. */
import { MixturaError } from '../errors.js';
import { batchNorm } from '../nn/batch-norm.js';
import { conv, convTranspose, dense, flatten, type Layer, leakyRelu, relu, unflatten } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import type { Backbone, DataShape } from './backbone.js';
import { outputActivation } from './mlp.js';

/** A 4x4 convolution of stride 2: "same" padding is one pixel on each side. */
const HALVING = { kernel: 4, stride: 2, pad: 1 };

/**
 * Generator 1 -> 1 -> 7 -> 14 -> 28; critic and encoder 28 -> 14 -> 7 -> 1 with 64, 64 and 1024 channels.
 * A 1x1 convolution of a 1x1 image is a dense layer, and is written so.
 * @throws a MixturaError for data that is not 28x28.
 */
export function dcgan(data: DataShape): Backbone {
  const [channels, height, width] = data.shape;
  if (data.shape.length !== 3 || height !== 28 || width !== 28) {
    throw new MixturaError(
      `The dcgan networks are made for 28x28 images, but this data has shape ${data.shape.join('x')}; use --set network=mlp.`,
    );
  }
  const trunk = (name: string): Layer[] => [
    conv(`${name}/0-conv`, channels!, 64, HALVING),
    leakyRelu,
    conv(`${name}/1-conv`, 64, 64, HALVING),
    leakyRelu,
    conv(`${name}/2-conv`, 64, 1024, { kernel: 7 }),
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
        convTranspose('generator/1-conv', 1024, 128, { kernel: 7, size: 7 }),
        batchNorm('generator/1-norm', 128),
        relu,
        convTranspose('generator/2-conv', 128, 64, { ...HALVING, size: 14 }),
        batchNorm('generator/2-norm', 64),
        relu,
        convTranspose('generator/3-conv', 64, channels!, { ...HALVING, size: 28 }),
        ...outputActivation(data.range),
      ]),
    critic: () => new Network('critic', [...trunk('critic'), dense('critic/3-dense', 1024, 1)]),
    encoder: (outputs) =>
      new Network('encoder', [...trunk('encoder'), dense('encoder/3-dense', 1024, outputs)]),
  };
}
