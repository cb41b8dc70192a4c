/** @file log(pi_c N_c(z)) and the responsibilities of a mixture, exact and pruned. */

import type { Each, Gaussians } from './gaussians.js';
import { CHUNK, FLOAT64, type GaussianBlocks, PANEL } from './memory.js';

/** Responsibilities below this are treated as 0 in the Stein estimators: they are far below their rounding. */
export const NEGLIGIBLE = 1e-14;
const LOG_NEGLIGIBLE = Math.log(NEGLIGIBLE);

/** log(pi_c N_c(z_i)) for n latents (n x d), as n x K. */
export function logJoint(g: Gaussians, z: Float64Array, n: number): Float64Array {
  const { components } = g;
  const { best, logarithms } = g.blocks;
  const out = new Float64Array(n * components);
  g.refreshWhitening();
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    loadLatents(g, z, start, count);
    for (let from = 0; from < count; from += PANEL) {
      for (let c = 0; c < components; c++) {
        best.fill(-Infinity); // nothing is pruned
        whiten(g, from / PANEL, c);
        for (let k = 0; k < Math.min(PANEL, count - from); k++) {
          out[(start + from + k) * components + c] = logarithms[c * PANEL + k]!;
        }
      }
    }
  }
  return out;
}

/** Latents start..start+count-1 (n x d, in the given order) become the chunk's panels; the last is filled up with 0. */
export function loadLatents(
  g: Gaussians,
  z: Float64Array,
  start: number,
  count: number,
  order?: Int32Array,
): void {
  const { dim: d, order: n } = g.layout;
  const panels = g.blocks.z;
  g.prepared = undefined;
  for (let i = 0; i < Math.ceil(count / PANEL) * PANEL; i++) {
    const from = (order?.[start + i] ?? start + i) * d;
    const to = (i - (i % PANEL)) * n + (i % PANEL);
    for (let j = 0; j < d; j++) panels[to + j * PANEL] = i < count ? z[from + j]! : 0;
  }
}

/**
 * Leaves r_c(z_i) = pi_c N_c(z_i) / q(z_i) of the chunk's `count` latents in `shares` (four of each component, panel by
 * panel), exactly 0 where below {@link NEGLIGIBLE}, and L_c^-1 (z_i - mu_c) in `whitened` (panels of each component).
 *
 * A component is given up as soon as its growing distances put it below 1e-14 of the best one found for all latents of
 * a panel: log pi_c N_c only falls as rows are added. `hint(panel)`, a component that is likely there, is tried first
 * and makes that early; `whitened` is then meaningless.
 */
export function prunedResponsibilities(
  g: Gaussians,
  count: number,
  hint: (panel: number) => number,
  work: Each,
): void {
  const panels = Array.from({ length: Math.ceil(count / PANEL) }, (_, panel) => panel);
  for (const panel of panels) g.blocks.hints[panel] = hint(panel);
  g.refreshWhitening(work);
  work('shares', panels, count);
}

/** {@link prunedResponsibilities} of one panel of the chunk's `count` latents. */
export function panelShares(g: GaussianBlocks, panel: number, count: number): void {
  const { components } = g.layout;
  const { best, logarithms, shares, hints } = g.blocks;
  const first = hints[panel]!;
  best.fill(-Infinity);
  for (let k = 0; k < components; k++) whiten(g, panel, k === 0 ? first : k <= first ? k - 1 : k);
  const real = Math.min(PANEL, count - panel * PANEL);
  normalise(logarithms, best, components, real, shares, panel * PANEL * components);
}

/** log(pi_c N_c) of a panel's latents into `logarithms`, c-th four; y into `whitened`. */
function whiten(g: GaussianBlocks, panel: number, c: number): void {
  const { kernel, addresses: a, stride } = g;
  const { dim: d, order: n, square } = g.layout;
  kernel.whitenPanel(
    a.inverseTransposed + c * square * FLOAT64,
    n,
    stride,
    d,
    a.means + c * d * FLOAT64,
    g.blocks.constants[c]!,
    a.z + panel * PANEL * n * FLOAT64,
    a.difference,
    a.whitened + (c * CHUNK + panel * PANEL) * n * FLOAT64,
    a.best,
    a.logarithms + c * PANEL * FLOAT64,
  );
}

/** Softmax over the components of each of a panel's `real` latents; the rest get 0. */
function normalise(
  log: Float64Array,
  best: Float64Array,
  components: number,
  real: number,
  out: Float64Array,
  base: number,
): void {
  for (let i = 0; i < PANEL; i++) {
    let total = 0;
    for (let k = i; k < components * PANEL; k += PANEL) {
      const below = log[k]! - best[i]!;
      const share = i >= real || below < LOG_NEGLIGIBLE ? 0 : Math.exp(below);
      out[base + k] = share;
      total += share;
    }
    if (i >= real) continue;
    for (let k = i; k < components * PANEL; k += PANEL) out[base + k]! /= total;
  }
}
