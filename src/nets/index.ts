/** @file The table of backbones. */
import type { Backbone, DataShape } from './backbone.js';
import { dcgan } from './dcgan.js';
import { mlp } from './mlp.js';

/** What a backbone reads of the settings, besides the data. */
export interface BackboneSizes {
  /** Units of each hidden layer, for the fully connected networks. */
  readonly units: number;
}

interface BackboneRow {
  /** What distinguishes it, for help texts. */
  readonly summary: string;
  build(data: DataShape, sizes: BackboneSizes): Backbone;
}

/** The backbones by name: SLOGAN Tables 11, 13 and 12. */
const backbones = {
  mlp: {
    summary: 'fully connected',
    build: (data, { units }) => mlp(data, { units, batchNorm: true }),
  },
  'mlp-plain': {
    summary: 'no batch normalisation',
    build: (data, { units }) => mlp(data, { units, batchNorm: false }),
  },
  dcgan: {
    summary: 'convolutions, for images of 16x16 to 64x64',
    build: (data) => dcgan(data),
  },
} satisfies Record<string, BackboneRow>;

/** One of {@link NETWORKS}. */
export type NetworkName = keyof typeof backbones;

/** Names of the backbones. */
export const NETWORKS = Object.keys(backbones) as readonly NetworkName[] as readonly [
  NetworkName,
  ...NetworkName[],
];

/** The names with what distinguishes them, in a line. */
export const NETWORKS_SUMMARY = NETWORKS.map((name) => `${name} (${backbones[name].summary})`).join(', ');

/** Which backbone, and how wide. */
export interface BackboneOptions extends BackboneSizes {
  readonly network: NetworkName;
}

/** The backbone of that name for data of this shape; throws a MixturaError where `dcgan` gets no images of its sizes. */
export function backbone(data: DataShape, { network, units }: BackboneOptions): Backbone {
  return backbones[network].build(data, { units });
}

export type { Backbone, DataShape };
