/**
 * @file SLOGAN's experiments on colour images: CIFAR-10 and two of its classes, and faces, with the residual networks,
 * adversarial Lipschitz regularisation, SimCLR and the decay of its code; the ablations of its Tables 4 and 8; and small
 * versions.
 */
import { expandSelection } from '../data/sets/constructed.js';
import type { Preset } from './preset.js';

const T = 100_000;

/** What all of them share: K is the number of classes, d = 128. */
const COLOUR = {
  network: 'resnet',
  latent: 128,
  learningRate: 1e-4,
  priorRate: 2e-3,
  lambda: 1,
  scale: 4,
  margin: 0.5,
  temperature: 0.01,
  penalty: 'alr',
  simclr: 'generated',
  encoderDecay: 1e-4,
  mirror: true,
  dequantise: true,
} as const;

/** The critic sees 64 images, the other networks and the prior 128 latents. */
const published = (name: string, what: string, settings: Preset['settings'] = {}): Preset => ({
  summary: `${what} with the settings of the SLOGAN paper and its code (100,000 steps)`,
  data: expandSelection({ name }),
  steps: T,
  horizon: T,
  batch: 64,
  settings: { ...COLOUR, generatorBatch: 128, ...settings },
});

/** Rows of Table 8, and of Table 4 (the two of DeLiGAN), each by what it changes. */
const ABLATIONS = {
  'no-prior-no-u2c': [
    'means, covariances and sizes held, no U2C',
    { freeze: ['means', 'covariances', 'mixing'], lambda: 0 },
  ],
  'no-prior': ['means, covariances and sizes held', { freeze: ['means', 'covariances', 'mixing'] }],
  'no-means': ['means held', { freeze: ['means'] }],
  'no-sizes': ['sizes held', { freeze: ['mixing'] }],
  'no-covariances': ['covariances held', { freeze: ['covariances'] }],
  'no-u2c': ['no U2C', { lambda: 0 }],
  deligan: ['DeLiGAN with U2C', { explicit: true, freeze: ['mixing'] }],
  'deligan-sizes': ['DeLiGAN with U2C, sizes by their implicit updates', { explicit: true }],
  'u2c-sizes': ['sizes moved by U2C too', { mixingSeesU2C: true }],
  'no-simclr': ['no SimCLR', { simclr: 'none' }],
  'simclr-real': ['SimCLR on real images', { simclr: 'real' }],
  'simclr-both': ['SimCLR on real and generated images', { simclr: 'both' }],
  probes: ['with --probes, no mixup', { probeMixup: 0 }],
  'probes-mixup': ['with --probes and mixup', {}],
} as const satisfies Readonly<Record<string, readonly [what: string, settings: Preset['settings']]>>;

/** Presets of runs with marked examples (--probes): without them they are others. */
export const PROBED_PRESETS: readonly string[] = ['cifar-2-probes', 'cifar-2-probes-mixup'];

/** A version for two cores: a quarter of the feature maps, equal batches, and a schedule that ends within hours. */
const small = (what: string, name?: string): Preset => ({
  summary: `${what}, small enough for two cores: 32 feature maps, batches of 64`,
  ...(name !== undefined && { data: expandSelection({ name }) }),
  steps: 8_000,
  batch: 64,
  // Signs and letters say something else when they are mirrored.
  settings: { ...COLOUR, channels: 32, mirror: name !== undefined },
});

/** Table 5: 64x64, at the natural ratio; the paper also gives 30 marked photographs of each component (--probes). */
const faces = (name: string, what: string): Preset =>
  published(name, `CelebA ${what}`, {
    ...{ learningRate: 2e-4, priorRate: 6e-4 },
    // These are in the code for CIFAR alone.
    ...{ encoderDecay: 0, generatorBatch: undefined, mirror: false, dequantise: false },
  });

/** By name. At any other ratio of the two classes too: --ratio 9:1. */
export const colourPresets: Readonly<Record<string, Preset>> = {
  'cifar-2': published('cifar-2', 'CIFAR-10 frogs and planes at 7:3'),
  'cifar-10': published('cifar-10', 'CIFAR-10'),
  ...Object.fromEntries(
    Object.entries(ABLATIONS).map(([name, [what, settings]]) => [
      `cifar-2-${name}`,
      published('cifar-2', `an ablation of cifar-2, ${what},`, settings),
    ]),
  ),
  'celeba-male': faces('celeba-male', 'with and without the attribute Male'),
  'celeba-eyeglasses': faces('celeba-eyeglasses', 'with and without eyeglasses'),
  'celeba-black-hair': faces('celeba-black-hair', 'with and without black hair'),
  'cifar-2-small': small('CIFAR-10 frogs and planes at 7:3', 'cifar-2'),
  'cifar-10-small': small('CIFAR-10', 'cifar-10'),
  'slogan-small': small("any colour images whose sides are multiples of 8, with SLOGAN's residual networks"),
};
