/** @file Scores of a generator on data whose modes are known. */
import { MixturaError } from '../errors.js';

/** A sample this many standard deviations from its mode still counts as inside. */
const RADIUS_IN_SIGMAS = 4;
/** Fraction of a component's samples on one mode from which the component owns it. */
const PERFECT_PURITY = 0.99;

/** Samples by component, and the modes that they should lie on. */
export interface ModeScoresInput {
  /** For each of K components, samples of that component: rows of `dim`, row-major, at least one row. */
  readonly samples: readonly (Float32Array | Float64Array)[];
  /** K learned mixing coefficients pi_c. */
  readonly mixing: ArrayLike<number>;
  /** M x dim true means, in the coordinates of the samples. */
  readonly means: ArrayLike<number>;
  /** M true weights w_m. */
  readonly weights: ArrayLike<number>;
  /** Standard deviation of every mode along every axis, in the coordinates of the samples; or one an axis. */
  readonly sigma: number | ArrayLike<number>;
  /** Dimension of the samples (default 2). */
  readonly dim?: number | undefined;
}

/** How the components cover the modes (see {@link modeScores}). */
export interface ModeScores {
  /** Number of modes that are the majority mode of some component. */
  readonly covered: number;
  /** `sum_c pi_c max_m P(m | c)`. */
  readonly purity: number;
  /** Fraction of the model's samples within 4 sigma of their nearest mode. */
  readonly inMode: number;
  /** M learned sizes of the modes, `sum_c pi_c P(m | c)`. */
  readonly sizes: Float64Array;
  /** K majority modes of the components, -1 when no sample is finite. */
  readonly modeOfComponent: Int32Array;
  /** `sum_c |pi_c - w_mode(c)|`. */
  readonly sizeError: number;
  /** `max_c |pi_c - w_mode(c)|`. */
  readonly maxSizeError: number;
  /** Every mode covered, every component alone on its mode with at least 99 % of its samples there. */
  readonly perfect: boolean;
}

/**
 * Scores how components cover known modes; a sample belongs to the mode with the nearest mean.
 *
 * P(m | c) is the fraction of component c's samples nearest to mode m, and mode(c) its argmax. Distances are in units
 * of sigma per axis (`|(x - mean) / sigma|`), so that data rescaled to a box are scored like the original.
 * Samples that are not finite belong to no mode.
 *
 * @throws MixturaError when the sizes disagree, sigma is not positive, or a component has no samples
 */
export function modeScores(input: ModeScoresInput): ModeScores {
  const { samples, mixing, means, weights, dim = 2 } = input;
  const sigma = axisSigmas(input.sigma, dim);
  checkSizes(input, dim);
  const modes = means.length / dim;
  const sizes = new Float64Array(modes);
  const modeOfComponent = new Int32Array(samples.length);
  let purity = 0;
  let inMode = 0;
  let least = 1;
  samples.forEach((rows, c) => {
    const { fraction, inside } = nearestFractions(rows, means, sigma);
    let majority = 0;
    for (let m = 0; m < modes; m++) {
      sizes[m]! += mixing[c]! * fraction[m]!;
      if (fraction[m]! > fraction[majority]!) majority = m;
    }
    const share = fraction[majority] ?? 0;
    modeOfComponent[c] = share > 0 ? majority : -1;
    purity += mixing[c]! * share;
    inMode += mixing[c]! * inside;
    least = Math.min(least, share);
  });
  const errors = Array.from(modeOfComponent, (m, c) => Math.abs(mixing[c]! - (m < 0 ? 0 : weights[m]!)));
  const covered = new Set(modeOfComponent.filter((m) => m >= 0)).size;
  return {
    covered,
    purity: Math.min(1, purity), // the fractions are sums of 1 / n, whose rounding may pass 1
    inMode,
    sizes,
    modeOfComponent,
    sizeError: errors.reduce((sum, e) => sum + e, 0),
    maxSizeError: Math.max(0, ...errors),
    perfect: covered === modes && covered === samples.length && least >= PERFECT_PURITY,
  };
}

function axisSigmas(sigma: number | ArrayLike<number>, dim: number): readonly number[] {
  const axes = typeof sigma === 'number' ? new Array<number>(dim).fill(sigma) : Array.from(sigma);
  if (axes.length !== dim || !axes.every((s) => s > 0 && Number.isFinite(s))) {
    throw new MixturaError(
      `The mode width is [${axes.join(', ')}]: give one positive sigma, or one for each of ${dim} axes.`,
    );
  }
  return axes;
}

function checkSizes({ samples, mixing, means, weights }: ModeScoresInput, dim: number): void {
  if (mixing.length !== samples.length) {
    throw new MixturaError(
      `Got samples of ${samples.length} components but ${mixing.length} mixing coefficients.`,
    );
  }
  if (means.length !== weights.length * dim) {
    throw new MixturaError(
      `Got ${means.length} numbers for ${weights.length} mode means of ${dim} coordinates each.`,
    );
  }
  samples.forEach((rows, c) => {
    if (rows.length === 0 || rows.length % dim !== 0) {
      throw new MixturaError(
        `Component ${c} has ${rows.length} numbers: give at least one sample of ${dim} coordinates.`,
      );
    }
  });
}

/** Fractions of the rows nearest to each mode, and the fraction within the radius of its nearest. */
function nearestFractions(rows: ArrayLike<number>, means: ArrayLike<number>, sigma: readonly number[]) {
  const dim = sigma.length;
  const n = rows.length / dim;
  const fraction = new Float64Array(means.length / dim);
  let inside = 0;
  for (let i = 0; i < n; i++) {
    let best = Infinity;
    let nearest = -1;
    for (let m = 0; m < fraction.length; m++) {
      let squared = 0;
      for (let j = 0; j < dim; j++) squared += ((rows[i * dim + j]! - means[m * dim + j]!) / sigma[j]!) ** 2;
      if (squared < best) {
        best = squared;
        nearest = m;
      }
    }
    if (nearest < 0) continue;
    fraction[nearest]! += 1 / n;
    if (best <= RADIUS_IN_SIGMAS ** 2) inside++;
  }
  return { fraction, inside: inside / n };
}
