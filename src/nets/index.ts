/** @file The table of backbones. */
import type { Backbone, DataShape } from './backbone.js';
import { dcgan } from './dcgan.js';
import { mlp } from './mlp.js';

/**
 * Names of the backbones: `mlp` (SLOGAN Table 11), `mlp-plain` (Table 13), `dcgan` (Table 12; images with sides of 16 to 64).
 */
export const NETWORKS = ['mlp', 'mlp-plain', 'dcgan'] as const;
/** One of {@link NETWORKS}. */
export type NetworkName = (typeof NETWORKS)[number];

/** Which backbone, and how wide. */
export interface BackboneOptions {
  readonly network: NetworkName;
  /** Units of each hidden layer, for the fully connected networks. */
  readonly units: number;
}

/** The backbone of that name for data of this shape; throws a MixturaError where `dcgan` gets no images of its sizes. */
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
