/** @file `blobs`: six Gaussians of two alternating classes, whose truth is known (the toy data of GOLD). */

import { Stream } from '../../math/random.js';
import type { Dataset } from '../dataset.js';
import { gaussianModes } from './gaussian-modes.js';

const MODES = 6;
const RADIUS = 2;
const DEVIATION = 0.5;
const POINTS = 1000;
/** The data is a constant of the project: no setting of a run moves it. */
const DATA_SEED = 6;

/** Points of each of the six modes: those that do not divide evenly go to the first ones. */
const COUNTS = Array.from(
  { length: MODES },
  (_, k) => Math.floor(POINTS / MODES) + (k < POINTS % MODES ? 1 : 0),
);

/** The class of a mode: neighbours differ. */
export function blobClass(mode: number): number {
  return mode % 2;
}

/** Points of each of the two classes, in either part. */
export const BLOB_COUNTS: readonly number[] = [0, 1].map((k) =>
  COUNTS.reduce((sum, n, mode) => (blobClass(mode) === k ? sum + n : sum), 0),
);

/**
 * Six isotropic Gaussians of deviation 0.5 on a circle, clockwise from the top, of the classes `even` and `odd` in turn: 1,000
 * points, 500 of each class, each coordinate scaled to [-1, 1] by its extremes; the held-out part has as many. Number of
 * Gaussians, deviation, classes and points: GOLD's published code; the radius, 2, is not published.
 */
export function blobs(): Dataset {
  const means = Float64Array.from({ length: 2 * MODES }, (_, i) => {
    const angle = Math.PI / 2 - ((i >> 1) * 2 * Math.PI) / MODES;
    return RADIUS * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
  return gaussianModes({
    name: 'blobs',
    means,
    variance: DEVIATION ** 2,
    counts: COUNTS,
    heldCounts: COUNTS,
    classOf: blobClass,
    classNames: ['even', 'odd'],
    source: `Six Gaussians of two alternating classes on a circle of radius ${RADIUS}, deviation ${DEVIATION}`,
    stream: Stream.root(DATA_SEED).fork('blobs'),
  });
}
