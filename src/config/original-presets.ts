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
  // Networks and hyper-parameters are not published: those of InfoGAN, and of re-implementations.
  'mnist-gmgan': {
    summary: 'GM-GAN on MNIST, a Gaussian for each digit (50,000 steps)',
    method: 'gmgan',
    data: { name: 'mnist' },
    steps: 50_000,
    batch: 64,
    settings: { network: 'infogan', latent: 100 },
  },
  // Their critic has minibatch discrimination besides, and whether it or the generator moves depends on the generator's loss.
  // The number of steps, the rate and the dimension of the latents are ours.
  'mnist-deligan': {
    summary:
      "DeLiGAN on MNIST with its authors' mixture and loss, a component for each row of a batch (100,000 steps)",
    method: 'deligan',
    data: { name: 'mnist' },
    steps: 100_000,
    batch: 50,
    components: 50,
    settings: {
      network: 'dcgan',
      latent: 30,
      critic: 'non-saturating',
      penalty: 'none',
      learningRate: 2e-4,
      criticRate: 1,
      beta1: 0.5,
      beta2: 0.999,
      initialMeans: 'uniform',
      deviation: 0.2,
      inOrder: true,
      sigmaWeight: 1 / 3,
    },
  },
  // Their networks are others, and critic and generator move on the same noise. The number of steps is ours.
  'cifar-10-scgan': {
    summary:
      "Self-conditioned GAN on CIFAR-10 with its authors' 100 clusters, loss and rates (100,000 steps)",
    method: 'scgan',
    data: { name: 'cifar-10' },
    steps: 100_000,
    batch: 64,
    components: 100,
    settings: {
      network: 'dcgan',
      latent: 128,
      critic: 'non-saturating',
      penalty: 'none',
      learningRate: 1e-4,
      criticRate: 1,
      decay: 'none',
      beta1: 0,
      beta2: 0.99,
      reclusterEvery: 25_000,
    },
  },
  // Their networks are BigGAN's. The guide ends after 50,000 steps of the generator, which are 200,000 of the critic.
  'cifar-10-pgmgan': {
    summary: "PGMGAN on CIFAR-10 with its authors' 200 groups, hinge loss, guide and rates (400,000 steps)",
    method: 'pgmgan',
    data: { name: 'cifar-10' },
    steps: 400_000,
    batch: 100,
    components: 200,
    settings: {
      network: 'resnet',
      latent: 128,
      critic: 'hinge',
      penalty: 'none',
      learningRate: 2e-4,
      criticRate: 1,
      decay: 'none',
      beta1: 0,
      beta2: 0.999,
      generatorEvery: 4,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
