/** @file log(pi_c N_c(z)) and the responsibilities of a mixture, exact and pruned. */

import type { Gaussians } from './gaussians.js';
import { CHUNK, PANEL } from './memory.js';
import { whitenPanel } from './panel.js';
import type { RunTask } from './tasks.js';

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
        whitenPanel(g, from / PANEL, c);
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
 * Writes r_c(z_i) = pi_c N_c(z_i) / q(z_i) of the chunk's `count` latents into `responsibilities` (four of each component,
 * panel by panel), exactly 0 where below 1e-14, and L_c^-1 (z_i - mu_c) into `whitened` (panels of each component).
 *
 * log pi_c N_c only falls as rows are added to the distance. So a component is skipped as soon as it is below 1e-14 of
 * the best component so far, for all latents of a panel; its part of `whitened` is then meaningless. The component
 * `hint(panel)`, a likely one, is computed first, so that others are skipped early.
 */
export function prunedResponsibilities(
  g: Gaussians,
  count: number,
  hint: (panel: number) => number,
  run: RunTask,
): void {
  const panels = Array.from({ length: Math.ceil(count / PANEL) }, (_, panel) => panel);
  for (const panel of panels) g.blocks.hints[panel] = hint(panel);
  g.refreshWhitening(run);
  run('responsibilities', panels, count);
}
