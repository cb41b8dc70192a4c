/** @file `grid`: nine equal Gaussians on a 3 x 3 grid, whose truth is known (the toy data of GM-GAN). */

import { Stream } from '../../math/random.js';
import type { Dataset } from '../dataset.js';
import { gaussianModes } from './gaussian-modes.js';

const SIDE = 3;
const MODES = SIDE * SIDE;
const SPACING = 2;
const DEVIATION = 0.1;
const POINTS = 5000;
const HELD_POINTS = 900;
/** The data is a constant of the project: no setting of a run moves it. */
const DATA_SEED = 9;
const ROWS = ['top', 'middle', 'bottom'];
const COLUMNS = ['left', 'centre', 'right'];

/** Points of each of the nine modes; those that do not divide evenly go to the first ones. */
export function gridCounts(points: number): number[] {
  return Array.from({ length: MODES }, (_, k) => Math.floor(points / MODES) + (k < points % MODES ? 1 : 0));
}

/**
 * Nine isotropic Gaussians of deviation 0.1 at the points of {-2, 0, 2}^2, row by row from the top left: 5,000 points
 * (556 of each of the first five, 555 of the others), each coordinate scaled to [-1, 1] by its extremes; the held-out
 * part has 100 a mode. Number of points: GM-GAN, table of data sets; spacing and deviation are not published.
 */
export function grid(): Dataset {
  const means = Float64Array.from({ length: 2 * MODES }, (_, i) => {
    const [row, column] = [Math.floor(i / 2 / SIDE), (i >> 1) % SIDE];
    return SPACING * (i % 2 === 0 ? column - 1 : 1 - row);
  });
  return gaussianModes({
    name: 'grid',
    means,
    variance: DEVIATION ** 2,
    counts: gridCounts(POINTS),
    heldCounts: gridCounts(HELD_POINTS),
    classNames: ROWS.flatMap((row) => COLUMNS.map((column) => `${row} ${column}`)),
    source: `Synthetic grid of ${MODES} equal Gaussians, spacing ${SPACING}, deviation ${DEVIATION}`,
    stream: Stream.root(DATA_SEED).fork('grid'),
  });
}
