/** @file Transformations that leave what an image shows, by the kind of image. */
import type { AugmentOptions } from './augment.js';

const degrees = (angle: number) => (angle * Math.PI) / 180;

/**
 * By kind of image. They are declared and not searched: too strong ones make two groups of one kind alike (a 6 turned
 * far is a 9), and mirrored digits or signs are other ones.
 */
export const TRANSFORMATIONS = {
  digits: { rotation: degrees(20), shear: 0.3, scale: [0.8, 1.2], shift: 0.15 },
  garments: {
    ...{ rotation: degrees(8), shear: 0.15, scale: [0.75, 1.15], shift: 0.15 },
    ...{ mirror: true, gain: [0.6, 1.4] },
  },
  signs: {
    ...{ rotation: degrees(12), shear: 0.15, scale: [0.8, 1.2], shift: 0.12 },
    ...{ gain: [0.5, 1.5], offset: [-0.2, 0.2], outside: 'border' },
  },
  photographs: {
    ...{ rotation: degrees(12), shear: 0.15, scale: [0.7, 1.2], shift: 0.15 },
    ...{ mirror: true, gain: [0.5, 1.5], offset: [-0.2, 0.2], outside: 'border' },
  },
} as const satisfies Record<string, AugmentOptions>;

/** Names of {@link TRANSFORMATIONS}. */
export type TransformationsName = keyof typeof TRANSFORMATIONS;

/** The names, for settings. */
export const TRANSFORMATIONS_NAMES = Object.keys(TRANSFORMATIONS) as [
  TransformationsName,
  ...TransformationsName[],
];

/**
 * What Elastic-InfoGAN takes to leave a digit as it is: turns by up to 20 degrees, a zoom of 0.9 to 1.1, and an elastic
 * distortion on a grid of one tile with magnitude 10, which changes nothing.
 * Source: Ojha et al. 2020, published code.
 */
export const ELASTIC_DIGITS: AugmentOptions = {
  ...{ rotation: degrees(20), shear: 0, scale: [1, 1], shift: 0, zoom: [0.9, 1.1] },
  distortion: { grid: [1, 1], magnitude: 10 },
};
