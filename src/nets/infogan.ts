/**
 * @file The networks of InfoGAN for 28x28 images, which ClusterGAN and Elastic-InfoGAN took over: a generator, a trunk,
 * and heads on a trunk. Trunk and heads are networks of their own, so that each can be trained by another loss.
 */
import { usageError } from '../errors.js';
import { batchNorm } from '../nn/batch-norm.js';
import { gaussian } from '../nn/initializers.js';
import {
  activation,
  conv,
  convTranspose,
  dense,
  flatten,
  type Layer,
  leakyRelu,
  relu,
  unflatten,
} from '../nn/layer.js';
import { Network } from '../nn/network.js';
import type { Backbone, DataShape } from './backbone.js';
import { outputActivation } from './mlp.js';

/** Every weight starts from N(0, 0.02^2). */
const initializer = gaussian(0.02);
/** A 4x4 convolution of stride 2: one pixel of zeros on each side. */
const HALVING = { kernel: 4, stride: 2, pad: 1, initializer };
/** Outputs of a trunk. */
const TRUNK_FEATURES = 1024;
/** Features of a head with a hidden layer. */
const HEAD_FEATURES = 128;
/** Least and greatest side of an image. */
const SIDES = [8, 64] as const;

/** How the networks differ between the methods. */
export interface InfoganOptions {
  /** Whether trunks have batch normalisation. */
  readonly normalised: boolean;
  /** Whether images of values in 0 to 1 are read and made as values from -1 to 1 (default false). */
  readonly signed?: boolean;
}

/** The networks; each call makes one of its own. */
export interface InfoganNets {
  /** From latents [n, width] to images [n, ...shape]. */
  generator(width: number): Network;
  /** From images to features, [n, 1024]. */
  trunk(name: string): Network;
  /** A linear head, [n, 1024] -> [n, outputs]. */
  head(name: string, outputs: number): Network;
  /** A head with a normalised hidden layer, [n, 1024] -> [n, outputs]; `features` are its 128 hidden values. */
  deepHead(name: string, outputs: number): Network;
}

/**
 * For images of height and width s (multiples of 4, 8 to 64; 28 in the papers) with any number of channels.
 *
 * Generator: dense 1024, dense (s/4)^2 x 128, transposed convolutions 4x4 of stride 2 with 64 channels and with those of the
 * image; batch normalisation and ReLU after all but the last. Trunk: convolutions 4x4 of stride 2 with 64 and 128 channels,
 * dense 1024; leaky ReLU (0.2) after each, and batch normalisation before it from the second on if `normalised`.
 *
 * Source: Chen et al. 2016 (InfoGAN), appendix C.1, and its published code; ClusterGAN's and Elastic-InfoGAN's.
 * @throws a usage error for data of another shape
 */
export function infoganNets(data: DataShape, { normalised, signed = false }: InfoganOptions): InfoganNets {
  const [channels, height, width] = requireSides(data.shape);
  const [h, w] = [height / 4, width / 4];
  const rescaled = signed && data.range === 'unit';
  const norm = (name: string, size: number): Layer[] => (normalised ? [batchNorm(name, size)] : []);
  return {
    generator: (latent) =>
      new Network('generator', [
        dense('generator/0-dense', latent, 1024, { initializer }),
        batchNorm('generator/0-norm', 1024),
        relu,
        dense('generator/1-dense', 1024, 128 * h * w, { initializer }),
        batchNorm('generator/1-norm', 128 * h * w),
        relu,
        unflatten([128, h, w]),
        convTranspose('generator/2-conv', 128, 64, { ...HALVING, size: [2 * h, 2 * w] }),
        batchNorm('generator/2-norm', 64),
        relu,
        convTranspose('generator/3-conv', 64, channels, { ...HALVING, size: [height, width] }),
        ...outputActivation(rescaled ? 'signed' : data.range),
        ...(rescaled ? [fromSigned] : []),
      ]),
    trunk: (name) =>
      new Network(name, [
        ...(rescaled ? [toSigned] : []),
        conv(`${name}/0-conv`, channels, 64, HALVING),
        leakyRelu,
        conv(`${name}/1-conv`, 64, 128, HALVING),
        ...norm(`${name}/1-norm`, 128),
        leakyRelu,
        flatten,
        dense(`${name}/2-dense`, 128 * h * w, TRUNK_FEATURES, { initializer }),
        ...norm(`${name}/2-norm`, TRUNK_FEATURES),
        leakyRelu,
      ]),
    head: (name, outputs) =>
      new Network(name, [dense(`${name}/0-dense`, TRUNK_FEATURES, outputs, { initializer })]),
    deepHead: (name, outputs) =>
      new Network(
        name,
        [
          dense(`${name}/0-dense`, TRUNK_FEATURES, HEAD_FEATURES, { initializer }),
          batchNorm(`${name}/0-norm`, HEAD_FEATURES),
          leakyRelu,
          dense(`${name}/1-dense`, HEAD_FEATURES, outputs, { initializer }),
        ],
        { trunk: 3 },
      ),
  };
}

/**
 * Generator, critic and encoder of these networks for the methods in the harness. The critic's trunk is normalised, as in
 * InfoGAN; the encoder's is not, as in ClusterGAN.
 * @throws a usage error for data of another shape
 */
export function infogan(data: DataShape): Backbone {
  const other = 'use --set network=mlp';
  requireSides(data.shape, [`read a folder of images with --size 28, or ${other}`, other]);
  const joined = (name: string, outputs: number, normalised: boolean) => {
    const nets = infoganNets(data, { normalised });
    const head = dense(`${name}/3-dense`, TRUNK_FEATURES, outputs, { initializer });
    return new Network(name, [...nets.trunk(name).layers, head]);
  };
  return {
    generator: infoganNets(data, { normalised: true }).generator,
    critic: ({ outputs = 1, name = 'critic' } = {}) => joined(name, outputs, true),
    encoder: (outputs, { name = 'encoder' } = {}) => joined(name, outputs, false),
  };
}

/** From [0, 1] to [-1, 1]. */
export const toSigned = activation((x) => x.mul(2).sub(1));
/** From [-1, 1] to [0, 1]. */
export const fromSigned = activation((x) => x.add(1).mul(0.5));

/** What to do with images of other sides, for the methods that have no other networks, and with data that are no images. */
const OTHER_METHODS = [
  'read a folder of images with --size 28, or use a method with --set network=mlp, such as infogan',
  'use a method for tables, such as infogan or clustergan',
] as const;

function requireSides(
  shape: readonly number[],
  [forImages, forOthers]: readonly [string, string] = OTHER_METHODS,
): readonly [channels: number, height: number, width: number] {
  const [least, most] = SIDES;
  const fits = (side: number) => side % 4 === 0 && side >= least && side <= most;
  const [channels, height, width] = shape as [number, number, number];
  if (shape.length === 3 && fits(height) && fits(width)) return [channels, height, width];
  const advice = shape.length === 3 ? forImages : forOthers;
  throw usageError(
    `The networks of InfoGAN are made for images whose sides are multiples of 4 from ${least} to ${most}, but this data has shape ${shape.join('x')}; ${advice}.`,
  );
}
