/** @file The network that learns groups which were found in the data: from data to a logit for each group. */
import type { Tensor } from '../graph/tensor.js';
import { batchNorm } from '../nn/batch-norm.js';
import { columnCurve } from '../nn/column-curve.js';
import { activation, conv, dense, flatten, type Layer, relu } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import type { DataShape } from './backbone.js';

/** Least side of images that are looked at by convolutions. */
const CONVOLUTIONS = 16;
/** Features that the head reads. */
export const STUDENT_FEATURES = 128;
/** What is added to the standard deviation of an image, in units of its values. */
const LEAST_CONTRAST = 0.01;

/** What a student is called, and how it reads the columns of a table. */
export interface StudentOptions {
  /** Name of the network and first part of its parameters' names (default `encoder`). */
  readonly name?: string;
  /** Numbers of {@link columnCurve}; by default columns are read as they are. */
  readonly curves?: ArrayLike<number> | undefined;
}

/**
 * The layers up to the features, [n, ...shape] -> [n, 128].
 *
 * Images of 16 or more a side: convolutions 5x5, 3x3, 3x3 of stride 2 with 16, 32 and 64 channels and a dense layer, each
 * with batch normalisation and ReLU; colour images are first standardised one by one, (x - mean) / (deviation + 0.01), so
 * that brightness and contrast do not tell. All else: two dense layers of 128 units; columns of tables with heavy tails
 * are bent first, by `curves` ({@link columnCurve}).
 */
export function studentTrunk(
  { shape, range }: DataShape,
  { name = 'encoder', curves }: StudentOptions = {},
): Layer[] {
  const normalised = (at: number, channels: number) => [batchNorm(`${name}/${at}-norm`, channels), relu];
  const [channels, height, width] = shape as [number, number, number];
  if (shape.length !== 3 || Math.min(height, width) < CONVOLUTIONS) {
    const size = shape.reduce((product, side) => product * side, 1);
    return [
      ...(shape.length > 1 ? [flatten] : []),
      ...(bends({ shape, range }) ? [columnCurve(name, size, curves)] : []),
      ...[size, STUDENT_FEATURES].flatMap((inputs, at) => [
        dense(`${name}/${at}-dense`, inputs, STUDENT_FEATURES),
        ...normalised(at, STUDENT_FEATURES),
      ]),
    ];
  }
  const eighth = (side: number) => Math.ceil(Math.ceil(Math.ceil(side / 2) / 2) / 2);
  const convolution = (at: number, from: number, to: number, kernel: number) => [
    conv(`${name}/${at}-conv`, from, to, { kernel, stride: 2, pad: (kernel - 1) / 2 }),
    ...normalised(at, to),
  ];
  return [
    ...(channels === 3 ? [standardisedImages] : []),
    ...convolution(0, channels, 16, 5),
    ...convolution(1, 16, 32, 3),
    ...convolution(2, 32, 64, 3),
    flatten,
    dense(`${name}/3-dense`, 64 * eighth(height) * eighth(width), STUDENT_FEATURES),
    ...normalised(3, STUDENT_FEATURES),
  ];
}

/** Whether a student bends columns. */
function bends({ shape, range }: DataShape): boolean {
  return shape.length === 1 && range === 'real';
}

/** Samples as rows, [n, D], the columns of a table bent as this student reads them. */
export function asRead({ layers }: Network, data: DataShape, samples: Tensor): Tensor {
  const [first] = bends(data) ? layers : [flatten];
  return first!.apply(samples, { mode: 'eval', updates: new Map() });
}

/** (x - mean) / (deviation + 0.01) of every image by itself. */
const standardisedImages = activation((x) => {
  const axes = [1, 2, 3];
  const centred = x.sub(x.mean(axes, true));
  const deviation = centred.square().mean(axes, true).add(1e-8).sqrt();
  return centred.div(deviation.add(LEAST_CONTRAST));
});

/** The network, [n, ...shape] -> [n, groups]; its features are those that the head reads. */
export function studentNetwork(data: DataShape, groups: number, options: StudentOptions = {}): Network {
  const { name = 'encoder' } = options;
  const trunk = studentTrunk(data, options);
  return new Network(name, [...trunk, dense(`${name}/head`, STUDENT_FEATURES, groups)], {
    trunk: trunk.length,
  });
}
