/** @file The table of backbones. */
import type { Backbone, DataShape } from './backbone.js';
import { dcgan } from './dcgan.js';
import { infogan } from './infogan.js';
import { mlp } from './mlp.js';
import { resnet } from './resnet.js';

/** What a backbone reads of the settings, besides the data. */
export interface BackboneSizes {
  /** Units of each hidden layer, for the fully connected networks. */
  readonly units: number;
  /** Feature maps of each block, for the residual networks (default 128). */
  readonly channels?: number | undefined;
}

interface BackboneRow {
  /** What distinguishes it, for help texts. */
  readonly summary: string;
  build(data: DataShape, sizes: BackboneSizes): Backbone;
}

/** The backbones by name: SLOGAN Tables 11, 13 and 12, InfoGAN's, and SLOGAN Tables 14 with 15. */
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
  infogan: {
    summary: "InfoGAN's, whose critic normalises batches, for images of 8x8 to 64x64",
    build: (data) => infogan(data),
  },
  resnet: {
    summary: 'residual, for images of 16x16 to 128x128',
    build: (data, { channels = 128 }) => resnet(data, { channels }),
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

/** The backbone of that name for data of this shape; throws a MixturaError where those for images get no images of their sizes. */
export function backbone(data: DataShape, { network, units, channels }: BackboneOptions): Backbone {
  return backbones[network].build(data, { units, channels });
}

export type { Backbone, DataShape };
