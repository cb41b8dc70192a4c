/**
 * @file Residual blocks of SLOGAN's networks for colour images: Fig. 23 of the paper is drawn, and these are the blocks of
 * its code. avg: means of 2x2; up: nearest neighbour, by 2; all 3x3 convolutions keep the size.
 */
import type { Tensor } from '../graph/tensor.js';
import { batchNorm } from './batch-norm.js';
import { heUniform } from './initializers.js';
import { conv, type ForwardContext, type Layer, relu } from './layer.js';
import { doublingConv, doublingConv1, halvingConv, halvingConv1 } from './resized-conv.js';

/** A 3x3 convolution of one size, which starts as those of its code: U(-a, a), a = sqrt(6 / (9 inputs)). */
const same = (name: string, inputs: number, outputs: number): Layer =>
  conv(name, inputs, outputs, { kernel: 3, pad: 1, initializer: heUniform(9 * inputs) });

/** A layer that adds two ways from x, each layers in a row. */
function sumOf(main: readonly Layer[], shortcut: readonly Layer[]): Layer {
  const all = [...main, ...shortcut];
  const run = (layers: readonly Layer[], x: Tensor, context: ForwardContext) =>
    layers.reduce((value, layer) => layer.apply(value, context), x);
  return {
    parameters: all.flatMap(({ parameters }) => parameters),
    buffers: all.flatMap(({ buffers }) => buffers),
    projected: all.flatMap(({ projected }) => projected),
    apply: (x, context) => run(main, x, context).add(run(shortcut, x, context)),
  };
}

/**
 * Of generators, [n, c, h, w] -> [n, c, 2 h, 2 w]: BN, ReLU, up, conv3x3, BN, ReLU, conv3x3, plus up, conv1x1 of x.
 */
export function residualUp(name: string, channels: number): Layer {
  return sumOf(
    [
      batchNorm(`${name}/0-norm`, channels),
      relu,
      doublingConv(`${name}/0-conv`, channels, channels, heUniform(9 * channels)),
      batchNorm(`${name}/1-norm`, channels),
      relu,
      same(`${name}/1-conv`, channels, channels),
    ],
    [doublingConv1(`${name}/shortcut`, channels, channels)],
  );
}

/**
 * Of critics and encoders, [n, c, 2 h, 2 w] -> [n, c, h, w]: ReLU, conv3x3, ReLU, conv3x3, avg, plus conv1x1, avg of x, in
 * which order does not matter.
 */
export function residualDown(name: string, channels: number): Layer {
  return sumOf(
    [relu, ...halving(name, channels, channels)],
    [halvingConv1(`${name}/shortcut`, channels, channels)],
  );
}

/** The first block of a critic or encoder, which reads an image: {@link residualDown} without the first ReLU. */
export function residualFirst(name: string, inputs: number, channels: number): Layer {
  return sumOf(halving(name, inputs, channels), [halvingConv1(`${name}/shortcut`, inputs, channels)]);
}

function halving(name: string, inputs: number, channels: number): Layer[] {
  return [
    same(`${name}/0-conv`, inputs, channels),
    relu,
    halvingConv(`${name}/1-conv`, channels, channels, heUniform(9 * channels)),
  ];
}

/** Of critics and encoders, in one size: x plus ReLU, conv3x3, ReLU, conv3x3 of x. */
export function residual(name: string, channels: number): Layer {
  return sumOf(
    [relu, same(`${name}/0-conv`, channels, channels), relu, same(`${name}/1-conv`, channels, channels)],
    [],
  );
}
