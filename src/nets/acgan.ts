/**
 * @file The networks of GOLD's AC-GAN: a generator, a trunk, and heads that stand on the trunk. Trunk and heads are
 * networks of their own, as those of infogan.ts.
 */
import { type MixturaError, usageError } from '../errors.js';
import { batchNorm } from '../nn/batch-norm.js';
import { dropout } from '../nn/dropout.js';
import { gaussian, type Initializer } from '../nn/initializers.js';
import { convTranspose, dense, flatten, type Layer, leakyRelu, relu, unflatten } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import { spectralConv } from '../nn/spectral-conv.js';
import type { DataShape } from './backbone.js';
import { fromSigned, infoganNets, toSigned } from './infogan.js';
import { outputActivation } from './mlp.js';

/** Names of the networks; `auto` takes what suits the data. */
export const ACGAN_NETWORKS = ['auto', 'grey', 'colour', 'mlp'] as const;

/** Which networks, and how large the fully connected ones are. */
export interface AcganOptions {
  readonly network: (typeof ACGAN_NETWORKS)[number];
  /** Units of each hidden layer of the fully connected networks. */
  readonly units: number;
  /** Hidden layers of the fully connected networks. */
  readonly layers: number;
}

/** The networks; each call makes one of its own. */
export interface AcganNets {
  /** From latents [n, width] to data [n, ...shape]. */
  generator(width: number): Network;
  /** From data to what the heads stand on, [n, features]. */
  trunk(): Network;
  /** A linear head, [n, features] -> [n, outputs]. */
  head(name: string, outputs: number): Network;
}

/** Every weight of a convolutional network starts from N(0, 0.02^2). */
const initializer = gaussian(0.02);
/** A 4x4 convolution of stride 2: one pixel of zeros on each side. */
const HALVING = { kernel: 4, stride: 2, pad: 1, initializer };
/** Outputs of the trunk for grey images. */
const GREY_FEATURES = 1024;
/** Channels of the convolutions of the trunk for colour images; every other one halves the sides, the first too. */
const COLOUR_CHANNELS = [16, 32, 64, 128, 256, 512] as const;
const DROPOUT = 0.5;
/** Sides of images, of which the networks divide by `step`. */
const SIDES = { grey: { step: 4, least: 16, most: 64 }, colour: { step: 8, least: 16, most: 64 } } as const;

/**
 * The networks for data of a shape.
 *
 * - `grey`, for images of any number of channels whose sides are multiples of 4 from 16 to 64 (32 in the paper): the
 *   generator of InfoGAN; trunk: convolutions 4x4 of stride 2 with 64 and 128 channels and dense 1024, with leaky ReLU (0.2)
 *   after each and batch normalisation before it from the second on; the convolutions are spectrally normalised.
 * - `colour`, for images whose sides are multiples of 8 (32 in the paper): generator dense 384, transposed convolutions 4x4
 *   with 192, 96 and 48 channels and those of the image, batch normalisation and ReLU after all but the last; trunk: six
 *   spectrally normalised convolutions 3x3 with 16 to 512 channels, batch normalisation from the second on, leaky ReLU (0.2)
 *   and dropout (0.5) after each.
 * - `mlp`: fully connected with ReLU, without normalisation (the toy of the paper: 3 layers of 512).
 *
 * Images of values in 0 to 1 are read and made as values from -1 to 1 by the first two. Source: Mo et al. 2019 (GOLD), its
 * published code.
 * @throws a usage error where the networks are not made for data of this shape
 */
export function acganNets(data: DataShape, options: AcganOptions): AcganNets {
  const network = options.network === 'auto' ? suited(data) : options.network;
  if (network === 'mlp') return fullyConnected(data, options);
  if (!fits(data, network)) throw unsuited(data, network);
  return network === 'grey' ? grey(data) : colour(data);
}

function suited(data: DataShape): keyof typeof SIDES | 'mlp' {
  if (data.shape.length !== 3) return 'mlp';
  const network = data.shape[0] === 1 ? 'grey' : 'colour';
  return fits(data, network) ? network : 'mlp';
}

function fits({ shape }: DataShape, network: keyof typeof SIDES): boolean {
  const { step, least, most } = SIDES[network];
  return (
    shape.length === 3 && shape.slice(1).every((side) => side % step === 0 && side >= least && side <= most)
  );
}

