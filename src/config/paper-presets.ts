/**
 * @file The experiments of SLOGAN's appendix, as far as the networks here can run them: each row of its table of
 * hyper-parameters (K is the number of classes; d = 64 and a temperature of 0.01 in all of these), over 100,000 steps.
 */
import { expandSelection } from '../data/sets/constructed.js';
import type { Preset } from './preset.js';

/** Columns of the table: weight of U2C, rates of the networks and of the prior, feature scale and margin of U2C. */
interface Row {
  readonly lambda: number;
  readonly learningRate: number;
  readonly priorRate: number;
  readonly scale: number;
  readonly margin: number;
}

const T = 100_000;

/** The ring: its hinge critic, batch of 128, temperature, and decay over a fifth of the steps are those of the code. */
const ring = (name: string): Preset => ({
  summary: `${name} with the settings of the SLOGAN paper and its code (100,000 steps)`,
  data: { name },
  steps: T,
  batch: 128,
  settings: {
    network: 'mlp',
    units: 128,
    latent: 64,
    critic: 'hinge',
    learningRate: 1e-3,
    priorRate: 1e-2,
    lambda: 4,
    scale: 2,
    margin: 0.5,
    temperature: 0.1,
    decayEnd: -4,
  },
});

/** Images of 28x28: the networks of Table 12, values in [0, 1], a sigmoid at the end. */
const images = (name: string, what: string, row: Row): Preset => ({
  summary: `${what} with the settings of the SLOGAN paper (100,000 steps)`,
  data: expandSelection({ name }),
  steps: T,
  horizon: T,
  batch: 64,
  settings: { network: 'dcgan', latent: 64, temperature: 0.01, ...row },
});

const MNIST: Row = { lambda: 10, learningRate: 1e-4, priorRate: 2e-3, scale: 8, margin: 0.5 };

/**
 * Count matrices, read as log2(x + 1) over its largest value: the networks of Table 13 (256 units, no batch
 * normalisation).
 */
const cells: Preset = {
  summary: 'count matrices of cells (10x) with the settings of the SLOGAN paper (100,000 steps)',
  data: { counts: true },
  steps: T,
  horizon: T,
  batch: 64,
  settings: {
    network: 'mlp-plain',
    units: 256,
    latent: 64,
    temperature: 0.01,
    lambda: 10,
    learningRate: 1e-4,
    priorRate: 4e-3,
    scale: 4,
    margin: 0,
  },
};

/** By name. */
export const paperPresets = {
  'ring-paper': ring('ring'),
  'ring-paper-0.05': ring('ring-0.05'),
  'ring-paper-0.10': ring('ring-0.10'),
  mnist: images('mnist', 'MNIST', MNIST),
  // At any other ratio too: --ratio 9:1.
  'mnist-2': images('mnist-2', 'MNIST 0 and 4 at 7:3', {
    lambda: 4,
    learningRate: 1e-4,
    priorRate: 2e-3,
    scale: 4,
    margin: 0.5,
  }),
  // Not a row of its own in the table: that of MNIST.
  'mnist-rare-8': images('mnist-rare-8', 'MNIST with a tenth of the 8s', MNIST),
  'mnist-rare-8-0.2': images('mnist-rare-8-0.2', 'MNIST with a fifth of the 8s', MNIST),
  'fashion-mnist': images('fashion-mnist', 'Fashion-MNIST', {
    lambda: 10,
    learningRate: 1e-4,
    priorRate: 1e-3,
    scale: 1,
    margin: 0,
  }),
  'fmnist-5': images('fmnist-5', 'Fashion-MNIST in five groups at 1:1:2:3:3', {
    lambda: 1,
    learningRate: 2e-4,
    priorRate: 4e-3,
    scale: 4,
    margin: 0.5,
  }),
  '10x': cells,
  // Not in the paper. Of its rows that of the cells is nearest: a table of numbers in [0, 1].
  pendigits: {
    ...cells,
    summary:
      'pen digits with the settings of the SLOGAN paper for 10x (it has none for this set; 100,000 steps)',
    data: { name: 'pendigits' },
  },
} as const satisfies Readonly<Record<string, Preset>>;
