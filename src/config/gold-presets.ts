/** @file AC-GAN as GOLD trains it: its rates and batch are the method's defaults. */
import type { Preset } from './preset.js';

/** 20 passes over 60,000 images in batches of 128. */
const MNIST: Preset = {
  summary: 'MNIST by class with AC-GAN, as GOLD trains it (9,380 steps)',
  method: 'acgan',
  data: { name: 'mnist' },
  steps: 9_380,
  batch: 128,
  settings: { network: 'grey', noise: 100, classWeight: 0.1 },
};

/** By name. */
export const goldPresets: Readonly<Record<string, Preset>> = {
  'mnist-acgan': MNIST,
  'mnist-gold': {
    ...MNIST,
    summary: "the same with GOLD's weights from half of the training on",
    settings: { ...MNIST.settings, reweight: 'gold' },
  },
  // The steps of the toy are not published.
  'gold-toy': {
    summary: 'six blobs of two classes with AC-GAN, the toy of GOLD',
    method: 'acgan',
    data: { name: 'blobs' },
    steps: 2_000,
    batch: 128,
    settings: { network: 'mlp', units: 512, layers: 3, noise: 2, classWeight: 0.1 },
  },
};
