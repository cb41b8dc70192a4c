/** @file log(pi_c N_c(z)) and the responsibilities of a mixture, exact and pruned. */

import type { Gaussians } from './gaussians.js';
import { lowerTimesVector } from './kernels.js';

/** Responsibilities below this are treated as 0 in the Stein estimators: they are far below their rounding. */
export const NEGLIGIBLE = 1e-14;
const LOG_NEGLIGIBLE = Math.log(NEGLIGIBLE);

/** log(pi_c N_c(z_i)) for n latents (n x d), as n x K. */
export function logJoint(g: Gaussians, z: Float64Array, n: number): Float64Array {
  const { components, dim: d } = g;
  const out = new Float64Array(n * components);
  const diff = new Float64Array(d);
  const y = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < components; c++) {
      for (let j = 0; j < d; j++) diff[j] = z[i * d + j]! - g.means[c * d + j]!;
      const squares = lowerTimesVector(g.inverses, c * d * d, d, diff, 0, d, y, 0);
      out[i * components + c] = g.constants[c]! - 0.5 * squares;
    }
  }
  return out;
}

/** Working memory of {@link prunedResponsibilities}, for one batch. */
export interface Responsibilities {
  /** n x K, exactly 0 where below {@link NEGLIGIBLE}. */
  readonly values: Float64Array;
  /** n x K x d, L_c^-1 (z_i - mu_c); meaningless where the responsibility is 0. */
  readonly whitened: Float64Array;
}

/**
 * r_c(z_i) = pi_c N_c(z_i) / q(z_i) for a batch, keeping L_c^-1 (z_i - mu_c) for the Stein estimators.
 *
 * A component is given up as soon as its growing distance puts it below 1e-14 of the best one found: log pi_c N_c only
 * falls as rows are added. `hint[i]`, the component that z_i was drawn from, is tried first and makes that early.
 */
export function prunedResponsibilities(
  g: Gaussians,
  z: Float64Array,
  n: number,
  hint: Int32Array | undefined,
  into: Responsibilities,
): void {
  const { components, dim: d } = g;
  const { values, whitened } = into;
  const diff = new Float64Array(d);
  const log = new Float64Array(components);
  for (let i = 0; i < n; i++) {
    const first = hint?.[i] ?? 0;
    let best = -Infinity;
    for (let k = 0; k < components; k++) {
      const c = k === 0 ? first : k <= first ? k - 1 : k;
      const constant = g.constants[c]!;
      for (let j = 0; j < d; j++) diff[j] = z[i * d + j]! - g.means[c * d + j]!;
      let value = constant;
      for (let row = 0; row < d && value >= best + LOG_NEGLIGIBLE; row += 8) {
        const to = Math.min(d, row + 8);
        value -=
          0.5 * lowerTimesVector(g.inverses, c * d * d, d, diff, row, to, whitened, (i * components + c) * d);
      }
      log[c] = value;
      if (value > best) best = value;
    }
    normalise(log, best, components, values, i * components);
  }
}

function normalise(log: Float64Array, best: number, count: number, out: Float64Array, base: number): void {
  let total = 0;
  for (let c = 0; c < count; c++) {
    const below = log[c]! - best;
    const share = below < LOG_NEGLIGIBLE ? 0 : Math.exp(below);
    out[base + c] = share;
    total += share;
  }
  for (let c = 0; c < count; c++) out[base + c]! /= total;
}
