/** @file Fully connected backbones: SLOGAN Tables 11 (synthetic) and 13 (10x_73k), and their form for small images. */
import { batchNorm } from '../nn/batch-norm.js';
import { dense, flatten, type Layer, leakyRelu, relu, sigmoid, tanh, unflatten } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import type { Backbone, DataShape } from './backbone.js';

export interface MlpOptions {
  /** Units of each of the two hidden layers. */
  readonly units: number;
  /** Batch normalisation and ReLU in the generator (Table 11), else leaky ReLU alone (Table 13). */
  readonly batchNorm: boolean;
}

/** The generator's last activation for each range of the data. */
export function outputActivation(range: DataShape['range']): Layer[] {
  return range === 'unit' ? [sigmoid] : range === 'signed' ? [tanh] : [];
}

/**
 * Two hidden layers everywhere; the encoder's weights are spectrally normalised unless it is asked for without. With units = 128 and batch
 * normalisation these are the networks of SLOGAN Table 11, with units = 256 and without those of Table 13.
 */
export function mlp(data: DataShape, { units, batchNorm: normalised }: MlpOptions): Backbone {
  const size = data.shape.reduce((n, dim) => n * dim, 1);
  const image = data.shape.length > 1;
  const enter = image ? [flatten] : [];
  const leave = image ? [unflatten(data.shape)] : [];

  const hidden = (name: string, inputs: number, norm: boolean, spectral: boolean): Layer[] =>
    [inputs, units].flatMap((width, i) => [
      dense(`${name}/${i}-dense`, width, units, { spectral }),
      ...(norm ? [batchNorm(`${name}/${i}-norm`, units), relu] : [leakyRelu]),
    ]);

  return {
    generator: (width) =>
      new Network('generator', [
        ...hidden('generator', width, normalised, false),
        dense('generator/2-dense', units, size),
        // Table 13 ends without an activation, whatever the range of a table.
        ...(normalised || image ? outputActivation(data.range) : []),
        ...leave,
      ]),
    critic: ({ outputs = 1, name = 'critic' } = {}) =>
      new Network(name, [
        ...enter,
        ...hidden(name, size, false, false),
        dense(`${name}/2-dense`, units, outputs),
      ]),
    encoder: (outputs, { spectral = true, name = 'encoder' } = {}) =>
      new Network(name, [
        ...enter,
        ...hidden(name, size, false, spectral),
        dense(`${name}/2-dense`, units, outputs, { spectral }),
      ]),
  };
}
