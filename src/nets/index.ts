/** @file The table of backbones. */
import type { Backbone, DataShape } from './backbone.js';
import { dcgan } from './dcgan.js';
import { mlp } from './mlp.js';

export const NETWORKS = ['mlp', 'mlp-plain', 'dcgan'] as const;
export type NetworkName = (typeof NETWORKS)[number];

export interface BackboneOptions {
  readonly network: NetworkName;
  /** Units of each hidden layer, for the fully connected networks. */
  readonly units: number;
}

/** The backbone of that name for data of this shape. */
export function backbone(data: DataShape, { network, units }: BackboneOptions): Backbone {
  switch (network) {
    case 'mlp':
      return mlp(data, { units, batchNorm: true });
    case 'mlp-plain':
      return mlp(data, { units, batchNorm: false });
    case 'dcgan':
      return dcgan(data);
    default:
      throw new Error(`unknown network ${network satisfies never}`);
  }
}

export type { Backbone, DataShape };
