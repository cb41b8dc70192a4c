/** @file Settings of the authors of the compared methods, where they differ from SLOGAN's harness. */
import type { Preset } from './preset.js';

/** By name. */
export const originalPresets = {
  // The authors' networks, their weight decay of 2.5e-5 and the dimension of 120 to 128 are not said in full: DCGAN and 120.
  'fashion-mnist-cdgan': {
    summary: "CD-GAN on Fashion-MNIST with its authors' weights, rates and penalty (100,000 steps)",
    method: 'cdgan',
    data: { name: 'fashion-mnist' },
    steps: 100_000,
    batch: 64,
    settings: {
      network: 'dcgan',
      latent: 50,
      penalty: 'gp',
      learningRate: 1e-4,
      criticRate: 1,
      beta1: 0.5,
      beta2: 0.9,
      contrastWeight: 100,
      noiseWeight: 5e-4,
      features: 120,
      encoderBatch: 300,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
