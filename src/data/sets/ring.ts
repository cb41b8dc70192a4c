/** @file `ring`: eight Gaussians on a circle, four light and four heavy, whose truth is known (the synthetic data of SLOGAN). */

import { usageError } from '../../errors.js';
import { Stream } from '../../math/random.js';
import type { Dataset } from '../dataset.js';
import { gaussianModes } from './gaussian-modes.js';

const MODES = 8;
const RADIUS = 2;
const LIGHT = 5000;
const HEAVY = 15000;
/** The data is a constant of the project: no setting of a run moves it. */
const DATA_SEED = 8;
const TEST_DIVISOR = 10;
const NAMES = ['top', 'top right', 'right', 'bottom right', 'bottom', 'bottom left', 'left', 'top left'];

/** How spread the modes of {@link ring} are. */
export interface RingOptions {
  /** Variance of each mode, before scaling; SLOGAN uses 0.01, 0.05 and 0.10 (default 0.01). */
  readonly variance?: number | undefined;
}

/**
 * Eight isotropic Gaussians at radius 2, clockwise from the top; the first four hold 5,000 points each and the
 * last four 15,000 (shares 1/16 and 3/16); each coordinate is scaled to [-1, 1] by the extremes of the 80,000.
 * The held-out split has 8,000 points, scaled by the same numbers, so a few lie just outside.
 *
 * @throws MixturaError if the variance is not a positive number.
 */
export function ring(options: RingOptions = {}): Dataset {
  const variance = options.variance ?? 0.01;
  if (!(variance > 0 && Number.isFinite(variance))) {
    throw usageError(`The ring's variance is ${variance}: give a positive number, such as 0.01.`);
  }
  const name = variance === 0.01 ? 'ring' : `ring-${variance === 0.1 ? '0.10' : variance}`;
  return gaussianModes({
    name,
    means: trueMeans(),
    variance,
    counts: countsOver(1),
    heldCounts: countsOver(TEST_DIVISOR),
    classNames: NAMES,
    source: `Synthetic ring of 8 Gaussians, variance ${variance}, shares 4 x 1/16 and 4 x 3/16`,
    stream: Stream.root(DATA_SEED).fork('ring', String(variance)),
  });
}

/** Points of every mode: four light ones, then four heavy ones. */
function countsOver(divisor: number): number[] {
  return Array.from({ length: MODES }, (_, mode) => (mode < MODES / 2 ? LIGHT : HEAVY) / divisor);
}

/** Means before scaling, clockwise from the top. */
function trueMeans(): Float64Array {
  const [r, d] = [RADIUS, RADIUS * Math.SQRT1_2];
  return Float64Array.of(0, r, d, d, r, 0, d, -d, 0, -r, -d, -d, -r, 0, -d, d);
}