function unsuited({ shape }: DataShape, network: keyof typeof SIDES): MixturaError {
  const { step, least, most } = SIDES[network];
  const advice = shape.length === 3 ? 'read a folder of images with --size 32, or use' : 'use';
  return usageError(
    `The ${network} networks of AC-GAN are made for images whose sides are multiples of ${step} from ${least} to ${most}, but this data has shape ${shape.join('x')}; ${advice} --set network=mlp.`,
  );
}

function grey(data: DataShape): AcganNets {
  const [channels, height, width] = data.shape as [number, number, number];
  const { generator } = infoganNets(data, { normalised: true, signed: true });
  const trunk = (): Network =>
    new Network('trunk', [
      ...(data.range === 'unit' ? [toSigned] : []),
      spectralConv('trunk/0-conv', channels, 64, HALVING),
      leakyRelu,
      spectralConv('trunk/1-conv', 64, 128, HALVING),
      batchNorm('trunk/1-norm', 128),
      leakyRelu,
      flatten,
      dense('trunk/2-dense', (128 * height * width) / 16, GREY_FEATURES, { initializer }),
      batchNorm('trunk/2-norm', GREY_FEATURES),
      leakyRelu,
    ]);
  return { generator, trunk, head: heads(GREY_FEATURES, initializer) };
}

function colour(data: DataShape): AcganNets {
  const [channels, height, width] = data.shape as [number, number, number];
  const [h, w] = [height / 8, width / 8];
  const norm = (name: string, size: number) => batchNorm(name, size, gaussian(0.02, 1));
  const doubling = (place: number, inputs: number, outputs: number): Layer => {
    const factor = 2 ** (place - 1);
    const options = { ...HALVING, bias: false, size: [h * factor, w * factor] } as const;
    return convTranspose(`generator/${place}-conv`, inputs, outputs, options);
  };
  const generator = (latent: number): Network =>
    new Network('generator', [
      dense('generator/0-dense', latent, 384, { initializer }),
      unflatten([384, 1, 1]),
      convTranspose('generator/1-conv', 384, 192, { kernel: [h, w], size: [h, w], bias: false, initializer }),
      norm('generator/1-norm', 192),
      relu,
      doubling(2, 192, 96),
      norm('generator/2-norm', 96),
      relu,
      doubling(3, 96, 48),
      norm('generator/3-norm', 48),
      relu,
      doubling(4, 48, channels),
      ...outputActivation(data.range === 'unit' ? 'signed' : data.range),
      ...(data.range === 'unit' ? [fromSigned] : []),
    ]);
  const block = (outputs: number, i: number): Layer[] => {
    const inputs = i === 0 ? channels : COLOUR_CHANNELS[i - 1]!;
    const stride = i % 2 === 0 ? 2 : 1;
    return [
      spectralConv(`trunk/${i}-conv`, inputs, outputs, { kernel: 3, stride, pad: 1, initializer }),
      ...(i === 0 ? [] : [norm(`trunk/${i}-norm`, outputs)]),
      leakyRelu,
      dropout(`trunk/${i}-dropout`, DROPOUT),
    ];
  };
  const trunk = (): Network =>
    new Network('trunk', [
      ...(data.range === 'unit' ? [toSigned] : []),
      ...COLOUR_CHANNELS.flatMap(block),
      flatten,
    ]);
  return { generator, trunk, head: heads(COLOUR_CHANNELS.at(-1)! * h * w, initializer) };
}

function fullyConnected(data: DataShape, { units, layers }: AcganOptions): AcganNets {
  const size = data.shape.reduce((n, dim) => n * dim, 1);
  const image = data.shape.length > 1;
  const hidden = (name: string, inputs: number): Layer[] =>
    Array.from({ length: layers }, (_, i) => [
      dense(`${name}/${i}-dense`, i === 0 ? inputs : units, units),
      relu,
    ]).flat();
  return {
    generator: (width) =>
      new Network('generator', [
        ...hidden('generator', width),
        dense(`generator/${layers}-dense`, units, size),
        ...outputActivation(data.range),
        ...(image ? [unflatten(data.shape)] : []),
      ]),
    trunk: () => new Network('trunk', [...(image ? [flatten] : []), ...hidden('trunk', size)]),
    head: heads(units),
  };
}

function heads(features: number, start?: Initializer): AcganNets['head'] {
  const options = start ? { initializer: start } : {};
  return (name, outputs) => new Network(name, [dense(`${name}/0-dense`, features, outputs, options)]);
}
